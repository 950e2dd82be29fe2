"""Waiving a duty, and what the database itself refuses of duties."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.permissions import Role
from disclosure.actions import duties
from disclosure.models import Duty, Rule
from journal.models import Event
from journal.values import NOBODY, Actor, ActorKind
from tests.factories.disclosure import RuleFactory, opened, profile_at

pytestmark = pytest.mark.django_db


def person(role: Role = Role.OPERATOR, *platforms: str) -> Actor:
    roles = frozenset({role.value})
    return Actor(ActorKind.USER, "7", "Olga", roles=roles, platforms=frozenset(platforms))


@pytest.fixture
def duty() -> Duty:
    Rule.objects.in_use().delete()
    RuleFactory(code="big")
    return opened(profile_at(5))


def test_duty_is_waived_with_a_reason_that_the_journal_does_not_repeat(duty: Duty) -> None:
    duties.waive(duty, reason="Run by a museum.", by=person())
    duty.refresh_from_db()
    assert (duty.status, duty.reason, duty.to_day) == (
        "waived",
        "Run by a museum.",
        duty.profile.platform.today(timezone.now()),
    )
    assert duty.closed_at is not None
    event = Event.objects.filter(subject_type="duty").order_by("-pk")[0]
    assert (event.verb, event.actor_id, event.changes) == (
        "duty.waived",
        "7",
        {"rule": "big", "to_day": str(duty.to_day)},
    )


def test_duty_is_waived_while_it_is_open(duty: Duty) -> None:
    duties.waive(duty, reason="Once.", by=person())
    with pytest.raises(duties.DutyRefused, match="Only an open duty"):
        duties.waive(duty, reason="Twice.", by=person())


@pytest.mark.parametrize(
    "someone",
    [
        person(Role.MODERATOR),
        person(Role.LEAD_MODERATOR),
        person(Role.REGULATOR),
        person(Role.OPERATOR, "weibo"),
    ],
    ids=["moderator", "lead", "regulator", "other platform"],
)
def test_only_operators_of_the_platform_waive(duty: Duty, someone: Actor) -> None:
    with pytest.raises(PermissionError):
        duties.waive(duty, reason="No.", by=someone)


def test_duties_are_seen_by_staff_of_the_platform(duty: Duty) -> None:
    seen = {
        who: Duty.objects.visible_to(actor).count()
        for who, actor in {
            "nobody": NOBODY,
            "regulator": person(Role.REGULATOR),
            "douyin": person(Role.OPERATOR, "douyin"),
            "weibo": person(Role.OPERATOR, "weibo"),
        }.items()
    }
    assert seen == {"nobody": 0, "regulator": 1, "douyin": 1, "weibo": 0}


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"status": "closed"}, "duty_closed_when_not_open"),
        ({"to_day": date(2030, 1, 1)}, "duty_closed_when_not_open"),
        ({"shown_from": date(2030, 1, 1)}, "duty_silence_after_notice"),
        (
            {"noticed_on": date(2026, 3, 1), "shown_from": date(2026, 3, 2)},
            "duty_silence_after_notice",
        ),
    ],
)
def test_database_refuses_a_duty_that_cannot_be(
    duty: Duty, change: dict[str, object], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Duty.objects.update(**change)


def test_database_refuses_a_second_open_duty_of_one_rule(duty: Duty) -> None:
    with pytest.raises(IntegrityError, match="duty_one_open"), transaction.atomic():
        Duty.objects.create(
            profile=duty.profile, rule=duty.rule, from_day=duty.from_day, due=duty.due
        )


@pytest.mark.parametrize("status", ["met", "waived", "closed"])
def test_database_refuses_to_open_what_is_over(duty: Duty, status: str) -> None:
    Duty.objects.update(status=status, closed_at=timezone.now(), to_day=duty.from_day)
    with pytest.raises(IntegrityError, match="illegal move"), transaction.atomic():
        Duty.objects.update(status="open", closed_at=None, to_day=None)


def test_state_on_a_day_says_overdue_after_the_last_day(duty: Duty) -> None:
    assert duty.state_on(duty.due) == "open"
    assert duty.state_on(duty.due + timedelta(days=1)) == "overdue"
    duty.status = Duty.Status.MET
    assert duty.state_on(duty.due + timedelta(days=1)) == "met"
