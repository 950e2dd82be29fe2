"""Tallies move by differences and must equal what counting everything gives."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboards.models import Contribution, Tally, TallyDay
from disclosure.models import Duty, Rule, Standing
from influencers.models import Platform, Profile, TierChange, TierScheme
from journal import actions as journal
from journal.models import Run
from journal.values import CLOCK

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)  # the same day in every zone used here
TODAY = date(2026, 6, 1)


@pytest.fixture
def platforms() -> list[Platform]:
    return [
        Platform.objects.create(code=f"place-{n}", name_en=f"Place {n}", name_zh=f"地方{n}")
        for n in (1, 2)
    ]


@pytest.fixture
def rule() -> Rule:
    return Rule.objects.create(
        code="test-rule", name_en="Test", name_zh="试", basis="practice", min_followers=1_000_000
    )


def tally_pass(*, full: bool = False, at: datetime = NOON) -> Run:
    run = journal.ask("tallies", by=CLOCK, full=full, params={"as_of": at.isoformat()})
    assert journal.work(run.pk, "here")
    run.refresh_from_db()
    assert run.status == "done", run.error
    return run


def counted() -> dict[tuple[int, int, str], tuple[int, int, int, int]]:
    """The tallies that are not empty."""
    return {
        (t.platform_id, t.tier, t.state): (
            t.profiles,
            t.duties_open,
            t.duties_met,
            t.duties_overdue,
        )
        for t in Tally.objects.filter(profiles__gt=0)
    }


def recounted(today: date = TODAY) -> dict[tuple[int, int, str], tuple[int, ...]]:
    """The same from the register, account by account."""
    sums: dict[tuple[int, int, str], Counter[str]] = {}
    for profile in Profile.objects.select_related("standing").prefetch_related("duties"):
        duties = list(profile.duties.all())
        opened = [d for d in duties if d.status == "open"]
        newest = {d.rule_id: d for d in sorted(duties, key=lambda d: d.pk)}
        state = profile.standing.state if hasattr(profile, "standing") else "none"
        if state == "none" and opened:
            state = "unanswered"
        key = (profile.platform_id, -1 if profile.tier is None else profile.tier, state)
        sums.setdefault(key, Counter()).update(
            profiles=1,
            open=len(opened),
            met=sum(d.status == "met" for d in newest.values()),
            overdue=sum(d.due < today for d in opened),
        )
    return {k: (c["profiles"], c["open"], c["met"], c["overdue"]) for k, c in sums.items()}


def make(platform: Platform, number: int, tier: int | None = 1, state: str = "none") -> Profile:
    profile = Profile.objects.create(platform=platform, external_id=f"p{number}", tier=tier)
    Standing.objects.create(profile=profile, state=state)
    return profile


def open_duty(profile: Profile, rule: Rule, due: date) -> Duty:
    return Duty.objects.create(profile=profile, rule=rule, from_day=date(2026, 1, 1), due=due)


def meet(duty: Duty) -> None:
    Duty.objects.filter(pk=duty.pk).update(
        status="met", to_day=TODAY, closed_at=timezone.now(), xid=next_xid()
    )


def next_xid() -> Any:
    from journal.models.fields import CurrentXid

    return CurrentXid()


def test_first_pass_counts_everything(platforms: list[Platform], rule: Rule) -> None:
    make(platforms[0], 1, tier=3, state="independent")
    open_duty(make(platforms[0], 2, tier=3), rule, TODAY)
    make(platforms[1], 3, tier=None)
    run = tally_pass()
    assert run.full
    assert run.counts == {"changed": 3}
    assert counted() == {
        (platforms[0].pk, 3, "independent"): (1, 0, 0, 0),
        (platforms[0].pk, 3, "unanswered"): (1, 1, 0, 0),
        (platforms[1].pk, -1, "none"): (1, 0, 0, 0),
    }


def test_second_pass_moves_only_what_changed(platforms: list[Platform], rule: Rule) -> None:
    first, second = make(platforms[0], 1), make(platforms[0], 2)
    tally_pass()
    Standing.objects.filter(profile=first).update(state="managed", xid=next_xid())
    open_duty(second, rule, TODAY)
    run = tally_pass()
    assert not run.full
    assert run.counts == {"changed": 2}
    assert counted() == recounted()


def test_pass_with_nothing_new_changes_nothing(platforms: list[Platform]) -> None:
    make(platforms[0], 1)
    tally_pass(full=True)
    before = counted()
    run = tally_pass(full=True)
    assert run.counts.get("changed", 0) == 0
    assert counted() == before


def test_duty_goes_overdue_with_the_calendar_alone(platforms: list[Platform], rule: Rule) -> None:
    open_duty(make(platforms[0], 1), rule, TODAY)
    tally_pass()
    assert counted() == {(platforms[0].pk, 1, "unanswered"): (1, 1, 0, 0)}
    tally_pass(at=NOON + timedelta(days=1))
    assert counted() == {(platforms[0].pk, 1, "unanswered"): (1, 1, 0, 1)}


def test_met_duty_that_was_opened_again_counts_as_open(
    platforms: list[Platform], rule: Rule
) -> None:
    profile = make(platforms[0], 1)
    meet(open_duty(profile, rule, TODAY))
    open_duty(profile, rule, TODAY)
    tally_pass()
    assert counted() == {(platforms[0].pk, 1, "unanswered"): (1, 1, 0, 0)}


def test_full_pass_forgets_an_erased_account(platforms: list[Platform]) -> None:
    profile = make(platforms[0], 1)
    make(platforms[0], 2)
    tally_pass()
    profile.delete()
    tally_pass(full=True)
    assert counted() == {(platforms[0].pk, 1, "none"): (1, 0, 0, 0)}
    assert Contribution.objects.count() == 1


def test_pass_keeps_the_day_for_trends_once(platforms: list[Platform]) -> None:
    make(platforms[0], 1)
    tally_pass()
    tally_pass(full=True)
    assert [(t.day, t.profiles) for t in TallyDay.objects.filter(profiles__gt=0)] == [(TODAY, 1)]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_incremental_passes_equal_a_recount(
    platforms: list[Platform], rule: Rule, seed: int
) -> None:
    Profile.objects.all().delete()
    Contribution.objects.all().delete()
    Tally.objects.all().delete()
    Run.objects.all().delete()
    dice = random.Random(seed)
    scheme = TierScheme.objects.filter(platform=platforms[0], current=True).first()
    if scheme is None:
        scheme = TierScheme.objects.create(platform=platforms[0], floors=[100, 1000])
    today = TODAY
    for step in range(4):
        for number in range(dice.randrange(3)):
            make(dice.choice(platforms), step * 10 + number, tier=dice.choice([None, 0, 1, 2]))
        for profile in Profile.objects.order_by("pk"):
            chance = dice.random()
            if chance < 0.3:
                state = dice.choice(["managed", "independent", "none", "undisclosed"])
                Standing.objects.filter(profile=profile).update(state=state, xid=next_xid())
            elif chance < 0.5:
                tier = dice.choice([0, 1, 2])
                Profile.objects.filter(pk=profile.pk).update(tier=tier)
                TierChange.objects.create(
                    profile=profile, scheme=scheme, effective_on=today, tier=tier
                )
            elif chance < 0.7:
                duty = profile.duties.filter(status="open").first()
                if duty:
                    meet(duty)
                else:
                    open_duty(profile, rule, today + timedelta(days=dice.randrange(-2, 3)))
        today += timedelta(days=dice.randrange(2))
        at = NOON + (today - TODAY)
        tally_pass(full=dice.random() < 0.2, at=at)
        assert counted() == recounted(today)
