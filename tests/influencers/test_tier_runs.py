"""What a run of the tier pass looks at: how it is cut, what is new to it, when it looks at all."""

import pytest
from django.db import connection, transaction
from django.test import override_settings

from influencers.actions import tiers
from influencers.models import Observation, TierChange, TierScheme
from influencers.values.tiers import live
from journal.models import Run
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

pytestmark = pytest.mark.django_db(transaction=True)
MILLION = 1_000_000


def test_another_scheme_means_that_everything_is_worked_out_anew():
    profile, other = profile_on("weibo", "1"), profile_on("douyin", "1")
    for each in (profile, other):
        observe(each, day(0), 600_000)
    tiers_pass(day(0))
    TierScheme.objects.filter(platform__code="weibo").update(current=False)
    scheme = TierScheme.objects.create(
        platform=profile.platform, version=2, floors=[600_000, 700_000]
    )
    scheme.refresh_from_db()
    run = tiers_pass(day(1))
    assert (run.full, run.params["again"], run.counts) == (
        True,
        [profile.platform_id],
        {"tier_changes": 1, "looked_at": 1},
    )
    assert written(profile) == live(seen(profile), plain(scheme), day(1))
    assert TierChange.objects.latest("id").scheme == scheme
    assert tiers_pass(day(1)).full is False


def test_restored_database_means_that_everything_is_worked_out_anew():
    profile = profile_on("weibo", "1")
    observe(profile, day(0), 600_000)
    tiers_pass(day(0))
    Run.objects.update(system_id="another")
    # What no transaction number of this server can tell: a count that came before the dump.
    Observation.objects.update(followers=MILLION, xid=1)
    run = tiers_pass(day(0))
    assert (run.full, run.counts) == (True, {"tier_changes": 1, "looked_at": 1})
    assert written(profile).tier == 3


def test_writer_that_stays_open_during_a_run_is_seen_by_the_next():
    profile = profile_on("weibo", "1")
    observe(profile, day(0), 600_000)
    settled()
    tiers_pass(day(0))
    other = connection.copy()
    try:
        with transaction.atomic(), other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(
                "INSERT INTO influencers_observation (profile_id, day, followers, source)"
                " VALUES (%s, %s, 90000, 'file')",
                [profile.pk, day(1)],
            )
        assert tiers_pass(day(1)).counts.get("looked_at", 0) == 0
        with other.cursor() as cursor:
            cursor.execute("COMMIT")
    finally:
        other.close()
    assert tiers_pass(day(1)).counts == {"tier_changes": 0, "looked_at": 1}
    assert written(profile).look_again_on == day(31)


def test_run_is_cut_where_something_may_have_changed():
    profiles = [profile_on("weibo", str(n)) for n in range(40)]
    for profile in profiles:
        observe(profile, day(0), 600_000)
    first = profiles[0].pk
    with override_settings(RANGE_SIZE=4):
        everything = tiers_pass(day(0))
        assert [(r.lo, r.hi) for r in everything.ranges.order_by("lo")] == [
            (n * 4, n * 4 + 4) for n in range(first // 4, profiles[-1].pk // 4 + 1)
        ]
        observe(profiles[20], day(1), MILLION)
        some = tiers_pass(day(1))
        number = profiles[20].pk // 4
        assert [(r.lo, r.hi) for r in some.ranges.all()] == [(number * 4, number * 4 + 4)]
        assert tiers_pass(day(1)).ranges.count() == 0
    assert written(profiles[20]).tier == 3


def test_run_over_few_profiles_is_one_range():
    profiles = [profile_on("weibo", str(n)) for n in range(3)]
    for profile in profiles:
        observe(profile, day(0), 600_000)
    tiers_pass(day(0))
    for profile in profiles:
        observe(profile, day(1), MILLION)
    run = tiers_pass(day(1))
    assert (run.params["by_keys"], run.ranges.count(), run.counts["tier_changes"]) == (True, 1, 3)


def test_range_that_is_done_twice_writes_nothing_the_second_time():
    profile = profile_on("weibo", "1")
    observe(profile, day(0), 600_000)
    observe(profile, day(1), MILLION)
    run = tiers_pass(day(1))
    with transaction.atomic():
        assert tiers.do_range(run, 0, profile.pk + 1) == {"tier_changes": 0, "looked_at": 1}
    assert TierChange.objects.count() == 2
