"""The duty pass: each case by hand. Random histories are in test_duty_histories.py."""

from datetime import date, timedelta

import pytest

from accounts.models import Notice
from disclosure.actions import declarations, duties
from disclosure.models import Duty, Rule
from influencers.models import Influencer, Platform, Profile, ProfileStatusChange
from journal.values import CLOCK
from tests.factories.disclosure import (
    RuleFactory,
    declared,
    duty_pass,
    forget_news,
    move,
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


def facts(duty: Duty) -> tuple[str, date, date | None, date]:
    duty.refresh_from_db()
    return str(duty.status), duty.from_day, duty.to_day, duty.due


def test_duty_opens_from_the_day_of_the_rise_and_is_due_after_the_days_of_grace() -> None:
    profile = profile_at(5, RISE)
    duty_pass(RISE)
    assert facts(profile.duties.get()) == ("open", RISE, None, date(2026, 3, 31))


def test_rule_that_is_learned_late_counts_from_the_day_of_the_pass() -> None:
    profile = profile_at(5, RISE)
    duty_pass(date(2026, 4, 10))
    assert facts(profile.duties.get()) == ("open", RISE, None, date(2026, 5, 10))


def test_duty_begins_no_earlier_than_the_rule() -> None:
    Rule.objects.update(live_from=date(2026, 4, 5))
    profile = profile_at(5, RISE)
    duty_pass(date(2026, 4, 4))
    assert profile.duties.count() == 0
    duty_pass(date(2026, 4, 5))
    assert facts(profile.duties.get()) == ("open", date(2026, 4, 5), None, date(2026, 5, 5))


def test_duty_begins_with_the_unbroken_run_above_the_floor_not_with_the_last_change() -> None:
    Rule.objects.update(min_followers=1_000_000)
    profile = profile_at(3, RISE)
    move(profile, 2, RISE + 10 * DAY)
    move(profile, 4, RISE + 20 * DAY)
    move(profile, 5, RISE + 30 * DAY)
    move(profile, 3, RISE + 40 * DAY)
    duty_pass(RISE + 50 * DAY)
    assert profile.duties.get().from_day == RISE + 20 * DAY


@pytest.mark.parametrize("tier", [4, 0, None])
def test_account_below_the_floor_or_without_a_count_has_no_duty(tier: int | None) -> None:
    profile = profile_at(tier)
    duty_pass(RISE)
    assert profile.duties.count() == 0


def test_rule_reaches_only_its_platforms_fields_and_kinds(rule: Rule) -> None:
    person = Influencer.objects.create(kind="person")
    firm = Influencer.objects.create(kind="organisation")
    facts = {"content_fields": ["美食", "旅行"], "influencer": firm}
    under = profile_at(5, **facts)
    profile_at(5, **facts | {"platform": "weibo"})
    profile_at(5, **facts | {"content_fields": ["财经"]})
    profile_at(5, **facts | {"influencer": person})
    profile_at(5, **facts | {"influencer": None})
    Rule.objects.update(platforms=["douyin"], content_fields=["旅行"], account_kind="organisation")
    duty_pass(RISE)
    assert [duty.profile for duty in Duty.objects.all()] == [under]


@pytest.mark.parametrize(
    ("status", "duties"), [("active", 1), ("suspended", 1), ("revoked", 0), ("closed", 0)]
)
def test_only_accounts_that_are_there_have_duties(status: str, duties: int) -> None:
    profile = profile_at(5)
    Profile.objects.update(status=status)
    duty_pass(RISE)
    assert profile.duties.count() == duties


def test_pass_that_is_repeated_changes_nothing() -> None:
    profile_at(5)
    first = duty_pass(RISE)
    again = duty_pass(RISE, full=True)
    assert first.counts == {
        "opened": 1,
        "met": 0,
        "closed": 0,
        "open": 1,
        "overdue": 0,
        "rules": {"big": {"opened": 1, "met": 0, "closed": 0, "open": 1, "overdue": 0}},
    }
    assert again.counts == first.counts | {
        "opened": 0,
        "rules": {"big": {"opened": 0, "met": 0, "closed": 0, "open": 1, "overdue": 0}},
    }
    assert (Duty.objects.count(), Notice.objects.count()) == (1, 1)


def test_overdue_is_counted_by_the_calendar_and_writes_nothing() -> None:
    duty = opened(profile_at(5), RISE)
    before = duty.xid
    assert duty_pass(duty.due).counts["overdue"] == 0
    assert duty_pass(duty.due + DAY).counts["overdue"] == 1
    duty.refresh_from_db()
    assert duty.xid == before


def test_overdue_is_counted_by_the_platform_s_own_day(rule: Rule) -> None:
    duty = opened(profile_at(5), RISE)
    profile_at(5, platform="weibo")
    # Kiritimati is a day ahead of Honolulu at all times: 00:30 and 10:30 of neighbouring days.
    Platform.objects.filter(code="weibo").update(time_zone="Pacific/Honolulu")
    Platform.objects.filter(code="douyin").update(time_zone="Pacific/Kiritimati")
    instant = duty.due.isoformat() + "T10:30:00+00:00"
    assert duty_pass(as_of=instant, full=True).counts["overdue"] == 1


# --- Answers ------------------------------------------------------------------------------------


def test_answer_meets_the_duty_on_the_day_it_began() -> None:
    profile = profile_at(5)
    duty = opened(profile, RISE)
    declared(profile, RISE + 5 * DAY)
    run = duty_pass(RISE + 9 * DAY)
    assert facts(duty) == ("met", RISE, RISE + 5 * DAY, RISE + 30 * DAY)
    assert (run.counts["met"], run.counts["open"]) == (1, 0)


def test_answer_from_before_the_duty_meets_it_from_its_first_day_and_asks_nobody() -> None:
    profile = profile_at(5)
    declared(profile, RISE - 5 * DAY)
    duty_pass(RISE)
    assert facts(profile.duties.get()) == ("met", RISE, RISE, RISE + 30 * DAY)
    assert Notice.objects.count() == 0
    duty_pass(RISE + DAY, full=True)
    assert profile.duties.count() == 1


def test_answers_that_touch_are_one_answer() -> None:
    profile = profile_at(5)
    duty = opened(profile, RISE)
    declared(profile, RISE + 2 * DAY, RISE + 4 * DAY)
    declared(profile, RISE + 4 * DAY)
    duty_pass(RISE + 9 * DAY)
    assert duty.profile.duties.get().to_day == RISE + 2 * DAY


def test_duty_opens_anew_on_the_day_the_answer_ended() -> None:
    profile = profile_at(5)
    first = opened(profile, RISE)
    declaration = declared(profile, RISE + 2 * DAY)
    duty_pass(RISE + 2 * DAY)
    declarations.withdraw(declaration, until=RISE + 6 * DAY, by=CLOCK)
    duty_pass(RISE + 8 * DAY)
    second = profile.duties.open().get()
    assert facts(first)[0] == "met"
    assert facts(second) == ("open", RISE + 6 * DAY, None, RISE + 38 * DAY)
    assert Notice.objects.filter(subject_id=str(second.pk)).count() == 1


def test_answer_that_never_was_true_leaves_the_day_it_was_said_on_unanswered() -> None:
    profile = profile_at(5)
    opened(profile, RISE)
    declaration = declared(profile, RISE + 2 * DAY)
    duty_pass(RISE + 2 * DAY)
    declarations.withdraw(declaration, until=RISE, by=CLOCK)
    duty_pass(RISE + 3 * DAY)
    assert profile.duties.open().get().from_day == RISE + 2 * DAY


def test_answer_that_ends_by_the_calendar_is_found_without_any_news() -> None:
    profile = profile_at(5)
    opened(profile, RISE)
    declared(profile, RISE, RISE + 10 * DAY)
    duty_pass(RISE + 8 * DAY)
    forget_news()
    assert duty_pass(RISE + 9 * DAY).counts["looked_at"] == 0
    forget_news()
    run = duty_pass(RISE + 10 * DAY)
    assert (run.full, run.counts["opened"]) == (False, 1)
    assert profile.duties.open().get().from_day == RISE + 10 * DAY


# --- The end of a duty --------------------------------------------------------------------------


def test_duty_closes_on_the_day_of_the_fall() -> None:
    profile = profile_at(5)
    duty = opened(profile, RISE)
    move(profile, 4, RISE + 12 * DAY)
    move(profile, 3, RISE + 15 * DAY)
    duty_pass(RISE + 20 * DAY)
    assert facts(duty)[:3] == ("closed", RISE, RISE + 12 * DAY)


def test_duty_that_a_corrected_count_takes_away_held_on_no_day() -> None:
    profile = profile_at(5)
    duty = opened(profile, RISE)
    move(profile, 4, RISE)  # a row replaces every earlier recorded row of the same or a later day
    duty_pass(RISE + 20 * DAY)
    assert facts(duty)[:3] == ("closed", RISE, RISE)


def test_duty_that_is_back_after_a_correction_begins_where_it_began() -> None:
    profile = profile_at(5)
    opened(profile, RISE)
    move(profile, 4, RISE)
    duty_pass(RISE + DAY)
    move(profile, 5, RISE)
    duty_pass(RISE + 2 * DAY)
    assert facts(profile.duties.open().get())[1] == RISE


def test_duties_of_one_rule_share_no_day() -> None:
    profile = profile_at(5)
    first = opened(profile, RISE)
    Profile.objects.update(content_fields=["财经"])
    Rule.objects.update(content_fields=["美食"])
    duty_pass(RISE + 4 * DAY, full=True)
    Profile.objects.update(content_fields=["美食"])
    duty_pass(RISE + 6 * DAY, full=True)
    assert facts(first)[:3] == ("closed", RISE, RISE + 4 * DAY)
    assert facts(profile.duties.open().get())[1] == RISE + 4 * DAY


@pytest.mark.parametrize("status", ["revoked", "closed"])
def test_duty_closes_on_the_day_the_account_was_gone(status: str) -> None:
    profile = profile_at(5)
    duty = opened(profile, RISE)
    Profile.objects.update(status=status)
    ProfileStatusChange.objects.create(profile=profile, effective_on=RISE + 3 * DAY, status=status)
    duty_pass(RISE + 8 * DAY)
    assert facts(duty)[:3] == ("closed", RISE, RISE + 3 * DAY)


def test_duties_of_a_retired_rule_close_on_its_last_day(rule: Rule) -> None:
    duty = opened(profile_at(5), RISE)
    Rule.objects.update(status="retired", retired_on=RISE + 3 * DAY)
    assert duty_pass(RISE + 5 * DAY, full=True).counts["closed"] == 1
    assert facts(duty)[:3] == ("closed", RISE, RISE + 3 * DAY)


def test_waived_duty_does_not_open_again_by_itself() -> None:
    profile = profile_at(5)
    duty = opened(profile, RISE)
    duties.waive(duty, reason="A museum.", by=CLOCK)
    assert duty_pass(full=True).counts["opened"] == 0
    assert [str(each.status) for each in profile.duties.all()] == ["waived"]
