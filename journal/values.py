"""Pure types of the journal: who acts, and who may read what is written."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum

# The id of the request under way, written on every event it causes. Set by the first middleware.
request_id: ContextVar[str] = ContextVar("request_id", default="")


class ActorKind(StrEnum):
    USER = "user"
    KEY = "key"
    LINK = "link"
    RECEIPT = "receipt"
    CLOCK = "clock"
    NOBODY = "nobody"


class Audience(StrEnum):
    """Who may read an event. An action that changes public and private facts writes two."""

    PUBLIC = "public"
    PARTIES = "parties"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does or reads something, as the door saw them.

    `roles` are the words of accounts.permissions; `platforms` and `territories` are what a grant
    reaches (empty means all of them for a user with a role); `memberships` are the agencies that
    the actor works for, each with its role there.
    """

    kind: ActorKind
    id: str = ""
    name: str = ""
    roles: frozenset[str] = frozenset()
    memberships: frozenset[tuple[int, str]] = frozenset()
    platforms: frozenset[str] = frozenset()
    territories: frozenset[str] = frozenset()
    rights: frozenset[str] = field(default_factory=frozenset)  # of an API key

    @property
    def agency_ids(self) -> frozenset[int]:
        return frozenset(agency for agency, _ in self.memberships)

    @property
    def is_known(self) -> bool:
        return self.kind is not ActorKind.NOBODY

    @property
    def is_limited(self) -> bool:
        """Whether it reaches some platforms or some territories only."""
        return bool(self.platforms or self.territories)

    def reaches(self, platform: str, territory: str = "") -> bool:
        """Whether a thing of a platform (code) and an IP territory (code) lies within its reach.
        Where the territory is not known, nobody who is limited to some reaches it."""
        here = not self.platforms or platform in self.platforms
        return here and (not self.territories or territory in self.territories)


NOBODY = Actor(ActorKind.NOBODY)
CLOCK = Actor(ActorKind.CLOCK, id="clock", name="clock")


def command(name: str) -> Actor:
    """The actor of a management command: whoever has the machine's shell."""
    return Actor(ActorKind.CLOCK, id=f"command:{name}", name=f"manage.py {name}")
