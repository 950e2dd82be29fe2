"""Random lives of accounts: the pass against a slow telling of the same, and incremental against
full passes. Passes run at random days, so that what a pass missed, or did twice, shows."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disclosure.actions import declarations
from disclosure.models import Declaration, Duty, Rule
from influencers.models import Profile, ProfileStatusChange
from journal.values import CLOCK
from tests.factories.disclosure import RuleFactory, declared, duty_pass, move, profile_at

pytestmark = pytest.mark.django_db(transaction=True)

FIRST = date(2026, 3, 1)
FLOORS = [2, 5]  # tiers that the two rules ask for
GRACE = 30


@dataclass
class Told:
    """One duty as the slow telling has it."""

    rule: int
    status: str
    from_day: date
    to_day: date | None
    due: date


@dataclass
class Life:
    """An account, told one day after the other."""

    tiers: list[tuple[date, int]] = field(default_factory=list)  # as recorded, oldest first
    answers: list[tuple[date, date | None]] = field(default_factory=list)
    gone_on: date | None = None
    duties: list[Told] = field(default_factory=list)

    def tier_on(self, day: date) -> int | None:
        """A row replaces every earlier recorded one of the same or a later day."""
        known: list[tuple[date, int]] = []
        for on, tier in self.tiers:
            known = [row for row in known if row[0] < on] + [(on, tier)]
        return next((tier for on, tier in reversed(known) if on <= day), None)

    def under(self, floor: int, day: date) -> bool:
        return (self.tier_on(day) or -1) >= floor

    def answered(self, day: date) -> bool:
        return any(a <= day and (b is None or day < b) for a, b in self.answers)

    def run_from(self, holds: Any, today: date) -> date:
        """First day of the unbroken run of days up to today on which something holds."""
        day = today
        while day > FIRST - timedelta(days=400) and holds(day - timedelta(days=1)):
            day -= timedelta(days=1)
        return day

    def pass_on(self, today: date, rules: list[tuple[int, int]]) -> None:
        for rule, floor in rules:
            self._pass(today, rule, floor)

    def _pass(self, today: date, rule: int, floor: int) -> None:
        mine = [duty for duty in self.duties if duty.rule == rule]
        under = self.under(floor, today) and self.gone_on is None
        answered = self.answered(today)
        open_ = next((duty for duty in mine if duty.status == "open"), None)
        if open_ is not None and not under:
            open_.status, open_.to_day = "closed", max(open_.from_day, self._out(today, floor))
        elif open_ is not None and answered:
            since = self.run_from(self.answered, today)
            open_.status, open_.to_day = "met", max(open_.from_day, since)
        elif open_ is None and under and not (answered and mine and mine[-1].status == "met"):
            self._open(today, rule, floor, mine, answered)

    def _out(self, today: date, floor: int) -> date:
        days = [self.gone_on] if self.gone_on is not None else []
        if not self.under(floor, today):
            days = days or [self.run_from(lambda day: not self.under(floor, day), today)]
        return min([*days, today])

    def _open(self, today: date, rule: int, floor: int, mine: list[Told], answered: bool) -> None:
        from_day = self.run_from(lambda day: self.under(floor, day), today)
        for duty in mine:
            if duty.to_day and (duty.status != "closed" or duty.to_day > duty.from_day):
                from_day = max(from_day, duty.to_day)
        from_day = max([from_day, *[b for _, b in self._runs() if b is not None and b <= today]])
        due = today + timedelta(days=GRACE)
        if answered:
            to_day = max(from_day, self.run_from(self.answered, today))
            self.duties.append(Told(rule, "met", from_day, to_day, due))
        else:
            self.duties.append(Told(rule, "open", from_day, None, due))

    def _runs(self) -> list[tuple[date, date | None]]:
        """Answers, those that touch taken together."""
        runs: list[tuple[date, date | None]] = []
        for since, until in sorted(self.answers):
            if until is not None and until <= since:
                continue
            if runs and runs[-1][1] == since:
                runs[-1] = (runs[-1][0], until)
            else:
                runs.append((since, until))
        return runs


# What happens to one of two accounts, how many days after what happened before, and whether a pass
# comes after it.
STEP = st.one_of(
    st.tuples(st.just("tier"), st.sampled_from([0, 2, 4, 5]), st.sampled_from([0, 0, -3, -12])),
    st.tuples(st.just("declare"), st.integers(-6, 0), st.just(0)),
    st.tuples(st.just("withdraw"), st.sampled_from([0, -2, -30]), st.just(0)),
    st.tuples(st.just("status"), st.sampled_from(["revoked", "active"]), st.integers(-4, 0)),
)
PASS = st.sampled_from([None, "incremental", "incremental", "full"])
STORY = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([0, 1, 5, 9]), STEP, PASS),
    min_size=8,
    max_size=20,
)


@pytest.fixture
def rules() -> list[tuple[int, int]]:
    Rule.objects.in_use().delete()
    far = date(2020, 1, 1)
    low = RuleFactory(code="low", min_followers=500_000, live_from=far, grace_days=GRACE)
    high = RuleFactory(code="high", min_followers=10_000_000, live_from=far, grace_days=GRACE)
    return [(low.pk, FLOORS[0]), (high.pk, FLOORS[1])]


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(STORY)
def test_pass_does_what_the_slow_telling_says_and_a_full_one_finds_nothing_more(
    rules: list[tuple[int, int]], story: Any
) -> None:
    profiles = [profile_at(0, FIRST - timedelta(days=30)) for _ in range(2)]
    lives = [Life(tiers=[(FIRST - timedelta(days=30), 0)]) for _ in profiles]
    today = FIRST
    # Both accounts begin with an open duty: most of what can happen happens to one.
    story = [(0, 0, ("tier", 5, 0), "full"), (1, 0, ("tier", 2, 0), "incremental"), *story]
    try:
        for which, later, step, pass_ in story:
            today += timedelta(days=later)
            live(profiles[which], lives[which], today, step)
            if pass_:
                duty_pass(today, full=pass_ == "full")
                for life in lives:
                    life.pass_on(today, rules)
                assert [rows(profile) for profile in profiles] == [told(life) for life in lives]
        duty_pass(today)
        more = duty_pass(today, full=True).counts
        assert (more["opened"], more["met"], more["closed"]) == (0, 0, 0)
    finally:
        # Days of the next story begin anew: no pass may find the ones of this one.
        Profile.objects.update(tier=None)
        Duty.objects.all().delete()


def live(profile: Profile, life: Life, today: date, step: tuple[str, Any, int]) -> None:
    """One thing happens to an account, in the database and in the telling."""
    profile.refresh_from_db()
    what, how, days = step
    match what:
        case "tier":
            on = max(today + timedelta(days=days), FIRST - timedelta(days=30))
            if how != profile.tier:
                move(profile, how, on)
                life.tiers.append((on, how))
        case "declare" if not any(
            b is None or b > today + timedelta(days=how) for _, b in life.answers
        ):
            since = today + timedelta(days=how)
            declared(profile, since)
            life.answers.append((since, None))
        case "withdraw" if life.answers and life.answers[-1][1] is None:
            since, _ = life.answers[-1]
            until = max(since, today + timedelta(days=how))
            declaration = Declaration.objects.get(profile=profile, status="active")
            declarations.withdraw(declaration, until=until, by=CLOCK)
            life.answers[-1] = (since, until)
        case "status" if how != profile.status:
            on = today + timedelta(days=days)
            profile.status = how
            profile.save(update_fields=["status"])
            ProfileStatusChange.objects.create(profile=profile, effective_on=on, status=how)
            life.gone_on = on if how == "revoked" else None


def rows(profile: Profile) -> list[Told]:
    return sorted(
        [
            Told(duty.rule_id, str(duty.status), duty.from_day, duty.to_day, duty.due)
            for duty in profile.duties.order_by("pk")
        ],
        key=by_rule,
    )


def told(life: Life) -> list[Told]:
    return sorted(life.duties, key=by_rule)


def by_rule(duty: Told) -> int:
    return duty.rule
