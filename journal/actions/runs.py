"""Runs: work that lives in rows, is cut into ranges and finishes by itself after a crash."""

import logging
import time
from collections import Counter
from datetime import timedelta
from importlib import import_module
from types import ModuleType
from typing import Any

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from journal.actions.context import PASS, seeing
from journal.actions.events import record, sequence
from journal.actions.outbox import deliver
from journal.actions.ringing import ring
from journal.models import Outbox, Run, RunRange
from journal.queries import lock_ranges, refresh_statistics
from journal.values import CLOCK, Actor, Audience

logger = logging.getLogger("mingpai.runs")

LEASE = timedelta(seconds=30)
ATTEMPTS = 4  # a range that failed so often fails the run
GLANCES = 50  # so often, 10 ms apart, a leased range is tried that somebody holds


class RunFailed(Exception):
    """The work cannot go on, and trying again would not help; the text is shown on the run."""


def ask(
    kind: str,
    *,
    by: Actor,
    params: dict[str, Any] | None = None,
    full: bool = False,
    merge: bool = True,
) -> Run:
    """Asks for a run; workers are rung after commit.

    With `merge` an equal run that is still waiting is returned instead: it has not read anything
    yet, so it will see what this one was asked for.
    """
    with transaction.atomic():
        if merge:
            waiting = Run.objects.filter(
                kind=kind, status=Run.Status.WAITING, full=full, params=params or {}
            )
            if same := waiting.select_for_update(skip_locked=True).first():
                transaction.on_commit(lambda: _ring_work(same.pk))
                return same
        run = Run.objects.create(
            kind=kind,
            params=params or {},
            full=full,
            asked_by_kind=by.kind,
            asked_by_id=by.id,
            asked_by=by.name,
            asked_at=timezone.now(),
        )
        if by is not CLOCK:
            record("run.asked", run, by=by, audience=Audience.STAFF, changes={"kind": kind})
        transaction.on_commit(lambda: _ring_work(run.pk))
    return run


def _ring_work(run_id: int) -> None:
    ring("journal.tasks.work", run_id)


def work(run_id: int, worker: str) -> bool:
    """Does what can be done of a run: prepares it, works on free ranges, finishes it.

    Any number of processes may call this for the same run. Returns whether the run is over.
    """
    with seeing(PASS):
        if not _prepare(run_id):
            return _is_over(run_id)
        while (claimed := _claim(run_id, worker)) is not None:
            _do(claimed)
        return _finish(run_id)


def _module(kind: str) -> ModuleType:
    return import_module(settings.RUNS[kind])


def _is_over(run_id: int) -> bool:
    run = Run.objects.filter(pk=run_id).first()
    return run is None or run.is_over


def _prepare(run_id: int) -> bool:
    """Turns a waiting run to running and cuts it. False when it is over or being prepared."""
    try:
        with transaction.atomic():
            run = Run.objects.select_for_update(skip_locked=True).filter(pk=run_id).first()
            if run is None:
                # Gone, or held by whoever prepares or finishes it: in both cases not ours.
                return Run.objects.filter(pk=run_id, status=Run.Status.RUNNING).exists()
            if run.status != Run.Status.WAITING:
                return run.status == Run.Status.RUNNING
            run.status, run.started_at = Run.Status.RUNNING, timezone.now()
            refresh_statistics()
            ranges = _module(run.kind).prepare(run)
            run.save()
            RunRange.objects.bulk_create(RunRange(run=run, lo=lo, hi=hi) for lo, hi in ranges)
    except RunFailed as problem:
        _fail(run_id, str(problem))
        return False
    if len(ranges) > 1:
        ring("journal.tasks.work", run_id)  # a second worker may help
    return True


def _claim(run_id: int, worker: str) -> RunRange | None:
    """Leases the first range that nobody works on."""
    now = timezone.now()
    with transaction.atomic():
        _commit_at_leisure()
        free = (
            RunRange.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(
                Q(lease_until__isnull=True) | Q(lease_until__lt=now),
                run_id=run_id,
                run__status=Run.Status.RUNNING,
                done_at__isnull=True,
            )
            .order_by("lo")
            .first()
        )
        if free is None:
            return None
        free.lease_until, free.worker = now + LEASE, worker[:100]
        free.attempts += 1
        free.save(update_fields=["lease_until", "worker", "attempts"])
    return free


