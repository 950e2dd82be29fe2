"""Runs: asked once, cut, done by any number of workers, finished once."""

import sys
import threading
import time
from types import ModuleType

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from journal import actions
from journal.actions import runs
from journal.actions.runs import RunFailed
from journal.models import Event, Run, RunRange
from journal.values import CLOCK, Actor, ActorKind

pytestmark = pytest.mark.django_db

WHO = Actor(ActorKind.USER, id="1", name="Ada")


class Work(ModuleType):
    """A kind of run that notes which ranges it did; it stands for a module of a higher app."""

    def __init__(self) -> None:
        super().__init__("tests.journal.work")
        self.ranges = [(0, 10), (10, 20), (20, 30)]
        self.did: list[tuple[int, int]] = []
        self.broken: dict[int, int] = {}  # lo: how often it still fails
        self.finished = 0

    def prepare(self, run: Run) -> list[tuple[int, int]]:
        if self.broken.get(-1):
            raise RunFailed("nothing to be done about it")
        return self.ranges

    def do_range(self, run: Run, lo: int, hi: int) -> dict[str, int]:
        if self.broken.get(lo):
            self.broken[lo] -= 1
            raise DatabaseError("try again")
        self.did.append((lo, hi))
        return {"rows": hi - lo}

    def finish(self, run: Run) -> None:
        self.finished += 1


@pytest.fixture
def kind(settings, monkeypatch) -> Work:
    module = Work()
    monkeypatch.setitem(sys.modules, module.__name__, module)
    settings.RUNS = {"things": module.__name__}
    return module


def test_run_is_cut_done_and_summed(kind: Work) -> None:
    run = actions.ask("things", by=WHO)
    assert actions.work(run.pk, "me")
    run.refresh_from_db()
    assert (run.status, run.counts, run.asked_by) == ("done", {"rows": 30}, "Ada")
    assert kind.did == [(0, 10), (10, 20), (20, 30)]
    assert kind.finished == 1
    assert [event.verb for event in Event.objects.order_by("pk")] == ["run.asked", "run.finished"]


def test_run_that_is_over_is_not_done_again(kind: Work) -> None:
    run = actions.ask("things", by=CLOCK)
    assert actions.work(run.pk, "me")
    assert actions.work(run.pk, "you")
    assert (len(kind.did), kind.finished) == (3, 1)


def test_equal_waiting_run_is_reused(kind: Work) -> None:
    first = actions.ask("things", by=CLOCK)
    assert actions.ask("things", by=WHO).pk == first.pk
    assert actions.ask("things", by=WHO, full=True).pk != first.pk
    assert actions.ask("things", by=WHO, params={"day": 1}).pk != first.pk
    actions.work(first.pk, "me")
    assert actions.ask("things", by=WHO).pk != first.pk


def test_range_that_fails_is_tried_again_later(kind: Work) -> None:
    kind.broken = {10: 1}
    run = actions.ask("things", by=CLOCK)
    assert not actions.work(run.pk, "me")
    assert kind.did == [(0, 10), (20, 30)]
    RunRange.objects.update(lease_until=None)
    assert actions.work(run.pk, "me")
    assert sorted(kind.did) == [(0, 10), (10, 20), (20, 30)]


def test_range_that_keeps_failing_fails_the_run(kind: Work) -> None:
    kind.broken = {10: 99}
    run = actions.ask("things", by=CLOCK)
    for _ in range(4):
        actions.work(run.pk, "me")
        RunRange.objects.update(lease_until=None)
    run.refresh_from_db()
    assert (run.status, run.error) == ("failed", "try again")
    assert kind.finished == 0


def test_run_that_cannot_be_prepared_fails_with_its_reason(kind: Work) -> None:
    kind.broken = {-1: 1}
    run = actions.ask("things", by=CLOCK)
    assert actions.work(run.pk, "me")
    run.refresh_from_db()
    assert (run.status, run.error) == ("failed", "nothing to be done about it")


def test_leased_range_is_left_to_its_worker_until_the_lease_is_over(kind: Work) -> None:
    run = actions.ask("things", by=CLOCK)
    kind.broken = {0: 1, 10: 1, 20: 1}
    actions.work(run.pk, "dead")
    RunRange.objects.update(lease_until=timezone.now() + timezone.timedelta(minutes=1))
    assert not actions.work(run.pk, "me")
    assert kind.did == []
    RunRange.objects.update(lease_until=timezone.now())
    assert actions.work(run.pk, "me")


def test_run_without_ranges_is_done_at_once(kind: Work) -> None:
    kind.ranges = []
    run = actions.ask("things", by=CLOCK)
    assert actions.work(run.pk, "me")
    run.refresh_from_db()
    assert (run.status, run.counts) == ("done", {})


@pytest.mark.parametrize(("old", "new"), [("done", "running"), ("running", "waiting")])
def test_illegal_move_is_refused_by_the_database(kind: Work, old: str, new: str) -> None:
    run = actions.ask("things", by=CLOCK)
    Run.objects.filter(pk=run.pk).update(status="running")
    if old == "done":
        Run.objects.filter(pk=run.pk).update(status="done", finished_at=timezone.now())
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        Run.objects.filter(pk=run.pk).update(status=new, finished_at=None)
    assert refused.value.__cause__.diag.constraint_name == "run_moves"  # type: ignore[union-attr]


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_do_each_range_once(kind: Work) -> None:
    kind.ranges = [(n * 10, n * 10 + 10) for n in range(40)]
    run = actions.ask("things", by=CLOCK)

    def worker(name: str) -> None:
        try:
            actions.work(run.pk, name)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker, args=(f"w{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    actions.work(run.pk, "last")
    run.refresh_from_db()
    assert sorted(kind.did) == kind.ranges
    assert (run.status, run.counts, kind.finished) == ("done", {"rows": 400}, 1)


@pytest.mark.django_db(transaction=True)
def test_leased_range_that_somebody_looks_at_is_waited_for(kind: Work) -> None:
    """Who looks for a free range may hold the row for a moment after another leased it."""
    run = actions.ask("things", by=CLOCK)
    looking, seen = threading.Event(), threading.Event()

    def onlooker() -> None:
        looking.wait(5)
        with transaction.atomic():
            RunRange.objects.select_for_update().get(run=run, lo=0)
            seen.set()
            time.sleep(0.1)
        connection.close()

    claim = runs._claim

    def claim_and_be_looked_at(run_id: int, worker: str) -> RunRange | None:
        claimed = claim(run_id, worker)
        looking.set()
        seen.wait(5)
        return claimed

    thread = threading.Thread(target=onlooker)
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "_claim", claim_and_be_looked_at)
        assert actions.work(run.pk, "me")
    thread.join()
    assert kind.did == kind.ranges
    assert set(RunRange.objects.values_list("attempts", flat=True)) == {1}
