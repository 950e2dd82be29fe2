"""What happened: writing it down, giving it its place in the order, reading on in that order."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.db import connection, models, transaction

from journal.actions.context import PASS, seeing
from journal.actions.ringing import ring
from journal.models import Event, Follower
from journal.queries import SEQUENCER, in_order
from journal.values import Actor, Audience, request_id


def record(
    verb: str,
    subject: models.Model | tuple[str, str | int],
    *,
    by: Actor,
    audience: Audience,
    changes: dict[str, Any] | None = None,
    platform: str = "",
    profile_id: int | None = None,
    agency_ids: Collection[int] = (),
) -> Event:
    """Writes one event in the caller's transaction; after commit the sequencer is rung.

    `verb` is noun.past. `changes` must hold no personal value: a personal field appears as
    `"changed"`. Raises TransactionManagementError outside of a transaction, because an event
    without the change it speaks of, or the other way round, must not be possible.
    """
    event = entry(
        verb,
        subject,
        by=by,
        audience=audience,
        changes=changes,
        platform=platform,
        profile_id=profile_id,
        agency_ids=agency_ids,
    )
    record_many([event])
    return event


def entry(
    verb: str,
    subject: models.Model | tuple[str, str | int],
    *,
    by: Actor,
    audience: Audience,
    changes: dict[str, Any] | None = None,
    platform: str = "",
    profile_id: int | None = None,
    agency_ids: Collection[int] = (),
) -> Event:
    """An event as `record` writes it, for `record_many`."""
    if isinstance(subject, models.Model):
        subject = (subject._meta.model_name or "", str(subject.pk))
    return Event(
        verb=verb,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        subject_type=subject[0],
        subject_id=str(subject[1]),
        platform=platform,
        profile_id=profile_id,
        agency_ids=sorted(agency_ids),
        audience=audience,
        changes=changes or {},
        request_id=request_id.get(),
    )


def record_many(events: Sequence[Event]) -> None:
    """Writes events (`entry`) in few statements, in their order. Raises as `record`."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("journal.record needs a transaction")
    if len(events) == 1:
        events[0].save(force_insert=True)
    elif events:
        Event.objects.bulk_create(events, batch_size=1000)
    ring_after_commit()


def ring_after_commit() -> None:
    """For passes that write their events in their own SQL; `record` does it by itself."""
    transaction.on_commit(_ring_sequencer)


def _ring_sequencer() -> None:
    ring("journal.tasks.sequence")


def sequence() -> int:
    """Gives every committed event without a place the next ones, in id order.

    Returns how many. The lock is taken in a statement of its own: a statement that waited for it
    would go on with the snapshot from before the wait and miss what the one before it wrote.
    Whoever writes an event of a subject holds that subject's lock, so id order is the subject's
    order.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [SEQUENCER])
        cursor.execute(
            """
            WITH gone AS (DELETE FROM journal_pending RETURNING event_id, at, profile_id),
                 last AS (SELECT coalesce(max(seq), 0) AS seq FROM journal_leaf)
            INSERT INTO journal_leaf (seq, event_id, at, profile_id)
            SELECT last.seq + row_number() OVER (ORDER BY event_id), event_id, at, profile_id
            FROM gone, last ORDER BY event_id
            """
        )
        return int(cursor.rowcount)


def follow(
    name: str,
    take: Callable[[list[Event]], None],
    limit: int = 500,
    passing_over: Sequence[str] = (),
) -> int:
    """Lets a follower take the next events after its own cursor. Returns how many it took.

    `take` gets them in the journal's order, in the transaction that moves the cursor: it does both
    or nothing. Verbs in `passing_over` are no news to it. Returns 0 when there is nothing new or
    when another process is reading for it.
    """
    with seeing(PASS), transaction.atomic():
        Follower.objects.get_or_create(name=name)
        me = Follower.objects.select_for_update(skip_locked=True).filter(name=name).first()
        if me is None:
            return 0
        last, news = in_order(me.seq, limit, passing_over)
        if last == me.seq:
            return 0
        if news:
            take([event for _, event in news])
        me.seq = last
        me.save(update_fields=["seq"])
    return len(news)
