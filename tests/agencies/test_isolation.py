"""The second wall: without a context nothing is seen; with one, one's own and what is public."""

import os
import threading
from collections import Counter
from datetime import date

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import Proposal
from agencies.actions import agencies, bindings, contracts, filings
from agencies.actions.admissions import check
from agencies.models import (
    Agency,
    Binding,
    Blacklisted,
    Contract,
    ContractHeadings,
    Dispute,
    LetIn,
    Membership,
)
from journal.actions.context import NOTHING, PARTIES, PASS, STAFF, current, seeing
from journal.values import CLOCK
from tests.agencies.imports import checked, csv_of, row
from tests.factories.admissions import asked_in
from tests.factories.agencies import (
    CREATOR,
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.factories.creators import asked
from tests.factories.reviews import answer_all, make_review
from tests.people import make_person

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)


def protected() -> list[str]:
    """Every table of this app that the database protects by rows; of others see test_walls."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relname LIKE 'agencies_%'"
            " ORDER BY relname"
        )
        return [name for (name,) in cursor.fetchall()]


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return int(cursor.fetchone()[0])


def test_every_table_of_one_agency_is_protected_also_from_its_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "WHERE c.relkind = 'r' AND c.relname LIKE 'agencies_%%' AND a.attname = 'agency_id'"
        )
        of_agencies = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
            " AND relname LIKE 'agencies_%'"
        )
        forced = {name for (name,) in cursor.fetchall()}
    public = {f"agencies_{each}" for each in ("agencyname", "agencynamepast")}
    public |= {f"agencies_{each}" for each in ("ownership", "ownershippast")}
    assert of_agencies - public <= forced
    assert set(protected()) == forced


def fill(agency: Agency) -> None:
    """A row of the agency in every protected table, none of them public."""
    contract, member = make_contract(agency, JAN), make_person(agency.slug)
    claim = make_claim(contract, make_profile())
    asked(claim)
    answer_all(make_review(agencies=[agency.pk]), agency)
    checked(agency, csv_of([row()]))
    with seeing(PASS):
        ContractHeadings.objects.create(agency=agency, known={"no": "reference"})
        agencies.add_member(agency, member, "viewer", by=CLOCK)
        contracts.amend(contract, by=CLOCK, party="somebody else")
        bindings.amend(claim, by=CLOCK, lines=((100, 200),))
        Dispute.objects.create(
            binding=claim, profile=claim.profile, from_day=JAN, due_at=timezone.now()
        )
        admission = asked_in(agency)
        check(admission, "people", outcome="passed", note="Seen", by=CLOCK)
        filings.start_clock(admission, "ended", JAN, by=CLOCK)
        entry = Blacklisted.objects.create(
            name="x", credit_code=agency.credit_code, since=JAN, reason="x"
        )
        LetIn.objects.create(entry=entry, agency=agency, reason="x")
        Proposal.objects.create(
            action="establish_binding",
            subject_type="binding",
            subject_id=str(claim.pk),
            subject_name="x",
            reason="seen",
            lapses_at=timezone.now(),
        )


def test_protected_tables_show_their_rows_to_whom_they_belong_and_nobody_else() -> None:
    """Every table that pg_class says is protected, each with rows of two agencies."""
    mine, rival = make_agency("Mine"), make_agency("Rival")
    fill(mine)
    fill(rival)
    tables = protected()
    assert current() == NOTHING
    assert {table: count(table) for table in tables} == dict.fromkeys(tables, 0)
    with seeing(PASS):
        every = {table: count(table) for table in tables}
        assert [table for table in tables if every[table] == 0] == []
    for_staff = {f"agencies_{each}" for each in ("filing", "blacklisted", "letin")}
    for agency in (mine, rival):
        with seeing(PARTIES, [agency.pk]):
            own = {table: count(table) for table in tables if table not in for_staff}
        assert {table: rows * 2 for table, rows in own.items()} == {
            table: rows for table, rows in every.items() if table not in for_staff
        }
    with seeing(PARTIES, [0]):
        assert {table: count(table) for table in tables} == dict.fromkeys(tables, 0)


def test_confirmed_binding_is_for_everybody_and_its_contract_is_not() -> None:
    binding = confirmed(make_claim(make_contract(make_agency(), JAN), make_profile()))
    assert list(Binding.objects.all()) == [binding]
    assert Contract.objects.count() == 0


def test_agency_sees_its_own_and_nothing_of_a_rival() -> None:
    mine, rival = make_agency("Mine"), make_agency("Rival")
    contract, theirs = make_contract(mine, JAN), make_contract(rival, JAN)
    make_claim(theirs, make_profile())
    with seeing(PARTIES, [mine.pk]):
        assert list(Contract.objects.all()) == [contract]
        assert Binding.objects.count() == 0
    with seeing(STAFF):
        assert set(Contract.objects.all()) == {contract, theirs}


def test_agency_writes_nothing_in_another_ones_name() -> None:
    mine, rival = make_agency("Mine"), make_agency("Rival")
    public = confirmed(make_claim(make_contract(rival, JAN), make_profile()))
    with seeing(PARTIES, [mine.pk]):
        with pytest.raises(DatabaseError), transaction.atomic():
            Contract.objects.create(agency=rival, reference="x", during=DateRange(JAN, None))
        # Seen, because it is public, and yet not theirs to change.
        assert Binding.objects.filter(pk=public.pk).update(exclusive=False) == 0
        assert Membership.objects.filter(agency=rival).count() == 0


def test_sight_is_put_back_after_an_error_in_a_transaction() -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), seeing(STAFF):
        connection.cursor().execute("SELECT 1/0")
    with seeing(PARTIES, []):
        assert current() == (PARTIES, "", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.reach', true)")
        assert cursor.fetchone()[0] in (None, "")


@pytest.mark.django_db(transaction=True)
def test_connection_that_was_lost_takes_no_answer_away() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    with seeing(STAFF), psycopg.connect(os.environ["DATABASE_URL"]) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    assert current() == NOTHING


def race(claims: list[Binding], outcomes: Counter[str]) -> None:
    """All claims are confirmed at once, each by a writer of its own."""
    gate = threading.Barrier(len(claims))

    def writer(claim: Binding) -> None:
        try:
            gate.wait(timeout=60)
            with seeing(PASS):
                bindings.confirm(claim, by=CREATOR, basis="creator", proof="race")
            outcome = "won"
        except Exception as problem:  # counted by its words: the test asks for the exact ones
            outcome = f"{type(problem).__name__}: {problem}"
        finally:
            connection.close()
        outcomes[outcome] += 1

    threads = [threading.Thread(target=writer, args=(claim,)) for claim in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rounds", [5, pytest.param(50, marks=pytest.mark.night)])
def test_sixteen_writers_on_one_account_have_one_winner_a_round(rounds: int) -> None:
    writers = 16
    profile = make_profile()
    contracts = [make_contract(make_agency(f"A{n}"), JAN) for n in range(writers)]
    before, outcomes = deadlocks(), Counter[str]()
    for number in range(rounds):
        during = DateRange(date(2100 + number, 1, 1), date(2100 + number, 6, 1))
        claims = [make_claim(c, profile, during=during) for c in contracts]
        race(claims, outcomes)
        blocked = (
            f"BindingBlocked: The account is bound exclusively from {2100 + number}-01-01 "
            f"to {2100 + number}-05-31."
        )
        assert outcomes.pop(blocked) == writers - 1
        # Of one account an agency may only have so many claims that wait.
        with seeing(PASS):
            for row in Binding.objects.filter(profile=profile, status="claimed"):
                bindings.withdraw(row, by=CLOCK)
    assert outcomes == {"won": rounds}
    assert deadlocks() == before
