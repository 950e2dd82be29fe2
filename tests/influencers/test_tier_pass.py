"""The tier pass: what it writes, and that in full, over what changed and told slowly it is one."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influencers.models import Platform, Profile, TierChange, TierScheme
from influencers.queries import tier_changes, tier_on
from influencers.values.tiers import live
from journal import actions as journal
from journal.models import Event, Run
from journal.values import CLOCK
from tests.influencers.histories import (
    day,
    observe,
    plain,
    profile_on,
    seen,
    settled,
    tiers_pass,
    written,
)

# --- One history after the other ----------------------------------------------------------------

FOLLOWERS = st.sampled_from([0, 5, 8, 9, 10, 15, 18, 19, 20, 25, 36, 39, 40, 50])
REPORT = st.tuples(
    st.integers(0, 2),  # whose
    st.integers(0, 9),  # how many days ago
    FOLLOWERS,
    st.sampled_from([False, False, False, True]),  # a lower bound
)
SCHEME = st.tuples(
    st.integers(1, 3),  # rise after
    st.sampled_from(["0.000", "0.100", "0.200"]),  # margin
    st.integers(0, 5),  # fall after days
)
ROUND = st.tuples(
    st.integers(0, 6),  # days since the round before
    st.lists(REPORT, max_size=6),
    st.booleans(),  # a pass over everything
    st.sampled_from([None, None, None, None, None, (1, "0.100", 3), (2, "0.000", 1)]),
)


def _scheme(numbers: tuple[int, str, int], version: int) -> TierScheme:
    platform = Platform.objects.get(code="weibo")
    TierScheme.objects.filter(platform=platform).update(current=False)
    rise_after, margin, fall_after_days = numbers
    return TierScheme.objects.create(
        platform=platform,
        version=version,
        floors=[10, 20, 40] if version % 2 else [10, 20],
        rise_after=rise_after,
        fall_margin=Decimal(margin),
        fall_after_days=fall_after_days,
    )


def _forget_everything() -> None:
    Run.objects.all().delete()
    Profile.objects.all().delete()
    TierScheme.objects.filter(platform__code="weibo", version__gte=100).delete()


def _live_through(size: int, numbers: tuple[int, str, int], rounds: list) -> None:
    """After each pass the register says what the definition says."""
    _forget_everything()
    scheme = _scheme(numbers, 101)
    profiles = [profile_on("weibo", str(n)) for n in range(3)]
    today = 9
    with override_settings(RANGE_SIZE=size):
        for passed, reports, full, other_scheme in rounds:
            today += passed
            for whose, ago, followers, at_least in reports:
                observe(profiles[whose], day(today - ago), followers, at_least)
            if other_scheme is not None:
                scheme = _scheme(other_scheme, scheme.version + 1)
            tiers_pass(day(today), full=full)
            for profile in profiles:
                assert written(profile) == live(seen(profile), plain(scheme), day(today))


@pytest.mark.django_db(transaction=True)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([1, 2, 20_000]), SCHEME, st.lists(ROUND, min_size=1, max_size=7))
def test_lived_tiers_equal_replayed_ones(size, numbers, rounds):
    _live_through(size, numbers, rounds)


@pytest.mark.night
@pytest.mark.django_db(transaction=True)
@settings(max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([1, 2, 20_000]), SCHEME, st.lists(ROUND, min_size=1, max_size=12))
def test_lived_tiers_equal_replayed_ones_for_long(size, numbers, rounds):
    _live_through(size, numbers, rounds)


# --- What a pass writes -------------------------------------------------------------------------

pytestmark = pytest.mark.django_db
MILLION, HALF = 1_000_000, 500_000


def test_first_pass_sets_tiers_and_writes_one_event():
    first, second = profile_on("weibo", "1"), profile_on("douyin", "2")
    observe(first, day(0), 120_000)
    observe(second, day(0), 99_999)
    observe(second, day(1), 12_000_000)
    run = tiers_pass(day(1))
    assert (run.full, run.counts) == (True, {"tier_changes": 3, "looked_at": 2})
    assert [(c.from_tier, c.tier, c.effective_on) for c in tier_changes(first)] == [
        (None, 1, day(0))
    ]
    assert [(c.from_tier, c.tier, c.cause_followers) for c in tier_changes(second)] == [
        (0, 5, 12_000_000),
        (None, 0, 99_999),
    ]
    event = Event.objects.get(verb="tiers.changed")
    assert (event.subject_type, event.subject_id, event.audience, event.profile_id) == (
        "run",
        str(run.pk),
        "staff",
        None,
    )
    assert event.changes == {
        "from_profile": 0,
        "to_profile": 20_000,
        "tier_changes": 3,
        "looked_at": 2,
    }


@pytest.mark.parametrize("full", [False, True])
def test_pass_without_news_changes_nothing(full):
    profile = profile_on("weibo", "1")
    observe(profile, day(0), 120_000)
    tiers_pass(day(0))
    assert tiers_pass(day(1), full=full).counts.get("tier_changes", 0) == 0
    assert (TierChange.objects.count(), Event.objects.filter(verb="tiers.changed").count()) == (
        1,
        1,
    )


def test_profile_without_a_count_has_no_tier():
    profile = profile_on("wechat", "1")
    tiers_pass(day(0))
    profile.refresh_from_db()
    assert (profile.tier, profile.tier_since, TierChange.objects.count()) == (None, None, 0)


def test_profile_of_a_platform_without_a_scheme_has_no_tier():
    TierScheme.objects.filter(platform__code="wechat").update(current=False)
    profile = profile_on("wechat", "1")
    observe(profile, day(0), MILLION)
    tiers_pass(day(0))
    profile.refresh_from_db()
    assert (profile.tier, TierChange.objects.count()) == (None, 0)


def test_fall_takes_effect_on_its_day_without_anything_new():
    profile = profile_on("weibo", "1")
    observe(profile, day(0), MILLION)
    observe(profile, day(1), 900_000)
    tiers_pass(day(30))
    profile.refresh_from_db()
    assert (profile.tier, profile.look_again_on) == (3, day(31))
    run = tiers_pass(day(31))
    assert (run.full, run.counts) == (False, {"tier_changes": 1, "looked_at": 1})
    profile.refresh_from_db()
    assert (profile.tier, profile.tier_since, profile.look_again_on) == (2, day(31), None)
    change = tier_changes(profile)[0]
    assert (change.from_tier, change.cause_day, change.cause_followers) == (3, day(1), 900_000)


def test_days_are_those_of_each_platform():
    Platform.objects.filter(code="youtube").update(time_zone="UTC")
    east, west = profile_on("weibo", "1"), profile_on("youtube", "2")
    for profile in (east, west):
        observe(profile, day(0), MILLION)
        observe(profile, day(1), 900_000)
    # One o'clock in Shanghai on day 31; in UTC it is still day 30.
    at = datetime.combine(day(31), datetime.min.time(), ZoneInfo("Asia/Shanghai")).replace(hour=1)
    run = journal.ask("tiers", by=CLOCK, params={"as_of": at.isoformat()})
    assert journal.work(run.pk, "test")
    assert [tier_on(profile, day(31)) for profile in (east, west)] == [2, 3]


def test_pass_never_goes_back_behind_an_earlier_one():
    profile = profile_on("weibo", "1")
    observe(profile, day(0), MILLION)
    observe(profile, day(1), 900_000)
    tiers_pass(day(31))
    run = tiers_pass(day(10), full=True)
    assert set(run.params["days"].values()) == {day(31).isoformat()}
    assert written(profile).tier == 2


# --- Corrections --------------------------------------------------------------------------------


def test_revised_count_rewrites_what_follows_and_keeps_what_was_known():
    profile = profile_on("weibo", "1")
    observe(profile, day(0), 90_000)
    observe(profile, day(5), 600_000)
    tiers_pass(day(5))
    before = TierChange.objects.latest("id").recorded_at
    observe(profile, day(5), 60_000)
    assert tiers_pass(day(6)).counts == {"tier_changes": 0, "looked_at": 1}
    profile.refresh_from_db()
    assert (profile.tier, profile.tier_since) == (0, day(0))
    assert [tier_on(profile, day(n)) for n in (4, 5, 6)] == [0, 0, 0]
    assert [tier_on(profile, day(n), before) for n in (4, 5, 6)] == [0, 2, 2]
    assert [(c.effective_on, c.tier) for c in tier_changes(profile)] == [(day(0), 0)]
    assert [(c.effective_on, c.tier) for c in tier_changes(profile, before)] == [
        (day(5), 2),
        (day(0), 0),
    ]


def test_revised_cause_of_an_unchanged_tier_is_written_down():
    profile = profile_on("weibo", "1")
    observe(profile, day(0), 150_000)
    tiers_pass(day(0))
    observe(profile, day(0), 160_000)
    tiers_pass(day(0))
    assert [(c.tier, c.cause_followers) for c in tier_changes(profile)] == [(1, 160_000)]


def test_late_observation_is_put_in_its_place():
    profile = profile_on("weibo", "1")
    observe(profile, day(10), 600_000)
    tiers_pass(day(10))
    observe(profile, day(3), 700_000)
    tiers_pass(day(11))
    assert [(c.effective_on, c.from_tier, c.tier) for c in tier_changes(profile)] == [
        (day(3), None, 2)
    ]
    assert [tier_on(profile, day(n)) for n in (2, 3, 10)] == [None, 2, 2]


def test_late_observation_breaks_a_fall_that_took_effect():
    profile = profile_on("weibo", "1")
    observe(profile, day(0), MILLION)
    observe(profile, day(1), 900_000)
    tiers_pass(day(40))
    observe(profile, day(20), MILLION)
    observe(profile, day(41), 900_000)
    tiers_pass(day(41))
    profile.refresh_from_db()
    assert (profile.tier, profile.tier_since, profile.look_again_on) == (3, day(0), day(71))
    assert [tier_on(profile, day(n)) for n in (30, 31, 41)] == [3, 3, 3]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", [1, 20_000])
def test_counts_that_win_and_lose_nothing_are_not_looked_at(size):
    profile = profile_on("weibo", "1")
    observe(profile, day(0), 600_000)
    with override_settings(RANGE_SIZE=size):
        settled()
        tiers_pass(day(0))
        for n, followers in ((3, 610_000), (5, 480_000), (6, 999_999)):
            observe(profile, day(n), followers)
        settled()
        assert tiers_pass(day(6)).counts.get("looked_at", 0) == 0
        observe(profile, day(4), 500_000)  # late, and it says the same
        observe(profile, day(7), 700_000, at_least=True)
        settled()
        assert tiers_pass(day(7)).counts.get("looked_at", 0) == 0
        observe(profile, day(8), 474_999)
        assert tiers_pass(day(8)).counts == {"tier_changes": 0, "looked_at": 1}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", [1, 20_000])
@pytest.mark.parametrize(
    ("followers", "changes", "look_again_on"),
    [
        # Between the margin and the floor: at the lower tier it wins and loses nothing.
        (960_000, [(0, 3)], None),
        (5_000_000, [(31, 4), (0, 3)], None),
        (100_000, [(31, 2), (0, 3)], day(61)),
    ],
)
def test_count_that_comes_after_a_fall_took_effect_is_put_before_it(
    size, followers, changes, look_again_on
):
    profile = profile_on("weibo", "1")
    observe(profile, day(0), MILLION)
    observe(profile, day(1), 900_000)
    with override_settings(RANGE_SIZE=size):
        tiers_pass(day(31))
        observe(profile, day(31), followers)
        tiers_pass(day(32))
    assert [((c.effective_on - day(0)).days, c.tier) for c in tier_changes(profile)] == changes
    assert written(profile).look_again_on == look_again_on
    scheme = plain(TierScheme.objects.get(platform__code="weibo"))
    assert written(profile) == live(seen(profile), scheme, day(32))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("at_least", [False, True])
def test_run_goes_on_when_the_count_that_broke_it_is_corrected(at_least):
    profile = profile_on("weibo", "1")
    observe(profile, day(0), MILLION)
    observe(profile, day(1), 900_000)
    tiers_pass(day(1))
    observe(profile, day(3), MILLION)
    tiers_pass(day(3))
    assert written(profile).look_again_on is None
    observe(profile, day(3), 900_000, at_least=at_least)
    tiers_pass(day(4))
    assert written(profile).look_again_on == day(31)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", [1, 20_000])
@pytest.mark.parametrize("full", [True, False])
def test_each_thing_that_may_change_a_tier_is_looked_at(size, full):
    """One profile each; the pass finds them whichever way it looks."""
    names = ("quiet", "risen", "falling", "revised", "early", "mended", "new", "bounded")
    profiles = {name: profile_on("weibo", name) for name in names}
    for profile in profiles.values():
        if profile.external_id != "new":
            observe(profile, day(5), 600_000)
    observe(profiles["mended"], day(6), 400_000)
    with override_settings(RANGE_SIZE=size):
        settled()
        tiers_pass(day(6))
        observe(profiles["quiet"], day(7), 601_000)
        observe(profiles["risen"], day(7), MILLION)
        observe(profiles["risen"], day(8), 900_000)
        observe(profiles["falling"], day(7), 1_000)
        observe(profiles["falling"], day(8), 600_000, at_least=True)
        observe(profiles["revised"], day(5), 601_000)
        observe(profiles["early"], day(2), 600_000)
        observe(profiles["mended"], day(7), 600_000)
        observe(profiles["new"], day(7), 600_000)
        observe(profiles["bounded"], day(7), 5_000_000, at_least=True)
        assert tiers_pass(day(8), full=full).counts["looked_at"] == 7
    scheme = plain(TierScheme.objects.get(platform__code="weibo"))
    for profile in profiles.values():
        assert written(profile) == live(seen(profile), scheme, day(8))
