"""The work of a run of kind "contracts": a file is checked; or applied, undone, or the holders of
its accounts are asked, part by part.

A part is a range of its own, so that it is leased, repeated after a crash and shown like any other;
what it writes is one transaction with its mark of being done, and so happens once.
"""

from collections import Counter

from django.db import transaction

from agencies.actions import asking, batches
from agencies.imports import applying, staging, undoing
from agencies.imports.reading import FileRefused
from agencies.models import ContractBatch
from agencies.values.problems import refusal
from journal.actions.runs import RunFailed
from journal.models import Run

# Numbers below zero, which no account has: what a part writes lies in ranges that it locks itself.
FIRST = -1_000_000


def prepare(run: Run) -> list[tuple[int, int]]:
    batch = _batch(run, lock=True)
    if run.params["step"] == "check":
        batches.begin_check(batch)
        return [(FIRST, FIRST + 1)]
    return [(FIRST + part, FIRST + part + 1) for part in range(batch.parts)]


def do_range(run: Run, lo: int, hi: int) -> dict[str, int]:
    batch, part = _batch(run), lo - FIRST
    assert hi == lo + 1
    match run.params["step"]:
        case "check":
            return _check(batch)
        case "undo":
            return undoing.undo_part(batch, part)
        case "ask":
            return _ask(batch, part)
    try:
        return applying.apply_part(batch, part)
    except FileRefused as refused:
        raise RunFailed(refusal(refused.found)) from refused


def finish(run: Run) -> None:
    batch, total = _batch(run, lock=True), Counter(run.counts)
    match run.params["step"]:
        case "apply":
            batches.end_apply(batch, dict(total))
        case "undo":
            batches.end_undo(batch, dict(total))
        case "ask":
            batches.end_asking(batch, dict(total))


def _batch(run: Run, *, lock: bool = False) -> ContractBatch:
    rows = ContractBatch.objects.select_related("agency", "file")
    if lock:
        rows = rows.select_for_update(no_key=True, of=("self",))
    batch = rows.get(pk=run.params["batch"])
    if batch.run_id != run.pk:
        raise RunFailed("another run has taken over this import")
    return batch


def _check(batch: ContractBatch) -> dict[str, int]:
    try:
        with transaction.atomic():
            sheet = staging.opened_sheet(batch)
            columns = staging.columns_of(batch, sheet)
            headings = [list(pair) for pair in zip(sheet.headings, columns, strict=True)]
            if not staging.is_understood(columns):
                status, notes = ContractBatch.Status.UNMAPPED, sheet.notes
            else:
                status, notes = ContractBatch.Status.CHECKED, staging.notes_of(sheet, columns)
                batch.parts = staging.fill(batch, sheet, columns)
                batch.counts = staging.check(batch)
    except FileRefused as refused:
        batches.refuse(batch, refused.found)
        return {}
    batches.end_check(batch, status, headings=headings, notes=notes)
    return {name: number for name, number in batch.counts.items() if name == "read"}


def _ask(batch: ContractBatch, part: int) -> dict[str, int]:
    claimed = batch.rows.filter(part=part, done__binding="claimed")
    profiles = asking.profiles_of(claimed.values_list("binding_id", flat=True))
    return asking.ask_all(batch.agency, profiles, by=batches.decided_by(batch))
