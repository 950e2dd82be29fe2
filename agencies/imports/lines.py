"""Rows of a file with what becomes of them, and contracts as their rows want them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from agencies.models import Binding, Contract
from agencies.models.fields import Parts
from influencers.models import Profile

ONE_DAY = timedelta(days=1)
Problem = dict[str, Any]
NO_REFUSALS = ("held", "held_open")


@dataclass
class Bound:
    """A binding as the plan leaves it: one that there is (`row`), or a new claim."""

    profile: Profile
    during: DateRange
    lines: Parts
    territory: Parts
    exclusive: bool
    status: str = "claimed"
    row: Binding | None = None
    line: int = 0  # the line that wants it so

    @property
    def facts(self) -> tuple[Any, ...]:
        return (self.during, self.lines, self.territory, self.exclusive)


@dataclass
class Line:
    """A row with what becomes of it."""

    number: int
    said: dict[str, Any]
    cells: list[str]
    problems: list[Problem]
    profile: Profile | None = None
    contract: Contract | None = None
    bound: Bound | None = None
    changes: list[list[Any]] = field(default_factory=list)
    news: bool = False  # a contract or a claim that was not there
    contested: bool = False
    amends: bool = False  # the row by whose word the contract changes
    before: dict[str, Any] | None = None  # what the binding said that it changes
    claimed: bool = False  # its claim was written

    @property
    def outcome(self) -> str:
        if any(found["code"] not in NO_REFUSALS for found in self.problems):
            return "error"
        if self.contested:
            return "conflict"
        return "new" if self.news else "changed" if self.changes else "same"

    def forget(self) -> None:
        """As it was before anybody asked what it changes."""
        self.bound, self.contract, self.before, self.changes = None, None, None, []
        self.news = self.contested = self.amends = False
        self.problems = [found for found in self.problems if found["code"] not in NO_REFUSALS]

    def refuse(self, column: str, code: str, about: dict[str, Any] | None = None) -> None:
        value = self.said.get(column, "")
        self.problems.append(
            {
                "column": column,
                "value": value if isinstance(value, str) else "",
                "code": code,
                "about": {name: str(each) for name, each in (about or {}).items()},
            }
        )


@dataclass
class Deal:
    """A contract with its lines: as it is to be, and what it holds then."""

    contract: Contract
    lines: list[Line]
    held: list[Bound]
    was: dict[str, Any] | None  # None for a new one
    changed: dict[str, Any] = field(default_factory=dict)
    capped: list[tuple[Binding, DateRange]] = field(default_factory=list)


@dataclass
class Plan:
    """Lines in the order of the file and the contracts that they are about."""

    lines: list[Line]
    deals: list[Deal]


def line_of(row: Any) -> Line:
    said = dict(row.said)
    for name in ("lines", "territory"):
        if name in said:
            said[name] = tuple((lo, hi) for lo, hi in said[name])
    found = [
        {"column": column, "value": value, "code": code, "about": {}}
        for column, value, code in row.problems
    ]
    return Line(row.line, said, row.cells, found)


def words_of_contract(contract: Contract) -> dict[str, Any]:
    """A contract in the words of a row."""
    return {
        "party": contract.party,
        "kind": str(contract.kind),
        "services": [code for code, _ in Contract.SERVICES if code in contract.services],
        "signed_on": contract.signed_on.isoformat() if contract.signed_on else "",
        "since": contract.during.lower.isoformat(),
        "last_day": last_day(contract.during),
        "renewal": str(contract.renewal),
    }


def last_day(during: DateRange) -> str:
    return (during.upper - ONE_DAY).isoformat() if during.upper else "open"


def period(since: str, last: str) -> DateRange | None:
    """Half-open; None where the last day lies before the first."""
    lower = date.fromisoformat(since)
    upper = None if last == "open" else date.fromisoformat(last) + ONE_DAY
    return DateRange(lower, upper) if upper is None or lower < upper else None


def words_of_bound(bound: Bound | Binding) -> dict[str, Any]:
    """What a binding says, in the words of a row; scopes as pairs of numbers."""
    return {
        "bound_since": bound.during.lower.isoformat(),
        "bound_until": last_day(bound.during),
        "lines": [list(pair) for pair in bound.lines],
        "territory": [list(pair) for pair in bound.territory],
        "exclusive": bound.exclusive,
    }
