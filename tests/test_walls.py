"""The second wall over all tables: what is not protected by rows says why, and nothing goes round.

What the rows of agencies show to whom is in tests/agencies/test_isolation.py.
"""

import threading
from typing import Any

import pytest
from celery import shared_task
from django.db import DatabaseError, connection, transaction

from accounts.permissions import Right
from config import engines
from journal.actions.context import NOTHING, PARTIES, PASS, PLATFORM, STAFF, current, seeing
from reports.actions import reports
from reports.models import Case, Decision, Message, Report
from tests.factories.accounts import calling_with, make_key
from tests.factories.reports import MO, decided, filed, make_case
from tests.people import the_agency

pytestmark = pytest.mark.django_db

PUBLIC_FACT = "what stands in it is public"
OWN_WORDS = "words and numbers of the register itself, of no party"
BEFORE = "looked up at the door, before anybody is known who rows could belong to"
PASSES = "written and read by passes over everything; pages show counts"

# Tables without row-level security, each with its reason.
OPEN: dict[str, str] = {
    **dict.fromkeys(
        (
            "agencies_agency",
            "agencies_agencyname",
            "agencies_agencynamepast",
            "agencies_admissionstop",
            "agencies_group",
            "agencies_ownership",
            "agencies_ownershippast",
            "disclosure_declaration",
            "disclosure_declarationpast",
            "influencers_profile",
            "influencers_profilehandle",
            "influencers_profilestatuschange",
            "influencers_tierchange",
            "influencers_observation",
        ),
        PUBLIC_FACT,
    ),
    **dict.fromkeys(
        (
            "agencies_businessline",
            "agencies_contractterritory",
            "disclosure_rule",
            "influencers_platform",
            "influencers_tierscheme",
            "reports_category",
            "reports_template",
            "auth_group",
            "auth_group_permissions",
            "auth_permission",
            "django_content_type",
            "django_migrations",
        ),
        OWN_WORDS,
    ),
    **dict.fromkeys(
        (
            "account_emailaddress",
            "account_emailconfirmation",
            "accounts_apikey",
            "accounts_grant",
            "accounts_opensession",
            "accounts_user",
            "accounts_user_groups",
            "accounts_user_user_permissions",
            "django_session",
            "mfa_authenticator",
            "rest_framework_api_key_apikey",
        ),
        BEFORE,
    ),
    **dict.fromkeys(
        (
            "dashboards_contribution",
            "dashboards_tally",
            "dashboards_tallyday",
            "disclosure_duty",
            "disclosure_standing",
            "journal_follower",
            "journal_leaf",
            "journal_outbox",
            "journal_pending",
            "journal_run",
            "journal_runrange",
        ),
        PASSES,
    ),
    "accounts_file": "a row names a file and who sent it; what is in it lies on the disk",
    "accounts_notice": "an agency's question to an account is written in the agency's own sight, "
    "which must not read the answer's address: `visible_to` alone keeps that",
    "agencies_contractreview": "the question is the same for all; the answers are protected",
    "influencers_controlproof": "found by the hash of a secret that only its holder has, without "
    "a sign-in; every action refuses who works for an agency",
    "influencers_straycode": "as control proofs, and about nothing that the register keeps",
    "influencers_importbatch": "of platforms and staff; the API and the pages ask `visible_to`",
    "influencers_importproblem": "cells of such files, reached through the batch only",
    "influencers_influencer": "no name and no number: a kind, and days, of a public account",
    "journal_event": "written in everybody's sight and read by audience: `visible_to`",
}

# Functions that see more than who calls them, each with its reason.
DEFINERS = {
    "blocked_until": "names the period in which an account is held, and nothing of who holds it",
    "memberships_of": "asked at the door, before there is a context to read memberships with",
    "influencers_make_month": "the application role may make no table, but months come",
    "influencers_stage_drop": "each file needs a table of its own",
    "influencers_stage_make": "each file needs a table of its own",
    "influencers_stage_order": "each file needs a table of its own",
    "journal_make_partitions": "the application role may make no table, but months come",
    "journal_refresh_statistics": "only an owner may ANALYZE",
    "journal_system_id": "says which installation this is",
    "journal_to_pending": "a trigger: nobody calls it, and nobody may write the table by hand",
}


def asked(text: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text)
        return list(cursor.fetchall())


def test_every_table_is_protected_by_rows_or_says_why_not() -> None:
    tables = asked(
        "SELECT relname, relrowsecurity AND relforcerowsecurity, EXISTS (SELECT FROM pg_policy p"
        " WHERE p.polrelid = c.oid AND p.polname <> 'owner')"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT relispartition"
    )
    protected = {name for name, forced, policy in tables if forced and policy}
    assert {name for name, _forced, _policy in tables} - protected - set(OPEN) == set()
    assert protected & set(OPEN) == set()
    assert {name for name, forced, policy in tables if forced != policy} == set()


def test_months_belong_to_tables_that_are_named() -> None:
    months = asked(
        "SELECT DISTINCT inhparent::regclass::text FROM pg_inherits i JOIN pg_class c"
        " ON c.oid = i.inhrelid WHERE c.relkind = 'r'"
    )
    assert {name for (name,) in months} == {"influencers_observation", "journal_event"}


