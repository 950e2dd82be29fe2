"""The hourly task: falls that are due, and minors who have come of age."""

from datetime import date

import pytest
import time_machine

from influencers.actions import people
from influencers.tasks import turn_of_day
from journal import actions as journal
from journal.models import Run
from journal.values import CLOCK
from tests.influencers.histories import day, observe, profile_on

pytestmark = pytest.mark.django_db


def test_turn_of_the_day_lets_falls_take_effect():
    profile = profile_on("douyin", "1")
    observe(profile, day(0), 1_000_000)
    observe(profile, day(1), 900_000)
    for at, tier in (("2026-01-31T15:59:00Z", 3), ("2026-01-31T16:02:00Z", 2)):
        with time_machine.travel(at, tick=False):
            turn_of_day()
            run = Run.objects.filter(kind="tiers").latest("pk")
            assert (run.asked_by_kind, run.full, run.params) == ("clock", False, {})
            assert journal.work(run.pk, "test")
        profile.refresh_from_db()
        assert profile.tier == tier


def test_turn_of_the_day_asks_once_while_nobody_works():
    turn_of_day()
    turn_of_day()
    assert Run.objects.filter(kind="tiers").count() == 1


def test_case_15_turn_of_the_day_ends_minorities():
    person = people.introduce(profile_on("douyin", "1"), "person", by=CLOCK)
    with time_machine.travel("2026-05-05T12:00:00Z", tick=False):
        people.mark_minor(person, date(2008, 5, 7), by=CLOCK)
    for at, minor in (("2026-05-06T15:59:00Z", True), ("2026-05-06T16:01:00Z", False)):
        with time_machine.travel(at, tick=False):
            turn_of_day()
        person.refresh_from_db()
        assert person.minor is minor
