"""An import as work in rows: dry runs, what a crash leaves, refusals to start."""

from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from influencers.actions import imports
from influencers.imports import runs
from influencers.models import ImportBatch, Observation, Profile, ProfileHandle
from journal import actions as journal
from journal.models import Event, Run, RunRange
from tests.factories.influencers import IMPORTER, imported, received, work

pytestmark = pytest.mark.django_db

HEAD = "platform,external_id,handle,followers,observed_on\n"


def rows(count: int, followers: str = "5", day: str = "2026-11-20") -> str:
    return HEAD + "".join(f"douyin,{n},h{n},{followers},{day}\n" for n in range(count))


def ranges(batch: ImportBatch) -> list[RunRange]:
    return list(RunRange.objects.filter(run_id=batch.run_id, lo__gte=0).order_by("lo"))


def step(batch: ImportBatch, part: RunRange) -> None:
    """Does one range, as a worker would, and goes away."""
    run = Run.objects.get(pk=batch.run_id)
    part.counts = runs.do_range(run, part.lo, part.hi)
    part.done_at = part.run.asked_at
    part.save()


def check(batch: ImportBatch) -> None:
    """The check of a batch, with the ranges that it leaves still to be done."""
    run = Run.objects.get(pk=batch.run_id)
    found = runs.prepare(run)
    Run.objects.filter(pk=run.pk).update(status="running")
    for lo, hi in found:
        RunRange.objects.create(run=run, lo=lo, hi=hi)
    while part := RunRange.objects.filter(run=run, lo__lt=0, done_at=None).order_by("lo").first():
        step(batch, part)
    batch.refresh_from_db()


@pytest.fixture
def small_ranges(settings: Any) -> None:
    settings.RANGE_SIZE = 4


# --- Dry runs -----------------------------------------------------------------------------------


def test_dry_run_counts_and_changes_nothing() -> None:
    imported(rows(3, day="2026-11-19"))
    id_before = next_id()
    batch = imported(
        rows(2, "6") + "douyin,2,h2,5,2026-11-19\ndouyin,9,x,7,2026-11-20\nmyspace,1,x,1,x\n",
        dry_run=True,
    )
    assert (batch.status, batch.counts) == (
        "checked",
        {
            "read": 5,
            "errors": 1,
            "repeated": 0,
            "created": 1,
            "updated": 2,
            "unchanged": 1,
            "observations": 3,
            "fields_changed": 0,
        },
    )
    assert Observation.objects.count() == Profile.objects.count() == ProfileHandle.objects.count()
    assert Profile.objects.filter(followers=5).count() == 3
    assert next_id() == id_before + 1
    assert batch.problems.count() == 2


def next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('influencers_profile', 'id'))")
        return int(cursor.fetchone()[0])


def test_dry_run_counts_what_applying_it_then_counts() -> None:
    imported(rows(3, day="2026-11-18"))
    imported(HEAD + "douyin,,lost,5,2026-11-18\n")
    text = (
        rows(2, "6")
        + "douyin,7,h0,1,2026-11-21\n"  # takes the handle of another account in the file
        + "douyin,8,h2,1,2026-11-21\n"  # takes the handle of one that is not
        + "douyin,9,lost,4,2026-11-20\n"  # turns out to be an account that is known by its handle
        + "douyin,1,new,6,2026-11-21\n"
    )
    batch = imported(text, dry_run=True)
    counted = batch.counts
    imports.apply(batch, by=IMPORTER)
    work(batch)
    assert (batch.status, batch.counts) == ("applied", counted)
    assert counted["created"] == 2
    assert counted["updated"] == 4


def test_applying_a_dry_run_twice_is_once() -> None:
    batch = imported(rows(1), dry_run=True)
    first = imports.apply(batch, by=IMPORTER)
    again = imports.apply(batch, by=IMPORTER)
    assert first.run_id == again.run_id
    work(batch)
    assert imports.apply(batch, by=IMPORTER).status == "applied"
    assert Run.objects.filter(kind="import").count() == 2


def test_dropped_dry_run_cannot_be_applied() -> None:
    batch = imported(rows(1), dry_run=True)
    imports.drop(batch, by=IMPORTER)
    imports.drop(batch, by=IMPORTER)
    with pytest.raises(imports.NotPossible):
        imports.apply(batch, by=IMPORTER)
    assert Event.objects.filter(verb="batch.dropped").count() == 1


@pytest.mark.parametrize("decide", [imports.drop, imports.retry])
def test_applied_batch_is_neither_dropped_nor_started_again(decide: Any) -> None:
    batch = imported(rows(1))
    with pytest.raises(imports.NotPossible):
        decide(batch, by=IMPORTER)