def test_views_see_with_the_eyes_of_who_asks() -> None:
    """There are none today: a view without `security_invoker` would see with its owner's."""
    found = asked(
        "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname = 'public' AND (relkind = 'm' OR (relkind = 'v' AND NOT"
        " coalesce('security_invoker=true' = ANY (reloptions), false)))"
    )
    assert found == []


def test_functions_that_see_more_are_known_and_look_only_where_they_say() -> None:
    found = asked(
        "SELECT proname, array_to_string(proconfig, ' '), prorettype = 'trigger'::regtype"
        " OR NOT has_function_privilege('public', p.oid, 'execute') FROM pg_proc p"
        " JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = 'public' AND prosecdef"
    )
    assert {name for name, _settings, _closed in found} == set(DEFINERS)
    for _name, settings, closed in found:
        assert settings.startswith(("search_path=public, pg_temp", "search_path=pg_catalog, pg_te"))
        assert closed


def test_application_role_owns_nothing_and_goes_round_nothing() -> None:
    assert asked("SELECT current_user") == [(engines.APP,)]
    assert asked(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
        f" WHERE rolname = '{engines.APP}'"
    ) == [(False, False, False, False)]
    owned = asked(
        "SELECT (SELECT count(*) FROM pg_class WHERE relowner = r.oid),"
        " (SELECT count(*) FROM pg_proc WHERE proowner = r.oid),"
        f" pg_has_role(r.oid, '{engines.OWNER}', 'member') FROM pg_roles r"
        f" WHERE rolname = '{engines.APP}'"
    )
    assert owned == [(0, 0, False)]


# --- Reports ------------------------------------------------------------------------------------


def seen() -> dict[str, int]:
    return {each.__name__: each.objects.count() for each in (Report, Message, Case, Decision)}


@pytest.fixture
def story(db: None) -> None:
    """A report with a word on it, its case and a decision."""
    with seeing(PASS):
        case = make_case()
        Message.objects.create(report=case.reports.get(), from_reporter=True, text="And more.")
        decided(case)


NOTHING_SEEN = {"Report": 0, "Message": 0, "Case": 0, "Decision": 0}
ALL_SEEN = dict.fromkeys(NOTHING_SEEN, 1)


def test_reports_are_for_staff_and_passes_only(story: None) -> None:
    assert current() == NOTHING
    assert seen() == NOTHING_SEEN
    with seeing(PARTIES, [the_agency().pk]):
        assert seen() == NOTHING_SEEN
    for reach in (STAFF, PASS):
        with seeing(reach):
            assert seen() == ALL_SEEN


def test_key_with_the_right_reads_cases_and_no_report(story: None) -> None:
    with seeing(PLATFORM):
        assert seen() == NOTHING_SEEN | {"Case": 1, "Decision": 1}
        with pytest.raises(DatabaseError), transaction.atomic():
            Case.objects.create(category_id=1, target="x", act_day="2026-01-01")
    said = calling_with(make_key([Right.CASES])[1]).get("/api/v1/cases")
    assert len(said.json()["results"]) == 1
    assert current() == NOTHING


def test_whoever_reports_sees_the_report_of_the_receipt_and_no_other() -> None:
    mine = filed(receipt="MINE-MINE-MINE-MINE")
    filed(receipt="OTHE-OTHE-OTHE-OTHE")
    assert current() == NOTHING
    assert Report.objects.count() == 0
    found = reports.opened_by("MINE-MINE-MINE-MINE")
    assert found is not None
    assert found.pk == mine.pk
    shown = reports.shown(str(mine.public_id))
    assert shown is not None
    assert shown.case is not None
    assert list(shown.messages.all()) == []
    assert current() == NOTHING


# --- Work ---------------------------------------------------------------------------------------


@shared_task
def breaks_in_the_middle() -> None:
    assert Report.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1/0")


@shared_task
def looks() -> int:
    return Report.objects.count()


def test_task_that_fails_leaves_no_sight_behind(story: None) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        breaks_in_the_middle()
    assert Report.objects.count() == 0
    assert asked("SELECT coalesce(current_setting('app.reach', true), '')") == [("",)]
    assert looks() == 1
    assert Report.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_thread_that_worked_and_is_used_again_sees_nothing() -> None:
    with seeing(PASS):
        make_case()
    found: list[int] = []

    def worker() -> None:
        try:
            found.append(looks())
            found.append(Report.objects.count())  # the same connection, after the task
            with pytest.raises(DatabaseError):
                breaks_in_the_middle()
            found.append(Report.objects.count())
        finally:
            connection.close()

    thread = threading.Thread(target=worker)
    thread.start()
    thread.join()
    assert found == [1, 0, 0]


def test_case_is_decided_by_who_sees_it(story: None) -> None:
    """The wall is no rule: an action in staff's sight works as before."""
    with seeing(STAFF):
        assert decided(make_case(), by=MO).borne_out
