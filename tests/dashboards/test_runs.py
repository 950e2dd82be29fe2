"""The page on which operators see what is under way."""

from typing import Any

import pytest
from django.test import Client

from journal import actions as journal
from journal.models import Run
from journal.values import CLOCK

pytestmark = pytest.mark.django_db


def test_list_shows_kind_state_and_who_asked(as_operator: Client) -> None:
    run = journal.ask("tallies", by=CLOCK, full=True)
    journal.work(run.pk, "worker 7")
    page = as_operator.get("/runs/").content.decode()
    assert f'href="/runs/{run.pk}/"' in page
    assert "tallies" in page
    assert "clock" in page


def test_run_now_asks_once_and_shows_the_run(as_operator: Client) -> None:
    answer = as_operator.post("/runs/start/", {"full": "0"})
    run = Run.objects.get(kind="tiers")
    assert answer["Location"] == f"/runs/{run.pk}/"
    as_operator.post("/runs/start/", {"full": "0"})  # a double click
    assert Run.objects.filter(kind="tiers").count() == 1
    assert as_operator.get(f"/runs/{run.pk}/").status_code == 200


def test_run_over_all_accounts_asks_for_the_whole_chain(as_operator: Client) -> None:
    as_operator.post("/runs/start/", {"full": "1"})
    assert sorted(Run.objects.filter(full=True).values_list("kind", flat=True)) == [
        "duties",
        "labels",
        "tallies",
        "tiers",
    ]


def test_regulator_sees_runs_and_starts_none(as_regulator: Client) -> None:
    assert "/runs/start/" not in as_regulator.get("/runs/").content.decode()
    assert as_regulator.post("/runs/start/").status_code == 403
    assert Run.objects.count() == 0


def test_failed_run_says_why(as_operator: Client, settings: Any) -> None:
    run = journal.ask("tallies", by=CLOCK)
    Run.objects.filter(pk=run.pk).update(
        status="failed", error="no room on the disk", finished_at="2026-01-01T00:00Z"
    )
    assert "no room on the disk" in as_operator.get(f"/runs/{run.pk}/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_database_the_same_whatever_the_size(
    as_operator: Client, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        journal.ask("tallies", by=CLOCK, params={"n": number})
    with django_assert_num_queries(6):  # session, user, grants, sight given and taken, runs
        as_operator.get("/runs/")


def test_unknown_run_is_not_found(as_operator: Client) -> None:
    assert as_operator.get("/runs/999999/").status_code == 404
