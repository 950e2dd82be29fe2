"""Rules, duties and declarations as tests need them, and the passes of given days."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import factory
from django.db.backends.postgresql.psycopg_any import DateRange

from disclosure.models import Declaration, Duty, Rule
from influencers.models import Platform, Profile, TierChange
from journal import actions as journal
from journal.models import Run
from journal.values import CLOCK


class RuleFactory(factory.django.DjangoModelFactory):
    """A rule of a platform's policy from ten million followers on, in the state that is asked for.

    Every rule is born as a draft (a trigger sees to it): other states are moved to.
    """

    class Meta:
        model = Rule
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"rule-{n}")
    name_en = factory.LazyAttribute(lambda rule: f"Rule {rule.code}")
    name_zh = factory.LazyAttribute(lambda rule: f"规则 {rule.code}")
    basis = Rule.Basis.PLATFORM_POLICY
    min_followers = 10_000_000
    proposed_by_id = "user:1"
    approved_by_id = "user:2"

    @factory.post_generation
    def state(self: Any, create: bool, extracted: str | None, **kwargs: Any) -> None:
        state = extracted or Rule.Status.LIVE
        mine = Rule.objects.filter(pk=self.pk)
        if state in (Rule.Status.LIVE, Rule.Status.RETIRED):
            mine.update(status=Rule.Status.LIVE, live_from=self.live_from or date(2026, 1, 1))
        if state == Rule.Status.RETIRED:
            mine.update(status=state, retired_on=self.retired_on or date(2026, 6, 1))
        if state == Rule.Status.SHADOW:
            mine.update(status=state)
        self.refresh_from_db()


def profile_at(
    tier: int | None, since: date = date(2026, 3, 1), *, platform: str = "douyin", **facts: Any
) -> Profile:
    """A profile at a tier since a day, with the tier change that says so."""
    number = Profile.objects.count()
    profile = Profile.objects.create(
        platform=Platform.objects.get(code=platform),
        **{"external_id": f"id-{number}", "handle": f"handle-{number}"} | facts,
    )
    move(profile, tier, since)
    return profile


def move(profile: Profile, tier: int | None, on: date) -> TierChange:
    """What the tier pass does when an account changes its tier on a day."""
    change = TierChange.objects.create(
        profile=profile,
        scheme=profile.platform.schemes.get(current=True),
        effective_on=on,
        from_tier=profile.tier,
        tier=tier,
        cause_day=on,
        cause_followers=0,
    )
    profile.tier, profile.tier_since = tier, on
    profile.save(update_fields=["tier", "tier_since"])
    return change


def declared(profile: Profile, since: date, until: date | None = None) -> Declaration:
    return Declaration.objects.create(
        profile=profile,
        during=DateRange(since, until),
        basis=Declaration.Basis.PLATFORM_RECORD,
    )


def noon(day: date) -> str:
    """Noon of a day in Shanghai, as a run's `as_of`."""
    return datetime.combine(day, time(4), UTC).isoformat()


def duty_pass(day: date | None = None, *, full: bool = False, **params: Any) -> Run:
    """One duty pass, done here, with the calendar at a day; the run as it ended."""
    if day is not None:
        params["as_of"] = noon(day)
    run = journal.ask("duties", by=CLOCK, params=params, full=full, merge=False)
    assert journal.work(run.pk, "test")
    run.refresh_from_db()
    assert run.status == Run.Status.DONE, run.error
    return run


def forget_news() -> None:
    """Makes everything written so far older than the last pass of each kind.

    A test in one transaction has one transaction number, by which all of it is always new.
    """
    Run.objects.exclude(horizon=None).update(horizon=9 * 10**15)


def news(*rows: Any) -> None:
    """Makes rows newer than the last pass, after `forget_news`."""
    for row in rows:
        type(row).objects.filter(pk=row.pk).update(xid=9 * 10**15)


def opened(profile: Profile, day: date | None = None, rule: Rule | None = None) -> Duty:
    """The open duty that a pass on a day (today) gives a profile."""
    duty_pass(day, profiles=[profile.pk])
    duties = profile.duties.open()
    return duties.get(rule=rule) if rule else duties.get()


DAY = timedelta(days=1)
