"""How often somebody may do something, counted exactly in the broker's store."""

import logging
import time
from functools import cache
from math import ceil

from django.conf import settings
from django.utils.crypto import salted_hmac
from limits import parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

log = logging.getLogger("mingpai.limits")


def allow(name: str, who: str, rate: str) -> bool:
    """Counts one try and says whether it is within `rate` ("10 per 5 minutes").

    `who` may be personal (an address): only a keyed hash of it is stored. Where the store cannot be
    reached everything is allowed, and logged: a broker that is down must not lock people out.
    """
    try:
        return _limiter().hit(parse(rate), name, _hashed(name, who))
    except (StorageError, RedisError, OSError):
        log.warning("limit %s was not counted: the store does not answer", name)
        return True


def wait(name: str, who: str, rate: str) -> int:
    """In how many seconds, one at least, there is room for a try again."""
    try:
        opens = _limiter().get_window_stats(parse(rate), name, _hashed(name, who)).reset_time
    except (StorageError, RedisError, OSError):
        return 1
    return max(ceil(opens - time.time()), 1)


def forget(name: str, who: str, rate: str) -> None:
    """Starts the count anew."""
    try:
        _limiter().clear(parse(rate), name, _hashed(name, who))
    except (StorageError, RedisError, OSError):
        log.warning("limit %s was not cleared: the store does not answer", name)


def _hashed(name: str, who: str) -> str:
    return salted_hmac(f"limits.{name}", who).hexdigest()[:32]


@cache
def _limiter() -> MovingWindowRateLimiter:
    url = settings.LIMITS_URL
    return MovingWindowRateLimiter(
        storage_from_string(f"redis+{url}" if url.startswith("unix:") else url)
    )
