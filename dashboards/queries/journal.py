"""The journal as a key reads it: place by place, only what its holder may see."""

from dataclasses import dataclass

from journal.models import Event, Leaf
from journal.values import Actor


class Detached(LookupError):
    """The journal of that time has been put into the archive."""


@dataclass(frozen=True, slots=True)
class Entries:
    """`rows`: place and event; `next_since`: where to go on; `more`: whether there is more."""

    rows: list[tuple[int, Event]]
    next_since: int
    more: bool


def entries(actor: Actor, since: int, limit: int) -> Entries:
    """What the actor may see of the next `limit` places after `since`. Three queries.

    Places of what it may not see are stepped over. Raises Detached where one of them is not in the
    journal any more.
    """
    leaves = list(Leaf.objects.filter(seq__gt=since).order_by("seq")[: limit + 1])
    more, leaves = len(leaves) > limit, leaves[:limit]
    if not leaves:
        return Entries([], since, False)
    moments = [leaf.at for leaf in leaves]
    # `at` leads to the months' partitions; the id alone would look into all of them.
    there = Event.objects.filter(
        pk__in=[leaf.event_id for leaf in leaves], at__range=(min(moments), max(moments))
    )
    if there.count() < len(leaves):
        raise Detached(since)
    seen = {event.pk: event for event in there.visible_to(actor)}
    rows = [(leaf.seq, seen[leaf.event_id]) for leaf in leaves if leaf.event_id in seen]
    return Entries(rows, leaves[-1].seq, more)
