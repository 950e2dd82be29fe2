"""The public feed: what changed on labels, in the journal's order.

What is not public leaves no trace in it: neither a row nor a step of the cursor.
"""

import json
from dataclasses import dataclass

from django.db import connection

# Leaves of public events bear the account; the label's own are told apart by their verb.
_PAGE = """
    SELECT l.seq, e.id IS NULL, e.verb, to_char(e.at AT TIME ZONE 'UTC',
               'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'), e.changes::text
    FROM journal_leaf l LEFT JOIN journal_event e ON e.id = l.event_id AND e.at = l.at
    WHERE l.seq > %s AND l.profile_id IS NOT NULL
      AND (e.id IS NULL OR e.audience = 'public' AND e.verb = 'label.changed')
    ORDER BY l.seq LIMIT %s"""

# The first place from which on the journal is whole.
_WHOLE_FROM = """
    SELECT coalesce(max(l.seq), 0) FROM journal_leaf l
    WHERE l.at < (SELECT min(e.at) FROM journal_event e)"""


class Detached(LookupError):
    """The journal of that time has been put into the archive; `since` is where it is whole from."""

    def __init__(self, since: int) -> None:
        super().__init__(f"the journal is whole from {since} on")
        self.since = since


@dataclass(frozen=True, slots=True)
class Changes:
    """`body`: the rows as the text of a JSON list; `next_since`: where to go on; `more`: whether
    there are more by now."""

    body: str
    next_since: int
    more: bool


def changes(since: int, limit: int) -> Changes:
    """The next public changes of labels after place `since`, at most `limit`. One query.

    Raises Detached where some of what was asked for is not in the journal any more.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, [since, limit + 1])
        rows = cursor.fetchall()
        if any(gone for _, gone, *_ in rows):
            cursor.execute(_WHOLE_FROM)
            raise Detached(cursor.fetchone()[0])
    shown = rows[:limit]
    items = []
    for seq, _, verb, at, label in shown:
        # The label as it was told; its version is the place that this very event got.
        told = json.loads(label) | {"version": seq}
        items.append({"seq": seq, "at": at, "type": verb, "label": told})
    last = shown[-1][0] if shown else since
    return Changes(json.dumps(items, ensure_ascii=False), last, len(rows) > limit)
