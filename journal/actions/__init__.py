from journal.actions.events import follow, record, ring_after_commit, sequence
from journal.actions.outbox import deliver, send, send_many
from journal.actions.ringing import ring
from journal.actions.runs import ask, follow_all, sweep, work

__all__ = [
    "ask",
    "deliver",
    "follow",
    "follow_all",
    "record",
    "ring",
    "ring_after_commit",
    "send",
    "send_many",
    "sequence",
    "sweep",
    "work",
]
