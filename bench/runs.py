"""Runs, as worker processes do them. These functions are called in a process of its own each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import lay
from bench.lay import Days

PATIENCE = 1800.0  # seconds


def passes(kinds: Sequence[str], as_of: str, full: bool) -> dict[str, Any]:
    """Ask for each pass and do it; returns its counts and seconds by kind."""
    from journal import actions as journal
    from journal.values import CLOCK

    found: dict[str, Any] = {}
    for kind in kinds:
        before = time.perf_counter()
        run = journal.ask(kind, by=CLOCK, params={"as_of": as_of}, full=full, merge=False)
        counts = finish(run.pk)
        found[kind] = {"counts": counts, "seconds": time.perf_counter() - before}
    return found


def finish(run_id: int) -> dict[str, Any]:
    """Work on a run until it is over, also while others hold its last ranges."""
    from journal import actions as journal
    from journal.models import Run

    until = time.monotonic() + PATIENCE
    while not journal.work(run_id, "first"):
        if time.monotonic() > until:
            raise TimeoutError(f"run {run_id}")
        time.sleep(0.002)
    run = Run.objects.get(pk=run_id)
    if run.status != Run.Status.DONE:
        raise RuntimeError(f"{run.kind}: {run.error}")
    return dict(run.counts)


def help_out(kinds: Sequence[str], after: int) -> int:
    """The second worker: helps with runs younger than `after` until one of each kind is over."""
    from journal import actions as journal
    from journal.models import Run

    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for pk in Run.objects.unfinished().filter(kind__in=kinds).values_list("pk", flat=True):
            journal.work(pk, "second")
        over = Run.objects.filter(pk__gt=after, finished_at__isnull=False, kind__in=kinds)
        if over.count() >= len(kinds):
            return over.count()
        time.sleep(0.01)
    raise TimeoutError("nothing to help with")


def take_in(path: Path) -> dict[str, Any]:
    """Keep a file, as an upload is kept, and import it; returns the counts."""
    from accounts.actions.files import keep
    from accounts.models import File
    from influencers.actions.imports import receive
    from journal.values import command

    by = command("bench")
    with open(path, "rb") as source:
        kept = keep(source, File.Kind.CSV, name=path.name, checked="bench", by=by)
    batch = receive(kept, path.name, by=by)
    assert batch.run is not None
    finish(batch.run.pk)
    batch.refresh_from_db()
    return dict(batch.counts)


def place_events() -> int:
    from journal import actions as journal

    return journal.sequence()


def write_files(folder: Path, profiles: int, days: Days) -> None:
    from influencers.models import Platform

    lay.write(folder, profiles, days, dict(Platform.objects.values_list("code", "pk")))
