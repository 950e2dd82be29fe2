"""Batches of observations: taking one in, deciding about a dry run, and how far a batch is.

What is done to the rows of a batch stands in influencers.imports.
"""

from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import File
from influencers.models import ImportBatch
from journal import actions as journal
from journal.values import Actor, ActorKind, Audience

Status = ImportBatch.Status


class NotPossible(Exception):
    """The batch is in a state in which this cannot be done."""


@transaction.atomic
def receive(
    file: File,
    name: str,
    *,
    by: Actor,
    dry_run: bool = False,
    source: str = "file",
    token: UUID | None = None,
) -> ImportBatch:
    """Takes in a kept file; a worker checks it and, unless it is a dry run, applies it.

    Whoever reaches some platforms only (`by.platforms`) sends rows of those only. With a `token`
    that was used before, the batch of that time is returned and nothing else happens.
    PermissionError for who is limited to territories: a file has none.
    """
    if by.territories:
        raise PermissionError("a file has no territory")
    values: dict[str, Any] = {
        "file": file,
        "name": name,
        "source": source,
        "only_platforms": sorted(by.platforms),
        "dry_run": dry_run,
        "asked_by_kind": by.kind,
        "asked_by_id": by.id,
        "asked_by": by.name,
        "notes": _same_file(file),
    }
    if token is None:
        batch = ImportBatch.objects.create(**values)
    else:
        batch, fresh = ImportBatch.objects.get_or_create(token=token, defaults=values)
        if not fresh:
            return batch
    _ask(batch, by)
    changes = {"dry_run": dry_run, "source": source}
    journal.record("batch.received", batch, by=by, audience=Audience.STAFF, changes=changes)
    return batch


@transaction.atomic
def apply(batch: ImportBatch, *, by: Actor) -> ImportBatch:
    """Applies a dry run that was checked. A second click finds it under way and does nothing.

    The file is checked again, against the register as it is now.
    """
    _must_reach(batch, by)
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.status in (Status.APPLYING, Status.APPLIED):
        return batch
    if batch.status != Status.CHECKED:
        raise NotPossible
    batch.status, batch.dry_run = Status.APPLYING, False
    _ask(batch, by)
    journal.record("batch.approved", batch, by=by, audience=Audience.STAFF)
    return batch


@transaction.atomic
def retry(batch: ImportBatch, *, by: Actor) -> ImportBatch:
    """Starts a batch again whose run failed. What it had applied already changes nothing more."""
    _must_reach(batch, by)
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.is_under_way:
        return batch
    if not batch.has_stopped:
        raise NotPossible
    _ask(batch, by)
    journal.record("batch.retried", batch, by=by, audience=Audience.STAFF)
    return batch


@transaction.atomic
def drop(batch: ImportBatch, *, by: Actor) -> ImportBatch:
    """Puts a checked dry run aside."""
    _must_reach(batch, by)
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.status == Status.DROPPED:
        return batch
    if batch.status != Status.CHECKED:
        raise NotPossible
    _end(batch, Status.DROPPED)
    journal.record("batch.dropped", batch, by=by, audience=Audience.STAFF)
    return batch


# --- Steps of the run ---------------------------------------------------------------------------


def begin_check(batch: ImportBatch) -> None:
    if batch.status == Status.WAITING:
        batch.status = Status.CHECKING
        batch.save(update_fields=["status"])


@transaction.atomic
def end_check(batch: ImportBatch, counts: dict[str, int], notes: list[dict[str, str]]) -> None:
    """A checked file goes on to be applied; a dry run ends here."""
    batch.counts, batch.notes = counts, _once([*batch.notes, *notes])
    batch.status = Status.CHECKED if batch.dry_run else Status.APPLYING
    batch.save(update_fields=["counts", "notes", "status"])
    if batch.dry_run:
        changes = {"counts": counts}
        journal.record(
            "batch.checked", batch, by=actor_of(batch), audience=Audience.STAFF, changes=changes
        )


@transaction.atomic
def refuse(batch: ImportBatch, found: dict[str, Any]) -> None:
    """Nothing of the file can be used; `found` says why (influencers.values.problems)."""
    batch.refusal = found
    _end(batch, Status.REFUSED)
    changes = {"code": found["code"]}
    journal.record(
        "batch.refused", batch, by=actor_of(batch), audience=Audience.STAFF, changes=changes
    )


@transaction.atomic
def end_apply(batch: ImportBatch, counts: dict[str, int]) -> None:
    """All ranges are written. The passes over what changed are asked for."""
    batch.counts = counts
    _end(batch, Status.APPLIED)
    by = actor_of(batch)
    journal.record(
        "batch.applied", batch, by=by, audience=Audience.STAFF, changes={"counts": counts}
    )
    journal.ask("tiers", by=by)


def _must_reach(batch: ImportBatch, by: Actor) -> None:
    """PermissionError for a batch that may hold rows beyond the actor's own reach."""
    only = set(batch.only_platforms)
    if by.territories or (by.platforms and not (only and only <= by.platforms)):
        raise PermissionError("the file lies beyond the grant")


def actor_of(batch: ImportBatch) -> Actor:
    """Who asked for a batch, as far as a journal entry needs it."""
    return Actor(ActorKind(batch.asked_by_kind), id=batch.asked_by_id, name=batch.asked_by)


def drop_stage(batch: ImportBatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT influencers_stage_drop(%s)", [batch.pk])


def _end(batch: ImportBatch, status: str) -> None:
    batch.status, batch.finished_at = status, timezone.now()
    batch.save(update_fields=["status", "finished_at", "refusal", "counts"])
    drop_stage(batch)


def _ask(batch: ImportBatch, by: Actor) -> None:
    batch.run = journal.ask("import", by=by, params={"batch": batch.pk}, merge=False)
    batch.save()


def _same_file(file: File) -> list[dict[str, str]]:
    same = ImportBatch.objects.filter(file__sha256=file.sha256, status=Status.APPLIED)
    before = same.exclude(finished_at=None).order_by("-finished_at").first()
    if before is None or before.finished_at is None:
        return []
    return [{"code": "same_file", "day": timezone.localdate(before.finished_at).isoformat()}]


def _once(notes: list[dict[str, str]]) -> list[dict[str, str]]:
    return [note for place, note in enumerate(notes) if note not in notes[:place]]