def test_same_token_is_the_same_batch() -> None:
    token = "5f7d6c0e-0000-4000-8000-000000000001"
    first, second = received(rows(1), token=token), received(rows(1), token=token)
    assert first.pk == second.pk
    assert Run.objects.filter(kind="import").count() == 1


# --- Ranges and crashes -------------------------------------------------------------------------


@pytest.mark.usefixtures("small_ranges")
def test_file_is_applied_in_ranges_of_accounts() -> None:
    imported(rows(10, day="2026-11-19"))
    batch = received(rows(10, "6"))
    check(batch)
    assert all(part.hi - part.lo == settings.RANGE_SIZE for part in ranges(batch))
    step(batch, ranges(batch)[0])
    changed = Profile.objects.filter(followers=6)
    assert {profile.pk // 4 for profile in changed} == {ranges(batch)[0].lo // 4}


@pytest.mark.usefixtures("small_ranges")
@pytest.mark.parametrize("lost", ["rows", "table"])
def test_stage_lost_with_the_database_is_filled_again(lost: str) -> None:
    imported(rows(10, day="2026-11-19"))
    text = rows(11, "6") + "douyin,3,renamed,6,2026-11-21\ndouyin,5,h5,6,2026-11-20\nx,,,,\n"
    batch = received(text)
    check(batch)
    first, *others = ranges(batch)
    step(batch, first)
    with connection.cursor() as cursor:
        # An unlogged table is empty after a crash; after a restore elsewhere it is not even there.
        if lost == "rows":
            cursor.execute(f"DELETE FROM {batch.stage}")
        else:
            imports.drop_stage(batch)
    for part in others:
        step(batch, part)
    journal.work(batch.run_id, "another")
    batch.refresh_from_db()
    assert (batch.status, batch.counts) == (
        "applied",
        {
            "read": 14,
            "errors": 1,
            "repeated": 1,
            "created": 1,
            "updated": 10,
            "unchanged": 0,
            "observations": 12,
            "fields_changed": 0,
        },
    )
    assert Profile.objects.filter(followers=6).count() == 11
    assert Observation.objects.filter(followers=6).count() == 12


def test_file_that_means_other_accounts_by_now_is_started_again() -> None:
    imported(HEAD + "douyin,1,x,5,2026-11-01\n")
    batch = received(HEAD + "douyin,,x,6,2026-11-20\n")
    check(batch)
    ProfileHandle.objects.all().delete()  # as if it had never been the account's handle
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {batch.stage}")
    work(batch)
    assert (batch.status, batch.has_stopped) == ("applying", True)
    assert Observation.objects.filter(followers=6).count() == 0
    imports.retry(batch, by=IMPORTER)
    work(batch)
    assert (batch.status, batch.has_stopped) == ("applied", False)
    assert Observation.objects.get(followers=6).profile.provisional


@pytest.mark.parametrize(
    ("newer", "older", "held"),
    [
        ("x", "y", [("x", 18, 19), ("y", 19, 20), ("x", 20, None)]),
        ("z", "z", [("x", 18, 19), ("z", 19, None)]),
        ("z", "y", [("x", 18, 19), ("y", 19, 20), ("z", 20, None)]),
    ],
)
def test_older_file_knows_what_a_newer_one_under_way_says(
    newer: str, older: str, held: list[tuple[str, int, int | None]]
) -> None:
    imported(HEAD + "douyin,1,x,5,2026-11-18\n")
    batch = received(HEAD + f"douyin,1,{newer},6,2026-11-20\n")
    check(batch)  # told apart, and not yet applied
    imported(HEAD + f"douyin,1,{older},7,2026-11-19\n")
    for part in ranges(batch):
        step(batch, part)
    periods = ProfileHandle.objects.order_by("during").values_list("handle", "during")
    assert [(h, d.lower.day, d.upper and d.upper.day) for h, d in periods] == held
    assert Profile.objects.get().handle == held[-1][0]


def test_file_that_is_gone_is_refused() -> None:
    batch = received(rows(1))
    batch.file.path = "nowhere"
    batch.file.save()
    work(batch)
    assert (batch.status, batch.refusal) == ("refused", {"code": "gone"})


def test_file_that_is_gone_when_a_dry_run_is_applied_stops_it() -> None:
    batch = imported(rows(1), dry_run=True)
    batch.file.path = "nowhere"
    batch.file.save()
    imports.apply(batch, by=IMPORTER)
    work(batch)
    assert (batch.status, batch.has_stopped, batch.refusal) == ("applying", True, {})
    assert batch.run.error != ""


def test_counts_stand_on_the_run_too() -> None:
    batch = imported(rows(2))
    assert batch.run.counts == batch.counts
