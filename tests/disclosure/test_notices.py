"""What follows when an account was told."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.actions import notices as accounts_notices
from accounts.models import Notice
from disclosure.actions import notices
from disclosure.models import Duty, Rule
from influencers.models import Influencer, Profile
from journal.models import Event
from journal.values import CLOCK
from tests.factories.disclosure import RuleFactory, opened, profile_at

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def rule(db: None) -> Rule:
    Rule.objects.in_use().delete()
    return RuleFactory(grace_days=30, notice_days=7)


def deliver(duty: Duty) -> int:
    """The platform says that the account was told; how many duties learned of it."""
    for notice in Notice.objects.filter(subject_id=str(duty.pk)):
        accounts_notices.acknowledge(notice, by=CLOCK)
    told = notices.take_deliveries(Event.objects.filter(verb="notice.delivered"))
    duty.refresh_from_db()
    return told


def today(profile: Profile) -> date:
    return profile.platform.today(timezone.now())


def test_silence_is_public_after_the_last_day_to_answer() -> None:
    duty = opened(profile_at(5))
    assert deliver(duty) == 1
    assert duty.noticed_on == today(duty.profile)
    assert duty.shown_from == duty.due + DAY


def test_silence_is_not_public_before_the_days_after_the_notice() -> None:
    Rule.objects.update(notice_days=60)
    duty = opened(profile_at(5))
    deliver(duty)
    assert duty.shown_from == today(duty.profile) + 61 * DAY


def test_silence_is_public_on_no_day_before_the_register_knew() -> None:
    duty = opened(profile_at(5))
    Duty.objects.update(due=date(2026, 1, 1), from_day=date(2025, 12, 1))
    accounts_notices.acknowledge(Notice.objects.get(), by=CLOCK)
    told_at = timezone.now() - timedelta(days=40)
    Notice.objects.update(delivered_at=told_at)
    notices.take_deliveries(Event.objects.filter(verb="notice.delivered"))
    duty.refresh_from_db()
    assert duty.noticed_on == duty.profile.platform.today(told_at)
    assert duty.shown_from == today(duty.profile) + DAY


@pytest.mark.parametrize(
    ("basis", "minor", "public"),
    [
        ("in_force", False, True),
        ("platform_policy", False, True),
        ("practice", False, False),
        ("in_force", True, False),
    ],
)
def test_silence_is_public_only_under_law_or_policy_and_never_of_minors(
    basis: str, minor: bool, public: bool
) -> None:
    Rule.objects.update(basis=basis)
    duty = opened(profile_at(5, influencer=Influencer.objects.create(minor=minor)))
    deliver(duty)
    assert duty.noticed_on is not None
    assert (duty.shown_from is not None) is public


def test_first_delivery_counts() -> None:
    duty = opened(profile_at(5))
    assert deliver(duty) == 1
    first = (duty.noticed_on, duty.shown_from, duty.xid)
    assert deliver(duty) == 0
    assert (duty.noticed_on, duty.shown_from, duty.xid) == first


def test_delivery_for_a_duty_that_is_over_changes_nothing() -> None:
    duty = opened(profile_at(5))
    now = timezone.now()
    Duty.objects.update(status="met", closed_at=now, to_day=duty.from_day)
    assert deliver(duty) == 0
    assert duty.noticed_on is None


def test_messages_of_other_matters_are_passed_over() -> None:
    notice = Notice.objects.create(
        recipient_kind="user",
        recipient="1",
        subject_type="welcome",
        subject_id="not-a-number",
        body={"en": "Hello", "zh-Hans": "你好"},
    )
    accounts_notices.acknowledge(notice, by=CLOCK)
    assert notices.take_deliveries(Event.objects.filter(verb="notice.delivered")) == 0
