"""What a row of the table of addresses says, and the usual answers to each kind of visitor."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts.permissions import Right, Role
from tests.people import MEMBER_ROLES, MEMBERS

# A redirect to the login page; other redirects are 301 or 302.
LOGIN = "login"
Answer = int | str

ROLES = [role.value for role in Role]
# Members are of the agency that a row is about (`the_agency()`) and of a rival.
SIGNED_IN = ["newcomer", *ROLES, *MEMBERS]
# `key` is an API key with the row's right, `other key` one with every right but that.
WHO = ["anonymous", "disabled", *SIGNED_IN, "other key", "key"]
OVERSIGHT = (Role.LEAD_MODERATOR, Role.REGULATOR, Role.OPERATOR)


@dataclass(frozen=True)
class Row:
    """`make` returns the address's arguments, and makes what they name; `data` is what is sent, as
    a form or as `json`; `path` is the address of a pattern without a name."""

    expected: dict[str, Answer]
    make: Callable[[], dict[str, Any]] = dict
    method: str = "get"
    data: dict[str, Any] = field(default_factory=dict)
    json: bool = False
    path: str = ""
    right: Right | None = None


def everybody(status: Answer = 200, **others: Answer) -> dict[str, Answer]:
    return dict.fromkeys(WHO, status) | others


def signed_in(status: Answer = 200, **others: Answer) -> dict[str, Answer]:
    return everybody(LOGIN) | dict.fromkeys(SIGNED_IN, status) | others


def staff(*roles: Role, status: Answer = 200) -> dict[str, Answer]:
    """Pages for some roles, all when none is named; who is signed in without gets 403."""
    return signed_in(403) | {role.value: status for role in roles or Role}


def desk(role: str = "viewer", status: Answer = 200, *, rival: Answer = 0) -> dict[str, Answer]:
    """Pages for members of an agency from a role on; `rival`: what those of another agency get
    where the address is of a thing of the first."""
    enough = MEMBER_ROLES[: MEMBER_ROLES.index(role) + 1]
    own = {f"mcn_{each}": status for each in enough}
    return signed_in(403) | own | {f"rival_{each}": rival or status for each in enough}


def api(status: int = 200) -> dict[str, Answer]:
    """For a key with the row's right only; a session opens nothing at the API."""
    return everybody(401) | {"other key": 403, "key": status}


OPERATOR = staff(Role.OPERATOR)
