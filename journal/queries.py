"""Reads that the rest of the house shares: horizons, locks, order."""

from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.db import connection

from journal.models import Event, Pending, Run

# First keys of the two-key advisory locks; the second is the range or zero.
SEQUENCER, RANGES = 7001, 7002


def horizon() -> int:
    """The oldest transaction that may still be open: rows of older ones are all visible.

    A run stores it before it reads; the next run takes rows with `xid >= horizon`. That is a
    superset of what this run has not seen, and passes repeat harmlessly.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def system_id() -> str:
    """PostgreSQL's system identifier; another one means that the database was restored."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier::text FROM journal_system_id() AS system_identifier"
        )
        return str(cursor.fetchone()[0])


def lock_ranges(lo: int, hi: int) -> None:
    """Takes the transaction locks of every profile range that `lo <= id < hi` touches, ascending.

    Whoever writes many profiles holds these; without them two importers and two passes deadlocked
    18 times in a trial, with them never.
    """
    first, last = lo // settings.RANGE_SIZE, (hi - 1) // settings.RANGE_SIZE
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, n::int) FROM generate_series(%s::int, %s::int) n",
            [RANGES, first, last],
        )


def lock_range_numbers(numbers: Iterable[int]) -> None:
    """The same for range numbers that need not be neighbours."""
    with connection.cursor() as cursor:
        for number in sorted(set(numbers)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [RANGES, number])


def cut(lo: int, hi: int) -> list[tuple[int, int]]:
    """`lo <= id < hi` cut at the borders of the locked ranges."""
    size = settings.RANGE_SIZE
    return [(max(lo, n * size), min(hi, (n + 1) * size)) for n in range(lo // size, -(-hi // size))]


def gathered(load: Mapping[int, int]) -> list[tuple[int, int]]:
    """Ranges of ids, neighbours taken together while their loads add up to RANGE_SIZE at most.

    `load` is what may be written, by the number of a locked range. Where little changes, a
    transaction for each range would cost more than the work.
    """
    size, weight, ranges = settings.RANGE_SIZE, 0, list[tuple[int, int]]()
    for number, more in sorted(load.items()):
        if ranges and ranges[-1][1] == number * size and weight + more <= size:
            ranges[-1], weight = (ranges[-1][0], (number + 1) * size), weight + more
        else:
            ranges.append((number * size, (number + 1) * size))
            weight = more
    return ranges


def last_done(kind: str) -> Run | None:
    """The newest finished run of a kind that set a horizon."""
    return (
        Run.objects.filter(kind=kind, status=Run.Status.DONE, horizon__isnull=False)
        .order_by("-id")
        .first()
    )


def in_order(
    after: int, limit: int, passing_over: Sequence[str] = ()
) -> tuple[int, list[tuple[int, Event]]]:
    """The next events after leaf number `after`, each with its number, and the last number read.

    Verbs in `passing_over` are left out without being fetched: a pass writes hundreds of thousands
    of events that are nobody's news. The last number is `after` where there is nothing new.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH found AS MATERIALIZED (
                SELECT l.seq, l.event_id, l.at FROM journal_leaf l
                -- The event of a leaf has its instant, which leads to the month's partition.
                JOIN journal_event e ON e.id = l.event_id AND e.at = l.at
                WHERE l.seq > %(after)s AND e.verb <> ALL(%(passing_over)s)
                ORDER BY l.seq LIMIT %(limit)s)
            SELECT CASE WHEN count(*) = %(limit)s THEN max(seq)
                        ELSE (SELECT coalesce(max(seq), 0) FROM journal_leaf) END,
                   array_agg(seq ORDER BY seq), array_agg(event_id ORDER BY seq), min(at), max(at)
            FROM found
            """,
            {"after": after, "limit": limit, "passing_over": list(passing_over)},
        )
        last, numbers, ids, first_at, last_at = cursor.fetchone()
    if not ids:
        return max(last, after), []
    # `at` leads to the months' partitions; the id alone would look into all of them.
    events = Event.objects.filter(pk__in=ids, at__range=(first_at, last_at)).in_bulk()
    return last, [(seq, events[pk]) for seq, pk in zip(numbers, ids, strict=True)]


def lag() -> int:
    """How many committed events have no place in the order yet."""
    return Pending.objects.count()


def refresh_statistics() -> int:
    """Has tables that grew or changed much analysed; returns how many. Milliseconds when none did.

    Without it a pass right after a first import is planned as if the tables were still empty.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_refresh_statistics()")
        return int(cursor.fetchone()[0])
