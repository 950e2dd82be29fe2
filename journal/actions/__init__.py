from journal.actions.events import (
    entry,
    follow,
    record,
    record_many,
    ring_after_commit,
    sequence,
)
from journal.actions.outbox import deliver, send, send_many
from journal.actions.ringing import ring
from journal.actions.runs import ask, follow_all, sweep, work

__all__ = [
    "ask",
    "deliver",
    "entry",
    "follow",
    "follow_all",
    "record",
    "record_many",
    "ring",
    "ring_after_commit",
    "send",
    "send_many",
    "sequence",
    "sweep",
    "work",
]
