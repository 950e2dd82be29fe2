"""How long a session lasts: since it was last used, and since it began."""

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

from accounts.actions import users
from accounts.models import OpenSession

log = logging.getLogger("mingpai.sessions")

BEGAN = "began"  # in the session: seconds of the epoch; kept when the session gets another key
WRITTEN_EVERY = 60  # seconds between two writes to the database
IDLE, OLD = "idle", "old"


@dataclass(frozen=True, slots=True)
class Limit:
    """In seconds: unused for longer, or older than, ends a session."""

    idle: int
    absolute: int


LIMITS = {
    "staff": Limit(idle=30 * 60, absolute=12 * 3600),
    # Who works for agencies, and everybody else who signs in.
    "others": Limit(idle=2 * 3600, absolute=24 * 3600),
}
_SHORTEST = LIMITS["staff"]


class Stay:
    """A session at a request: how long it was unused before, and how long it may go on.

    `staff` says whether the user holds a role; it is asked only where the answer matters.
    """

    def __init__(self, request: HttpRequest, staff: Callable[[], bool]) -> None:
        self.now = time.time()
        self._staff = staff
        self._key = str(request.session.session_key)
        began = request.session.get(BEGAN)
        if began is None:
            began = request.session[BEGAN] = self.now
        self.age = self.now - began
        self._seen, self._written = self._last(request)
        self.idle = self.now - self._seen

    @property
    def limit(self) -> Limit:
        return LIMITS["staff" if self._staff() else "others"]

    def over(self) -> str:
        """ "idle" or "old" where the session has ended, else ""."""
        if self.idle <= _SHORTEST.idle and self.age <= _SHORTEST.absolute:
            return ""
        if self.age > self.limit.absolute:
            return OLD
        return IDLE if self.idle > self.limit.idle else ""

    @property
    def left(self) -> int:
        """Seconds until it ends however much it is used."""
        return int(self.limit.absolute - self.age)

    def use(self, request: HttpRequest) -> None:
        """Notes that the session was used now: in the store each time, in the database once a
        minute, for when the store has forgotten."""
        if self.now - self._written >= WRITTEN_EVERY:
            agent = request.META.get("HTTP_USER_AGENT", "")
            users.use_session(self._key, int(request.user.pk), agent, self.age)  # type: ignore
            self._written = self.now
        try:
            cache.set(_name(self._key), (self.now, self._written), LIMITS["others"].idle)
        except (RedisError, OSError):
            log.warning("the use of a session was not counted: the store does not answer")

    def _last(self, request: HttpRequest) -> tuple[float, float]:
        """When it was last used, and when that was last written down."""
        try:
            if kept := cache.get(_name(self._key)):
                return float(kept[0]), float(kept[1])
        except (RedisError, OSError):
            log.warning("sessions are counted by the minute: the store does not answer")
        row = OpenSession.objects.filter(pk=self._key).first()
        if row is None:  # its first request
            return self.now, 0.0
        seen = row.seen_at.timestamp()
        return seen, seen


def _name(key: str) -> str:
    """What the store calls a session: not by the key, which would be a way in."""
    return "seen:" + hashlib.sha256(key.encode()).hexdigest()[:32]
