"""Undoing an import of contracts within a day: what nobody has built on goes, the rest is said."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from agencies.actions import batches, bindings, contracts
from agencies.models import Agency, ContractBatch
from journal.actions.context import PASS, seeing
from journal.values import CLOCK
from tests.agencies.imports import applied, row, work
from tests.factories.agencies import (
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)


@pytest.fixture
def agency() -> Agency:
    return make_agency()


def undone(batch: ContractBatch) -> ContractBatch:
    with seeing(PASS):
        return work(batches.undo(batch, by=CLOCK))


def kept(batch: ContractBatch) -> list[tuple[int, list[str]]]:
    with seeing(PASS):
        rows = batch.rows.order_by("line").values_list("line", "kept")
        return [(line, codes) for line, codes in rows if codes]


def test_what_was_added_is_taken_back(agency: Agency) -> None:
    profile = make_profile()
    batch = applied(agency, [row(platform="douyin", external_id=profile.external_id)])
    undone(batch)
    with seeing(PASS):
        assert agency.contracts.get().status == "withdrawn"
        assert agency.bindings.get().status == "withdrawn"
    assert batch.status == "applied"
    with seeing(PASS):
        batch.refresh_from_db()
    assert (batch.status, kept(batch)) == ("undone", [])
    assert batch.taken_back == {
        "claims_withdrawn": 1,
        "bindings_restored": 0,
        "contracts_restored": 0,
        "contracts_withdrawn": 1,
        "kept": 0,
    }


def test_what_was_amended_is_as_before_in_a_revision_of_its_own(agency: Agency) -> None:
    contract = make_contract(agency, JAN)
    claim = make_claim(contract, make_profile(), lines=((100, 200),))
    rows = [
        {
            "reference": contract.reference,
            "party": "somebody else",
            "signed_on": "2026-01-01",
            "last_day": "2026-06-30",
            "platform": "douyin",
            "external_id": claim.profile.external_id,
            "lines": "all",
        }
    ]
    batch = applied(agency, rows)
    with seeing(PASS):
        claim.refresh_from_db()
    assert (claim.lines, claim.during) == (((0, 1000),), DateRange(JAN, date(2026, 7, 1)))
    undone(batch)
    with seeing(PASS):
        contract.refresh_from_db()
        claim.refresh_from_db()
    assert (contract.party, contract.signed_on, contract.revision) == ("somebody", None, 3)
    assert contract.during == claim.during == DateRange(JAN, None)
    assert claim.lines == ((100, 200),)
    assert kept(batch) == []


def test_what_was_answered_or_changed_in_between_is_kept_and_said(agency: Agency) -> None:
    profiles = [make_profile() for _ in range(3)]
    rows = [
        row(reference=f"HT-{n}", platform="douyin", external_id=profile.external_id)
        for n, profile in enumerate(profiles)
    ]
    mine = make_contract(agency, JAN)
    rows.append({"reference": mine.reference, "party": "from the file"})
    batch = applied(agency, rows)
    with seeing(PASS):
        held = list(agency.bindings.order_by("pk"))
        confirmed(held[0])
        bindings.amend(held[1], during=DateRange(JAN, date(2026, 3, 1)), by=CLOCK)
        contracts.amend(mine, party="typed since", by=CLOCK)
    undone(batch)
    assert kept(batch) == [
        (2, ["answered", "public"]),
        (3, ["changed", "in_use"]),
        (5, ["changed"]),
    ]
    with seeing(PASS):
        mine.refresh_from_db()
        statuses = [each.status for each in agency.bindings.order_by("pk")]
        states = [each.status for each in agency.contracts.exclude(pk=mine.pk).order_by("pk")]
    assert mine.party == "typed since"
    assert statuses == ["confirmed", "claimed", "withdrawn"]
    assert states == ["kept", "kept", "withdrawn"]


def test_confirmed_binding_that_was_cut_short_stays_so(agency: Agency) -> None:
    contract = make_contract(agency, JAN)
    public = confirmed(make_claim(contract, make_profile()))
    batch = applied(agency, [{"reference": contract.reference, "last_day": "2026-06-30"}])
    undone(batch)
    with seeing(PASS):
        contract.refresh_from_db()
        public.refresh_from_db()
    assert contract.during == DateRange(JAN, None)
    assert public.during == DateRange(JAN, date(2026, 7, 1))
    assert kept(batch) == [(2, ["narrowed"])]


def test_undoing_is_possible_for_a_day(agency: Agency) -> None:
    batch = applied(agency, [row()])
    late = timezone.now() + timedelta(hours=24)
    with time_machine.travel(late, tick=False), seeing(PASS), pytest.raises(batches.NotPossible):
        batches.undo(batch, by=CLOCK)
    with seeing(PASS):
        assert agency.contracts.get().status == "kept"
