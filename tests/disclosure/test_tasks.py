"""What passes are due after what happened."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from accounts.actions import notices as accounts_notices
from accounts.models import Notice
from disclosure import tasks
from disclosure.actions import declarations
from disclosure.models import Duty, Rule
from influencers.actions import people
from influencers.models import Influencer
from journal import actions as journal
from journal.models import Run
from journal.values import CLOCK, Audience
from tests.factories.disclosure import RuleFactory, opened, profile_at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def all_read(db: None) -> None:
    journal.sequence()
    tasks.follow()
    Run.objects.all().delete()


def after(
    verb: str, subject: tuple[str, Any] = ("thing", 1), **event: Any
) -> list[tuple[Any, ...]]:
    """Runs that are asked for when this is written into the journal."""
    with transaction.atomic():
        journal.record(verb, subject, by=CLOCK, audience=Audience.STAFF, **event)
    journal.sequence()
    assert tasks.follow() == (verb not in tasks.NO_NEWS)
    return [(run.kind, run.full, run.params) for run in Run.objects.order_by("pk")]


@pytest.mark.parametrize(
    ("verb", "changes", "asked"),
    [
        ("run.finished", {"kind": "tiers"}, [("duties", False, {})]),
        ("run.finished", {"kind": "duties", "counts": {"opened": 1}}, [("labels", False, {})]),
        ("run.finished", {"kind": "duties", "counts": {"preview": 1}}, []),
        ("run.finished", {"kind": "labels"}, []),
        ("run.finished", {"kind": "import", "counts": {"fields_changed": 1}}, []),
        ("run.failed", {"kind": "tiers"}, []),
        ("rule.made_live", {}, [("duties", False, {})]),
        ("declaration.made", {}, [("duties", False, {}), ("labels", False, {})]),
        ("duty.waived", {}, [("labels", False, {})]),
        ("duty.opened", {}, []),
        ("label.changed", {}, []),
        ("grant.given", {}, []),
    ],
)
def test_pass_follows_what_it_depends_on(verb: str, changes: Any, asked: Any) -> None:
    assert after(verb, changes=changes) == asked


@pytest.mark.parametrize(("fields_changed", "asked"), [(0, []), (3, [("duties", True, {})])])
def test_import_that_changed_content_fields_leads_to_a_full_pass_where_a_rule_asks_by_them(
    fields_changed: int, asked: Any
) -> None:
    RuleFactory(content_fields=["美食"], state="shadow")
    counts = {"fields_changed": fields_changed}
    assert after("run.finished", changes={"kind": "import", "counts": counts}) == asked


@pytest.mark.parametrize(
    "verb",
    [
        "profile.fields_changed",
        "profile.influencer_changed",
        "profile.kind_changed",
        "profile.protection_changed",
    ],
)
def test_profile_of_which_a_fact_changed_is_looked_at_by_name(verb: str) -> None:
    profile = profile_at(5)
    asked = after(verb, ("profile", profile.pk), profile_id=profile.pk)
    assert asked == [("labels", False, {}), ("duties", False, {"profiles": [profile.pk]})]


def test_changed_status_is_found_by_the_passes_themselves() -> None:
    profile = profile_at(5)
    asked = after("profile.status_changed", ("profile", profile.pk), profile_id=profile.pk)
    assert asked == [("duties", False, {}), ("labels", False, {})]


def test_protected_minor_is_looked_at_at_once() -> None:
    """From the act that protects a minor to the duty whose silence stays private."""
    person = Influencer.objects.create()
    duty = opened(profile_at(3, influencer=person))
    accounts_notices.acknowledge(Notice.objects.get(), by=CLOCK)
    journal.follow_all()
    duty.refresh_from_db()
    assert duty.shown_from is not None
    people.mark_minor(person, None, by=CLOCK)
    journal.follow_all()
    duty.refresh_from_db()
    assert duty.shown_from is None


def test_new_name_is_a_matter_of_the_label_alone() -> None:
    profile = profile_at(5)
    asked = after("profile.renamed", ("profile", profile.pk), profile_id=profile.pk)
    assert asked == [("labels", False, {})]


def test_many_news_ask_for_each_pass_once() -> None:
    with transaction.atomic():
        for _ in range(5):
            for verb in ("declaration.made", "rule.retired"):
                journal.record(verb, ("thing", 1), by=CLOCK, audience=Audience.STAFF)
    journal.sequence()
    assert tasks.follow() == 10
    assert tasks.follow() == 0
    assert sorted(Run.objects.values_list("kind", flat=True)) == ["duties", "labels"]


def test_from_a_declaration_to_the_met_duty_nobody_need_do_anything() -> None:
    Rule.objects.in_use().delete()
    RuleFactory()
    profile = profile_at(5)
    duty = opened(profile)
    declarations.declare(profile, since=date(2026, 4, 1), by=CLOCK)
    journal.follow_all()
    duty.refresh_from_db()
    assert duty.status == Duty.Status.MET
    assert Run.objects.unfinished().count() == 0


def test_delivered_notice_is_written_on_the_duty() -> None:
    duty = opened(profile_at(3))
    for notice in Notice.objects.all():
        accounts_notices.acknowledge(notice, by=CLOCK)
    journal.follow_all()
    duty.refresh_from_db()
    assert duty.noticed_on == duty.profile.platform.today(Notice.objects.get().delivered_at)
