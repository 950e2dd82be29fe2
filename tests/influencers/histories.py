"""Observations as an import leaves them, and runs of the tier pass."""

from datetime import date, datetime, time, timedelta
from time import sleep
from zoneinfo import ZoneInfo

from django.db import connection

from influencers.models import Observation, Platform, Profile, TierScheme
from influencers.queries import tier_changes
from influencers.values.tiers import Change, Life, Scheme, Seen
from journal import actions as journal
from journal.models import Run
from journal.models.fields import CurrentXid
from journal.values import CLOCK

DAY_0 = date(2026, 1, 1)


def day(number: int) -> date:
    return DAY_0 + timedelta(days=number)


def profile_on(platform: Platform | str, external_id: str) -> Profile:
    if isinstance(platform, str):
        platform = Platform.objects.get(code=platform)
    return Profile.objects.create(platform=platform, external_id=external_id)


def observe(profile: Profile, on: date, followers: int, at_least: bool = False) -> None:
    """A report of a day; a second one of that day revises it. The profile follows its newest."""
    known = Observation.objects.filter(profile=profile, day=on)
    if not known.exists():
        Observation.objects.create(
            profile=profile, day=on, followers=followers, at_least=at_least, source="file"
        )
    else:
        known.update(followers=followers, at_least=at_least, revised=True, xid=CurrentXid())
    newer = Profile.objects.filter(pk=profile.pk).exclude(observed_on__gt=on)
    newer.update(followers=followers, at_least=at_least, observed_on=on)


def settled() -> None:
    """Waits until transactions that are older than now have ended, in whatever database.

    A run's horizon is the oldest open transaction of the server. A test in another process holds it
    back, and what is older than now would be new to the next pass once more.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (mine,) = cursor.fetchone()
        for _ in range(6000):
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) > %s::xid8", [mine])
            if cursor.fetchone()[0]:
                return
            sleep(0.02)
    raise TimeoutError("somebody does not end a transaction")


def tiers_pass(as_of: date, *, full: bool = False) -> Run:
    """One run, as of noon of a day in Shanghai, carried out here."""
    noon = datetime.combine(as_of, time(12), ZoneInfo("Asia/Shanghai"))
    run = journal.ask("tiers", by=CLOCK, params={"as_of": noon.isoformat()}, full=full)
    assert journal.work(run.pk, "test")
    run.refresh_from_db()
    assert (run.status, run.error) == ("done", "")
    return run


def plain(scheme: TierScheme) -> Scheme:
    return Scheme(scheme.floors, scheme.rise_after, scheme.fall_margin, scheme.fall_after_days)


def seen(profile: Profile) -> list[Seen]:
    rows = Observation.objects.filter(profile=profile).order_by("day")
    return [Seen(o.day, o.followers, o.at_least) for o in rows]


def written(profile: Profile) -> Life:
    """What the register says of a profile, in the words of the definition."""
    profile.refresh_from_db()
    changes = tuple(
        Change(c.effective_on, c.from_tier, c.tier, c.cause_day, c.cause_followers)
        for c in reversed(tier_changes(profile))
    )
    life = Life(changes, profile.look_again_on)
    assert (profile.tier, profile.tier_since) == (life.tier, life.tier_since)
    return life
