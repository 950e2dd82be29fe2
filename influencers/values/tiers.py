"""How an account moves between tiers: the definition, told one day after the other.

The tier pass does the same for a million accounts in SQL (influencers.actions.tiers); tests hold
the two against each other on random histories.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Seen:
    """Followers of an account on a day. `at_least`: the platform published a lower bound."""

    day: date
    followers: int
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Scheme:
    """The numbers of a tier scheme; see influencers.models.TierScheme for what each means."""

    floors: Sequence[int]
    rise_after: int = 1
    fall_margin: Decimal = Decimal("0.05")
    fall_after_days: int = 30


@dataclass(frozen=True, slots=True)
class Change:
    """From `effective_on` on the account is in `tier`, because of what was seen on `cause_day`."""

    effective_on: date
    from_tier: int | None
    tier: int
    cause_day: date
    cause_followers: int


@dataclass(frozen=True, slots=True)
class Life:
    """All changes of an account, oldest first, and the day on which a fall may take effect."""

    changes: tuple[Change, ...]
    look_again_on: date | None

    @property
    def tier(self) -> int | None:
        return self.changes[-1].tier if self.changes else None

    @property
    def tier_since(self) -> date | None:
        return self.changes[-1].effective_on if self.changes else None


class _Step:
    """One floor of a scheme: whether the account holds it, and what may change that."""

    def __init__(self, floor: int, scheme: Scheme) -> None:
        self.floor, self.scheme = floor, scheme
        self.low = floor * (1 - scheme.fall_margin)
        self.on = False
        self.reached = 0  # consecutive observations at or above the floor
        self.under: Seen | None = None  # the first of an unbroken run under the margin

    def see(self, seen: Seen, *, first: bool) -> bool:
        """Takes an observation. Returns whether it makes the account rise."""
        if seen.followers >= self.floor:
            self.reached += 1
        elif not seen.at_least:
            self.reached = 0
        if seen.followers >= self.low:
            self.under = None
        elif self.under is None and not seen.at_least:
            self.under = seen
        enough = 1 if first else self.scheme.rise_after
        return seen.followers >= self.floor and self.reached >= enough

    def falls_on(self) -> date | None:
        if self.under is None:
            return None
        return self.under.day + timedelta(days=self.scheme.fall_after_days)


def live(observations: Iterable[Seen], scheme: Scheme, today: date) -> Life:
    """What the observations of one account, in any order, make of it up to and including `today`.

    The first observation sets the tier to the number of floors it reaches. From then on each floor
    is won and lost by itself, and the tier is the number of floors held:

    - won on the `rise_after`-th consecutive observation at or above the floor;
    - lost `fall_after_days` days after the first day of an unbroken run of observations under
      floor × (1 − `fall_margin`), when nothing up to and including that day has broken the run.
      Nothing new need arrive for that.

    A lower bound (5万+) counts as its number where that reaches a floor: the account has at least
    as many. Where it does not, it says nothing about the floor: it neither begins nor lengthens a
    run under it, nor does it interrupt a row of observations above it. At or above the margin it
    does break a run under it, because then the account is certainly not under.

    Every observation counts: where one is newer than `today`, the newest day stands for today.
    The cause of a change is the observation that completed the rise or began the fall.
    """
    by_day = {seen.day: seen for seen in observations}
    if not by_day:
        return Life((), None)
    first = day = min(by_day)
    last = max(today, max(by_day))
    steps = [_Step(floor, scheme) for floor in scheme.floors]
    changes: list[Change] = []
    while day <= last:
        seen, cause = by_day.get(day), None
        for step in steps:
            if seen is not None and step.see(seen, first=day == first) and not step.on:
                step.on, cause = True, seen
            if step.on and step.falls_on() == day:
                step.on, cause = False, step.under
        held = sum(step.on for step in steps)
        if day == first:
            cause = seen
        if cause is not None:
            before = changes[-1].tier if changes else None
            changes.append(Change(day, before, held, cause.day, cause.followers))
        day += timedelta(days=1)
    due = [on for step in steps if step.on and (on := step.falls_on()) is not None]
    return Life(tuple(changes), min(due, default=None))
