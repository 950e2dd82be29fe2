"""Effects outside the database: written with the change, carried out by a worker after commit."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from journal.actions.ringing import ring
from journal.models import Outbox

GIVE_UP_AFTER = 10  # attempts; with the growing waits below about two days


def send(kind: str, payload: dict[str, Any]) -> Outbox:
    """Puts an effect into the outbox; it is carried out once the transaction is committed."""
    row = Outbox.objects.create(kind=kind, payload=payload, next_at=timezone.now())
    transaction.on_commit(_ring_delivery)
    return row


def send_many(kind: str, payloads: Iterable[dict[str, Any]]) -> None:
    """The same for many effects, in few statements."""
    now = timezone.now()
    rows = [Outbox(kind=kind, payload=payload, next_at=now) for payload in payloads]
    Outbox.objects.bulk_create(rows, batch_size=1000)
    transaction.on_commit(_ring_delivery)


def _ring_delivery() -> None:
    ring("journal.tasks.deliver")


def deliver(limit: int = 50) -> int:
    """Carries out what is due. Returns how many were sent.

    One transaction per row: a worker that is killed between sending and writing it down sends that
    one again, so an effect must bear being repeated.
    """
    sent = 0
    for _ in range(limit):
        with transaction.atomic():
            row = (
                Outbox.objects.due(timezone.now())
                .select_for_update(skip_locked=True)
                .order_by("next_at")
                .first()
            )
            if row is None:
                break
            row.attempts += 1
            try:
                import_string(settings.OUTBOX[row.kind])(row.payload)
            except Exception as problem:  # whatever an outside system throws is kept and retried
                row.error = f"{type(problem).__name__}"[:200]
                row.next_at = timezone.now() + timedelta(seconds=min(30 * 4**row.attempts, 36_000))
                if row.attempts >= GIVE_UP_AFTER:
                    row.given_up_at, row.payload = timezone.now(), {}
            else:
                row.sent_at, row.payload, row.error = timezone.now(), {}, ""
                sent += 1
            row.save()
    return sent
