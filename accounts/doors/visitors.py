"""Visitors who are to stay unknown, told apart for a day."""

import hashlib
import hmac
import logging
import secrets

from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

log = logging.getLogger("mingpai.limits")

KEY, A_DAY = "visitors-of-the-day", 24 * 3600


def visitor(request: HttpRequest) -> str:
    """A name for where a request comes from, the same for a day at most; "" without a store.

    It is an HMAC under a random key that lives in the store and is forgotten within a day: from
    then on nobody, this portal included, can tell which address a name stood for.
    """
    try:
        key = cache.get_or_set(KEY, lambda: secrets.token_hex(32), A_DAY)
    except (RedisError, OSError):
        log.warning("visitors cannot be told apart: the store does not answer")
        return ""
    place = request.META.get("REMOTE_ADDR", "")
    return hmac.new(str(key).encode(), place.encode(), hashlib.sha256).hexdigest()[:32]
