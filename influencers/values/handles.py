"""Who held which handle when: pure, without a database.

What arrives are statements "this account had this handle on this day". What is kept are periods.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

Name = tuple[int, str]  # platform and handle
FOREVER = date.max


@dataclass(frozen=True, slots=True)
class Period:
    """`holder` had `name` from `since` to the day before `until` (FOREVER: until further news)."""

    holder: Hashable
    name: Name
    since: date
    until: date = FOREVER

    def covers(self, day: date) -> bool:
        return self.since <= day < self.until


@dataclass
class Ledger:
    """The periods of some accounts and handles, and what statements make of them.

    It must be given all periods of every handle and of every account that a statement names, and
    of the accounts that hold those handles. `seen` is the newest day on which an account was
    observed: its handle of that day is news as well, and an older statement does not overrule it.
    """

    seen: dict[Hashable, date] = field(default_factory=dict)
    _by_name: dict[Name, set[Period]] = field(default_factory=lambda: defaultdict(set))
    _by_holder: dict[Hashable, set[Period]] = field(default_factory=lambda: defaultdict(set))

    def saw(self, holder: Hashable, day: date | None) -> None:
        """Takes in that an account was observed on a day."""
        if day is not None:
            self.seen[holder] = max(day, self.seen.get(holder, day))

    def put(self, periods: Iterable[Period]) -> None:
        for period in periods:
            self._by_name[period.name].add(period)
            self._by_holder[period.holder].add(period)

    def __iter__(self) -> Iterator[Period]:
        return (period for periods in self._by_holder.values() for period in periods)

    def on_day(self, name: Name, day: date) -> Period | None:
        """The period of whoever held a handle on a day."""
        return next((p for p in self._by_name[name] if p.covers(day)), None)

    def now(self, holder: Hashable) -> str:
        """The handle that an account has until further news, or nothing."""
        return next((p.name[1] for p in self._by_holder[holder] if p.until == FOREVER), "")

    def known(self, holder: Hashable) -> bool:
        """Whether an account has had any handle."""
        return bool(self._by_holder[holder])

    def claim(self, holder: Hashable, name: Name, day: date) -> bool:
        """Takes in that an account had a handle on a day. Returns whether that changed anything.

        The handle is the account's from that day to the next news: another handle of the account,
        another holder of the handle, or the newest day on which either was observed otherwise.
        Whatever stood in the way ends on that day and goes on after the news.
        """
        own = next((p for p in self._by_holder[holder] if p.covers(day)), None)
        if own is not None and own.name == name:
            return False
        other = self.on_day(name, day)
        news = [p.since for p in self._by_holder[holder] if p.since > day]
        news += [p.since for p in self._by_name[name] if p.since > day]
        news += [
            self.seen[p.holder]
            for p in (own, other)
            if p is not None and day < self.seen.get(p.holder, day) < p.until
        ]
        until = min(news, default=FOREVER)
        for stood in {own, other} - {None}:
            assert stood is not None
            self._drop(stood)
            self.put(_rest(stood, day, until))
        # Unbroken periods of one handle are one period.
        for next_to in list(self._by_holder[holder]):
            if next_to.name == name and next_to.since == until:
                self._drop(next_to)
                until = next_to.until
            elif next_to.name == name and next_to.until == day:
                self._drop(next_to)
                day = next_to.since
        self.put([Period(holder, name, day, until)])
        return True

    def _drop(self, period: Period) -> None:
        self._by_name[period.name].discard(period)
        self._by_holder[period.holder].discard(period)


def _rest(period: Period, since: date, until: date) -> list[Period]:
    """What is left of a period without `since` to `until`."""
    before = Period(period.holder, period.name, period.since, min(since, period.until))
    after = Period(period.holder, period.name, max(until, period.since), period.until)
    return [part for part in (before, after) if part.since < part.until]
