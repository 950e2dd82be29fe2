"""The statements of a check, of applying, of asking and of undoing are as many for a thousand rows
as for ten."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agencies.actions import batches
from agencies.models import Confirmation, ContractBatch
from influencers.models import Platform, Profile
from journal.actions.context import PASS, seeing
from journal.values import CLOCK
from tests.agencies.imports import csv_of, kept, row, work
from tests.factories.agencies import make_agency

pytestmark = pytest.mark.django_db


def counted(batch: ContractBatch) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        work(batch)
    return len(queries)


def life(rows: int) -> tuple[dict[str, int], ContractBatch]:
    """Statements of each step of a file in which every row adds a contract and claims an account,
    and of one in which every row changes both."""
    agency, douyin = make_agency(), Platform.objects.get(code="douyin")
    names = [f"{agency.pk}-{n}" for n in range(rows)]
    Profile.objects.bulk_create(Profile(platform=douyin, external_id=name) for name in names)

    def file(**facts: Any) -> bytes:
        said = {"platform": "douyin", "last_day": "2027-12-31"} | facts
        return csv_of([row(reference=name, external_id=name, **said) for name in names])

    found = {}
    with seeing(PASS):
        for name, content in (("new", file()), ("changed", file(party="x", lines="live"))):
            batch = batches.receive(agency, kept(content), "rows.csv", by=CLOCK)
            found[f"check {name}"] = counted(batch)
            batch.refresh_from_db()
            assert batch.counts[name] == rows
            found[f"apply {name}"] = counted(batches.apply(batch, by=CLOCK))
            batch.refresh_from_db()
            if name == "new":
                found["ask"] = counted(batches.ask_holders(batch, by=CLOCK))
                assert Confirmation.objects.filter(agency=agency).count() == rows
            else:
                found["undo"] = counted(batches.undo(batch, by=CLOCK))
                batch.refresh_from_db()
                assert (batch.status, batch.taken_back["kept"]) == ("undone", 0)
    return found, batch


def test_statements_are_as_many_for_a_thousand_rows_as_for_ten() -> None:
    few, _ = life(10)
    many, batch = life(1000)
    assert batch.parts == 1
    # One more where the accounts lie on both sides of a border of the register's locked ranges.
    more = {number - few[name] for name, number in many.items()}
    assert more in ({0}, {0, 1})
