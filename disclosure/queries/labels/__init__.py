"""Who is behind an account: the label, derived from the tables on two clocks."""

from disclosure.queries.labels.lookups import (
    Ask,
    Found,
    Unsettled,
    end_of,
    find,
    find_many,
    label,
    label_of,
    settled,
    today,
    version_of,
)

__all__ = [
    "Ask",
    "Found",
    "Unsettled",
    "end_of",
    "find",
    "find_many",
    "label",
    "label_of",
    "settled",
    "today",
    "version_of",
]
