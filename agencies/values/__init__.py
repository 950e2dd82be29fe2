"""Words of contracts: what the calendar and the creators make of them."""

from collections.abc import Iterable
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

EXPIRING_WITHIN = 30  # days


class ContractState(TextChoices):
    """By what an agency sorts its contracts. Not stored; a contract may be in several."""

    ACTIVE = "active", pgettext_lazy("contracts", "active")
    EXPIRING = "expiring", pgettext_lazy("contracts", "expiring")
    AWAITING = "awaiting", pgettext_lazy("contracts", "awaiting the creator")
    DISPUTED = "disputed", pgettext_lazy("contracts", "disputed")
    UNCONFIRMED = "unconfirmed", pgettext_lazy("contracts", "unconfirmed")
    ENDED = "ended", pgettext_lazy("contracts", "ended")


def phase(status: str, since: date, until: date | None, today: date) -> str:
    """Where a contract stands on a day: withdrawn, ended, upcoming, expiring or active.

    `until` is the first day that is out.
    """
    if status == "withdrawn":
        return "withdrawn"
    if until is not None and until <= today:
        return "ended"
    if since > today:
        return "upcoming"
    if until is not None and (until - today).days <= EXPIRING_WITHIN:
        return "expiring"
    return "active"


LINE_WIDTH = 100  # numbers that a business line takes from its own on


def joined(parts: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Half-open pairs sorted, those that touch made one, as PostgreSQL gives them back."""
    whole: list[tuple[int, int]] = []
    for lo, hi in sorted(parts):
        if whole and lo <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(hi, whole[-1][1]))
        else:
            whole.append((lo, hi))
    return tuple(whole)


def cover(parts: Iterable[tuple[int, int]], known: Iterable[tuple[int, int]]) -> list[int]:
    """Which of the known intervals (outer ones before those inside of them) say what `parts` say:
    their positions, without those that lie in another one of the answer."""
    parts, chosen, found = list(parts), list[tuple[int, int]](), list[int]()
    for position, (lo, hi) in enumerate(known):
        if any(a <= lo and hi <= b for a, b in chosen):
            continue
        if any(a <= lo and hi <= b for a, b in parts):
            chosen.append((lo, hi))
            found.append(position)
    return found
