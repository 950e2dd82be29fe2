"""What a contract and its bindings may say, told from their records alone: forms, keys and files
are judged by the same words. Nothing in here asks the database or writes."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Protocol

from django.db.backends.postgresql.psycopg_any import DateRange

from agencies.models.bindings import PUBLIC
from agencies.models.fields import Parts
from agencies.values.problems import row_problem

GONE = ("void", "refused", "withdrawn")


class Refused(ValueError):
    """The change cannot stand. `field` names the form field it is about, `code` the rule
    (values.problems.RULES) with what its text names in `about`; the text is for a person."""

    def __init__(
        self,
        text: str = "",
        field: str = "",
        *,
        code: str = "",
        about: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(text or row_problem(code, about))
        self.field, self.code, self.about = field, code, about or {}


class ContractRefused(Refused):
    """A contract cannot be as it is wanted."""


class BindingRefused(Refused):
    """A binding cannot be as it is wanted."""


class Held(Protocol):
    """A binding, or what one is to become."""

    status: str
    during: DateRange
    lines: Parts
    territory: Parts


def may_last(during: DateRange, bindings: Iterable[Held]) -> None:
    """Raises ContractRefused where a contract cannot have another period, because of what it holds:
    a first day after that of one of its bindings, a last day before a public one begins."""
    alive = [each for each in bindings if each.status not in GONE]
    if any(each.during.lower < during.lower for each in alive):
        raise ContractRefused(code="bound_before", field="during")
    if during.upper is not None:
        may_end(during.upper - timedelta(days=1), alive, "during")


def may_end(last_day: date, bindings: Iterable[Held], field: str) -> None:
    """What the account has confirmed never becomes void by a word of the agency."""
    public = (each for each in bindings if each.status in PUBLIC)
    if any(each.during.lower > last_day for each in public):
        raise ContractRefused(code="public_after", field=field)


def must_lie_within(during: DateRange, whole: DateRange) -> None:
    """Raises BindingRefused for days of a binding outside of its contract's period."""
    field = outside(during, whole)
    if not field:
        return
    if whole.upper is None:
        raise BindingRefused(code="outside_open", about={"first": whole.lower}, field=field)
    about = {"first": whole.lower, "last": whole.upper - timedelta(days=1)}
    raise BindingRefused(code="outside", about=about, field=field)


def may_become(
    held: Held, during: DateRange, lines: Parts, territory: Parts, *, by_agency: bool
) -> None:
    """Raises BindingRefused where a public binding would say more than was confirmed, and for an
    agency that takes first days away from it, which the public page has shown."""
    if held.status not in PUBLIC:
        return
    if more := more_than(held, during, lines, territory):
        raise BindingRefused(code="more", field=more)
    if during.lower > held.during.lower and by_agency:
        raise BindingRefused(code="first_day", field="since")


def more_than(held: Held, during: DateRange, lines: Parts, territory: Parts) -> str:
    """The form field that says more than the binding does; "" where none does."""
    if field := outside(during, held.during):
        return field
    if not covers(held.lines, lines):
        return "lines"
    return "" if covers(held.territory, territory) else "territory"


def outside(inner: DateRange, outer: DateRange) -> str:
    """The form field by which a period leaves another one; "" where it lies within."""
    if inner.lower < outer.lower or (outer.upper is not None and inner.lower >= outer.upper):
        return "since"
    if outer.upper is not None and (inner.upper is None or inner.upper > outer.upper):
        return "last_day"
    return ""


def covers(outer: Parts, inner: Parts) -> bool:
    return all(any(lo >= a and hi <= b for a, b in outer) for lo, hi in inner)


def meet(one: Parts, other: Parts) -> bool:
    return any(lo < b and a < hi for lo, hi in one for a, b in other)


def collide(one: Held, during: DateRange, lines: Parts, territory: Parts) -> bool:
    """Whether a binding is about some of these days in some of these scopes."""
    first, second = one.during, during
    days = (second.upper is None or first.lower < second.upper) and (
        first.upper is None or second.lower < first.upper
    )
    return days and meet(one.lines, lines) and meet(one.territory, territory)
