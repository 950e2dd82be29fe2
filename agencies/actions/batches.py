"""Files of contracts: taking one in, naming its columns, deciding about a dry run, undoing it, and
how far it is. What is done to its rows stands in agencies.imports."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import File
from accounts.permissions import Verb, may
from agencies.models import Agency, ContractBatch, ContractHeadings
from agencies.values.cells import plain
from agencies.values.columns import TAKEN
from journal import actions as journal
from journal.values import Actor, ActorKind, Audience

KIND = "contracts"  # of the run
Status = ContractBatch.Status


class NotPossible(Exception):
    """The import is in a state in which this cannot be done."""


@transaction.atomic
def receive(
    agency: Agency, file: File, name: str, *, by: Actor, token: UUID | None = None
) -> ContractBatch:
    """Takes in a kept file; a worker checks it and applies nothing.

    With a `token` that was used before, the import of that time is returned and nothing else
    happens. PermissionError for who may not edit the agency's contracts, and for a token of
    another agency.
    """
    _must_edit(by, agency.pk)
    values: dict[str, Any] = {
        "agency": agency,
        "file": file,
        "name": name,
        "asked_by_kind": by.kind,
        "asked_by_id": by.id,
        "asked_by": by.name,
        "notes": _same_file(agency, file),
    }
    if token is None:
        batch = ContractBatch.objects.create(**values)
    else:
        batch, fresh = ContractBatch.objects.get_or_create(token=token, defaults=values)
        if not fresh:
            if batch.agency_id != agency.pk:
                raise PermissionError("an import of another agency")
            return batch
    _ask(batch, "check", by)
    _record("contractbatch.received", batch, by)
    return batch


@transaction.atomic
def name_columns(
    batch: ContractBatch, columns: Mapping[str, str], *, by: Actor, known_as: Mapping[str, str]
) -> ContractBatch:
    """Says which column each heading is (code, or "" for one to ignore), for this file and the
    agency's next ones; the file is checked again. `known_as` is what they are taken for already:
    what does not differ from it need not be kept."""
    batch = _locked(batch, by)
    if batch.status not in (Status.UNMAPPED, Status.CHECKED):
        raise NotPossible
    kept, _ = ContractHeadings.objects.select_for_update().get_or_create(agency_id=batch.agency_id)
    for heading, code in columns.items():
        if code in (*TAKEN, "") and known_as.get(heading) != code:
            kept.known[plain(heading)] = code
    kept.save()
    batch.status, batch.counts = Status.WAITING, {}
    _ask(batch, "check", by)
    return batch


@transaction.atomic
def apply(batch: ContractBatch, *, by: Actor) -> ContractBatch:
    """Applies the good rows of a dry run. A second click finds it under way and does nothing."""
    batch = _locked(batch, by)
    if batch.status in (Status.APPLYING, Status.APPLIED):
        return batch
    if batch.status != Status.CHECKED:
        raise NotPossible
    batch.status = Status.APPLYING
    _decided(batch, by)
    _ask(batch, "apply", by)
    _record("contractbatch.approved", batch, by)
    return batch


@transaction.atomic
def drop(batch: ContractBatch, *, by: Actor) -> ContractBatch:
    """Puts a file aside of which nothing was applied."""
    batch = _locked(batch, by)
    if batch.status == Status.DROPPED:
        return batch
    if batch.status not in (Status.CHECKED, Status.UNMAPPED):
        raise NotPossible
    _end(batch, Status.DROPPED)
    _record("contractbatch.dropped", batch, by)
    return batch


@transaction.atomic
def undo(batch: ContractBatch, *, by: Actor) -> ContractBatch:
    """Takes back what an import wrote, within UNDO_FOR. What was confirmed, answered or changed in
    the meantime is kept, and said. A second click does nothing."""
    batch = _locked(batch, by)
    if batch.status in (Status.UNDOING, Status.UNDONE):
        return batch
    if not batch.can_be_undone(timezone.now()):
        raise NotPossible
    batch.status = Status.UNDOING
    _decided(batch, by)
    _ask(batch, "undo", by)
    _record("contractbatch.undo_asked", batch, by)
    return batch


@transaction.atomic
def ask_holders(batch: ContractBatch, *, by: Actor) -> ContractBatch:
    """Has the holders of the accounts that an import claimed asked, all at once."""
    batch = _locked(batch, by)
    if batch.asked_holders_at is not None:
        return batch
    if batch.status != Status.APPLIED:
        raise NotPossible
    batch.asked_holders_at = timezone.now()
    _decided(batch, by)
    _ask(batch, "ask", by)
    _record("contractbatch.holders_asked", batch, by)
    return batch


@transaction.atomic
def retry(batch: ContractBatch, *, by: Actor) -> ContractBatch:
    """Starts an import again whose run failed. What it had done already is not done twice."""
    batch = _locked(batch, by)
    if batch.is_under_way:
        return batch
    if not batch.has_stopped or batch.run is None:
        raise NotPossible
    _ask(batch, batch.run.params["step"], by)
    _record("contractbatch.retried", batch, by)
    return batch


# --- Steps of the run ---------------------------------------------------------------------------


def begin_check(batch: ContractBatch) -> None:
    if batch.status == Status.WAITING:
        batch.status = Status.CHECKING
        batch.save(update_fields=["status"])


@transaction.atomic
def end_check(
    batch: ContractBatch, status: str, *, headings: list[list[str]], notes: list[dict[str, str]]
) -> None:
    """The file was read: its columns have to be named, or its dry run is there."""
    own = [found for found in batch.notes if found["code"] == "same_file"]
    batch.status, batch.headings, batch.notes = status, headings, own + notes
    batch.save()
    if status == Status.CHECKED:
        _record("contractbatch.checked", batch, actor_of(batch), counts=batch.counts)


@transaction.atomic
def refuse(batch: ContractBatch, found: dict[str, Any]) -> None:
    """Nothing of the file can be used; `found` says why (values.problems.refusal)."""
    batch.refusal = found
    _end(batch, Status.REFUSED)
    _record("contractbatch.refused", batch, actor_of(batch), code=found["code"])


@transaction.atomic
def end_apply(batch: ContractBatch, done: dict[str, int]) -> None:
    batch.done, batch.applied_at = done, timezone.now()
    _end(batch, Status.APPLIED)
    _record("contractbatch.applied", batch, decided_by(batch), counts=done)


@transaction.atomic
def end_undo(batch: ContractBatch, done: dict[str, int]) -> None:
    batch.taken_back = done
    _end(batch, Status.UNDONE)
    _record("contractbatch.undone", batch, decided_by(batch), counts=done)


@transaction.atomic
def end_asking(batch: ContractBatch, found: dict[str, int]) -> None:
    batch.done = {**batch.done, **{f"holders_{name}": n for name, n in found.items()}}
    batch.save(update_fields=["done"])


def actor_of(batch: ContractBatch) -> Actor:
    """Who sent the file, as far as a journal entry needs it."""
    return Actor(ActorKind(batch.asked_by_kind), id=batch.asked_by_id, name=batch.asked_by)


def decided_by(batch: ContractBatch) -> Actor:
    """Who applied it, or undid it: contracts and claims are written in this name."""
    return Actor(ActorKind(batch.decided_by_kind), id=batch.decided_by_id, name=batch.decided_by)


def _must_edit(by: Actor, agency_id: int) -> None:
    if not may(by, Verb.EDIT_CONTRACTS, agency=agency_id):
        raise PermissionError(Verb.EDIT_CONTRACTS)


def _locked(batch: ContractBatch, by: Actor) -> ContractBatch:
    _must_edit(by, batch.agency_id)
    locked = ContractBatch.objects.select_for_update(no_key=True, of=("self",))
    return locked.select_related("run").get(pk=batch.pk)


def _decided(batch: ContractBatch, by: Actor) -> None:
    batch.decided_by_kind, batch.decided_by_id, batch.decided_by = by.kind, by.id, by.name


def _end(batch: ContractBatch, status: str) -> None:
    batch.status, batch.finished_at = status, timezone.now()
    batch.save()
    if status != Status.REFUSED:
        batch.stage.all().delete()


def _ask(batch: ContractBatch, step: str, by: Actor) -> None:
    params = {"batch": batch.pk, "step": step}
    batch.run = journal.ask(KIND, by=by, params=params, merge=False)
    batch.save()


def _same_file(agency: Agency, file: File) -> list[dict[str, str]]:
    same = agency.batches.filter(file__sha256=file.sha256, status=Status.APPLIED)
    before = same.exclude(applied_at=None).order_by("-applied_at").first()
    if before is None or before.applied_at is None:
        return []
    return [{"code": "same_file", "day": timezone.localdate(before.applied_at).isoformat()}]


def _record(verb: str, batch: ContractBatch, by: Actor, **changes: Any) -> None:
    journal.record(
        verb,
        batch,
        by=by,
        audience=Audience.PARTIES,
        agency_ids=[batch.agency_id],
        changes=changes,
    )
