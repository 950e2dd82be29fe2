"""What a duty pass tells, keeps from the public, and looks at."""

from datetime import date, timedelta

import pytest

from accounts.actions import notices as accounts_notices
from accounts.models import Notice
from disclosure.models import Declaration, Duty, Rule
from influencers.models import Influencer, TierScheme
from journal import actions as journal
from journal.models import Event, Run
from journal.values import CLOCK
from tests.factories.disclosure import (
    RuleFactory,
    declared,
    duty_pass,
    forget_news,
    move,
    news,
    opened,
    profile_at,
)

pytestmark = pytest.mark.django_db

RISE = date(2026, 3, 1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def rule(db: None) -> Rule:
    """The only rule: from ten million on, 30 days to answer, 7 after the notice."""
    Rule.objects.in_use().delete()
    return RuleFactory(code="big")


# --- What is told, and to whom ------------------------------------------------------------------


def test_account_is_told_in_both_languages_through_its_platform(rule: Rule) -> None:
    profile = profile_at(5, external_id="7 / 8#9")
    duty = opened(profile, RISE)
    notice = Notice.objects.get()
    assert (notice.recipient_kind, notice.recipient, notice.platform, notice.channel) == (
        "profile",
        "douyin/7 / 8#9",
        "douyin",
        "in_app",
    )
    assert (notice.subject_type, notice.subject_id) == ("duty", str(duty.pk))
    assert sorted(notice.body) == ["en", "zh-Hans"]
    assert rule.name_en in notice.body["en"]
    assert rule.name_zh in notice.body["zh-Hans"]
    assert ["2026-03-31" in text for text in notice.body.values()] == [True, True]
    assert [mark in text for text in notice.body.values() for mark in "{}"] == [False] * 4


@pytest.mark.parametrize(
    ("basis", "minor", "warned"),
    [
        ("platform_policy", False, True),
        ("in_force", False, True),
        ("practice", False, False),
        ("platform_policy", True, False),
    ],
)
def test_account_is_warned_only_of_what_may_happen(basis: str, minor: bool, warned: bool) -> None:
    Rule.objects.update(basis=basis)
    opened(profile_at(5, influencer=Influencer.objects.create(minor=minor)), RISE)
    body = Notice.objects.get().body
    assert ("has not answered yet" in body["en"]) is warned
    assert ("尚未申报" in body["zh-Hans"]) is warned


def test_every_change_of_a_duty_is_in_the_journal_and_none_is_public() -> None:
    profile = profile_at(5)
    duty = opened(profile, RISE)
    declared(profile, RISE + DAY)
    duty_pass(RISE + DAY)
    other = profile_at(5)
    second = opened(other, RISE)
    move(other, 4, RISE + 2 * DAY)
    duty_pass(RISE + 2 * DAY)
    events = Event.objects.filter(subject_type="duty").order_by("pk")
    assert [(e.verb, e.subject_id, e.profile_id, e.changes) for e in events] == [
        (
            "duty.opened",
            str(duty.pk),
            profile.pk,
            {"rule": "big", "from_day": "2026-03-01", "due": "2026-03-31"},
        ),
        (
            "duty.met",
            str(duty.pk),
            profile.pk,
            {"rule": "big", "from_day": "2026-03-01", "to_day": "2026-03-02"},
        ),
        (
            "duty.opened",
            str(second.pk),
            other.pk,
            {"rule": "big", "from_day": "2026-03-01", "due": "2026-03-31"},
        ),
        (
            "duty.closed",
            str(second.pk),
            other.pk,
            {
                "rule": "big",
                "from_day": "2026-03-01",
                "to_day": "2026-03-03",
                "because": "tier",
            },
        ),
    ]
    assert {(e.audience, e.platform, e.actor_kind) for e in events} == {
        ("parties", "douyin", "clock")
    }


# --- Minors -------------------------------------------------------------------------------------


def told(duty: Duty) -> Duty:
    """The duty after its notice was delivered, today."""
    accounts_notices.acknowledge(Notice.objects.get(subject_id=str(duty.pk)), by=CLOCK)
    journal.follow_all()
    duty.refresh_from_db()
    return duty


def test_silence_of_a_minor_is_never_public_and_is_taken_back_when_one_is_found() -> None:
    person = Influencer.objects.create()
    profile = profile_at(5, influencer=person)
    duty = told(opened(profile))
    assert duty.noticed_on is not None
    assert duty.shown_from is not None
    Influencer.objects.update(minor=True)
    duty_pass(profiles=[profile.pk])
    duty.refresh_from_db()
    assert (duty.status, duty.shown_from) == ("open", None)
    Influencer.objects.update(minor=False)
    duty_pass(full=True)
    duty.refresh_from_db()
    assert duty.shown_from is not None


# --- Shadow rules, previews ---------------------------------------------------------------------


def test_shadow_rule_is_counted_by_full_passes_and_asks_nobody() -> None:
    RuleFactory(code="shade", min_followers=1_000_000, state="shadow")
    profile_at(3)
    declared(profile_at(4), RISE)
    run = duty_pass(RISE + DAY, full=True)
    assert run.counts["rules"]["shade"] == {"would_open": 1, "would_be_met": 1}
    assert (Duty.objects.count(), Notice.objects.count()) == (0, 0)
    forget_news()
    news(profile_at(3).tier_changes.get())
    run = duty_pass(RISE + DAY)
    assert (run.full, run.counts["looked_at"], "shade" in run.counts["rules"]) == (False, 1, False)


def test_preview_counts_what_a_rule_would_open_and_keeps_nothing() -> None:
    draft = RuleFactory(code="draft", min_followers=1_000_000, state="draft")
    profile_at(3)
    profile_at(4)
    declared(profile_at(5), RISE)
    events = Event.objects.filter(subject_type="duty").count()
    run = duty_pass(RISE + DAY, preview=draft.pk)
    assert run.counts == {"opened": 2, "met": 1, "preview": 1}
    assert run.horizon is None
    assert (Duty.objects.count(), Notice.objects.count()) == (0, 0)
    assert Event.objects.filter(subject_type="duty").count() == events


# --- What a run looks at ------------------------------------------------------------------------


def kind_of(run: Run) -> tuple[bool, int]:
    return run.full, run.ranges.count()


def test_first_run_is_full_and_the_next_looks_only_at_what_is_new(settings) -> None:
    settings.RANGE_SIZE = 2
    profiles = [profile_at(5) for _ in range(5)]
    ranges = len({profile.pk // 2 for profile in profiles})
    assert kind_of(duty_pass(RISE)) == (True, ranges)
    forget_news()
    news(profiles[1].tier_changes.get(), profiles[2].tier_changes.get())
    run = duty_pass(RISE)
    assert kind_of(run) == (False, 1)
    assert run.counts["looked_at"] == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda: Run.objects.update(system_id="another"),
        lambda: TierScheme.objects.filter(platform__code="weibo").update(floors=[5, 10_000_000]),
        lambda: RuleFactory(code="new"),
    ],
    ids=["restored", "scheme", "rule"],
)
def test_run_is_full_after_a_restore_and_when_a_scheme_or_a_rule_is_another(change) -> None:
    profile_at(5)
    duty_pass(RISE)
    forget_news()
    assert duty_pass(RISE).full is False
    change()
    news(*Rule.objects.filter(code="new"))
    assert duty_pass(RISE).full is True


def test_run_is_full_on_the_first_day_of_a_rule(rule: Rule) -> None:
    profile = profile_at(5)
    Rule.objects.update(live_from=RISE + 5 * DAY)
    duty_pass(RISE)
    forget_news()
    assert duty_pass(RISE + 4 * DAY).full is False
    assert duty_pass(RISE + 5 * DAY).full is True
    assert profile.duties.open().count() == 1


def test_run_of_named_profiles_leaves_the_others_to_the_next() -> None:
    mine, other = profile_at(5), profile_at(5)
    run = duty_pass(RISE, profiles=[mine.pk])
    assert (mine.duties.count(), other.duties.count(), run.horizon) == (1, 0, None)
    duty_pass(RISE)
    assert other.duties.count() == 1


def test_nothing_to_look_at_is_a_run_without_ranges() -> None:
    duty_pass(RISE)
    forget_news()
    assert kind_of(duty_pass(RISE)) == (False, 0)
    assert Declaration.objects.count() == 0