def _do(claimed: RunRange) -> None:
    """Works on a leased range: its rows and `done_at` are written in one transaction.

    A worker that is killed leaves nothing half done and its row lock goes with its connection.
    """
    run = Run.objects.get(pk=claimed.run_id)
    try:
        with transaction.atomic():
            _commit_at_leisure()
            mine = _hold(claimed)
            if mine is None:
                return
            lock_ranges(mine.lo, mine.hi)
            mine.counts = _module(run.kind).do_range(run, mine.lo, mine.hi)
            mine.done_at, mine.lease_until, mine.error = timezone.now(), None, ""
            mine.save()
    except OperationalError:
        # The database went away or chose this one in a deadlock: no fault of the range. The lease
        # runs out, the sweeper rings, somebody does it again.
        connection.close()
        raise
    except (DatabaseError, RunFailed) as problem:
        final = isinstance(problem, RunFailed) or claimed.attempts >= ATTEMPTS
        logger.warning("range %s, attempt %s: %s", claimed, claimed.attempts, problem)
        RunRange.objects.filter(pk=claimed.pk).update(
            error=str(problem)[:2000], lease_until=timezone.now() + timedelta(seconds=1)
        )
        if final:
            _fail(run.pk, str(problem)[:2000])


def _hold(claimed: RunRange) -> RunRange | None:
    """The leased range with its row locked, or None where it is done or being done.

    Somebody who looks for a free range may lock this row for the blink of an eye, having begun to
    look before the lease was written: that is waited for, or nobody would work until the lease has
    run out. Who comes after a lease ran out while the first still works finds it locked for longer.
    """
    open_ = RunRange.objects.filter(pk=claimed.pk, done_at__isnull=True)
    for _ in range(GLANCES):
        if (mine := open_.select_for_update(skip_locked=True).first()) or not open_.exists():
            return mine
        time.sleep(0.01)
    return None


def _commit_at_leisure() -> None:
    """Does not wait until the disk has this transaction: it is done again if the database crashes.

    The rows of a range and that it is done are lost together or not at all. The sequencer and the
    end of a run, which come after it, wait for the disk, and so for everything before them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")


def _finish(run_id: int) -> bool:
    """Turns a run whose ranges are all done to done, once. Returns whether it is over."""
    try:
        with transaction.atomic():
            run = Run.objects.select_for_update().filter(pk=run_id).first()
            if run is None or run.is_over:
                return True
            if run.ranges.filter(done_at__isnull=True).exists():
                return False
            total: Counter[str] = Counter()
            for counts in run.ranges.values_list("counts", flat=True):
                total.update(counts)
            run.counts = {**run.counts, **total}
            run.status, run.finished_at = Run.Status.DONE, timezone.now()
            _module(run.kind).finish(run)
            run.save()
            record(
                "run.finished",
                run,
                by=CLOCK,
                audience=Audience.STAFF,
                changes={"kind": run.kind, "counts": run.counts},
            )
    except RunFailed as problem:
        _fail(run_id, str(problem))
    return True


@transaction.atomic
def _fail(run_id: int, why: str) -> None:
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.is_over:
        return
    run.status, run.finished_at, run.error = Run.Status.FAILED, timezone.now(), why
    run.save()
    record("run.failed", run, by=CLOCK, audience=Audience.STAFF, changes={"kind": run.kind})


def sweep() -> int:
    """Rings again for everything that is unfinished and that nobody works on. Returns how many."""
    runs = list(Run.objects.unfinished().order_by("id").values_list("pk", flat=True))
    for pk in runs:
        ring("journal.tasks.work", pk)
    if Outbox.objects.due(timezone.now()).exists():
        ring("journal.tasks.deliver")
    for name in settings.JOURNAL_FOLLOWERS:
        ring(name)
    return len(runs)


@seeing(PASS)
def follow_all(*, worker: str = "here", patience: float = 600.0) -> None:
    """Does everything that is asked, in this process, until nothing is left.

    Commands and tests use it: they return when what they touched is flagged, labelled and counted.
    Ranges that another worker holds are waited for, `patience` seconds at most.
    """
    until = time.monotonic() + patience
    while time.monotonic() < until:
        busy = bool(sequence())
        for name in settings.JOURNAL_FOLLOWERS:
            busy = bool(import_string(name)()) or busy
        unfinished = list(Run.objects.unfinished().order_by("id").values_list("pk", flat=True))
        for pk in unfinished:
            work(pk, worker)
        deliver()
        if not busy and not unfinished:
            return
        if unfinished and not busy and Run.objects.unfinished().filter(pk__in=unfinished).exists():
            time.sleep(0.05)
    raise TimeoutError(f"work is still under way after {patience:.0f} s")
