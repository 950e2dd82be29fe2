from journal.models.events import Event, Follower, Leaf, Pending
from journal.models.fields import Xid8Field, XidField
from journal.models.moves import Moves
from journal.models.runs import Outbox, Run, RunRange

__all__ = [
    "Event",
    "Follower",
    "Leaf",
    "Moves",
    "Outbox",
    "Pending",
    "Run",
    "RunRange",
    "Xid8Field",
    "XidField",
]
