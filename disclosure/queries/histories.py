"""What an account's page tells of its past, put together from the journal and the tables."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min, OuterRef, Subquery

from agencies.models import Binding
from influencers.models import Profile, ProfileHandle, ProfileStatusChange, TierChange
from influencers.queries import tier_changes
from journal.models import Event, Leaf
from journal.values import Audience


@dataclass(frozen=True, slots=True)
class LabelTurn:
    """The label became `label` (the JSON of the API) in the public's eyes at an instant."""

    day: date
    at: datetime
    label: dict[str, object]


@dataclass(frozen=True, slots=True)
class Renamed:
    """The handle `before` (None: the first one known) gave way to `handle` on a day."""

    day: date
    before: str | None
    handle: str


Turn = LabelTurn | Renamed | TierChange | ProfileStatusChange


def label_turns(profile: Profile, limit: int) -> list[LabelTurn]:
    """Public changes of the label, newest first, in the journal's order. One query."""
    seq = Leaf.objects.filter(event_id=OuterRef("pk")).values("seq")
    events = (
        Event.objects.filter(
            profile_id=profile.pk, verb="label.changed", audience=Audience.PUBLIC.value
        )
        .annotate(seq=Subquery(seq))
        .filter(seq__isnull=False)
        .order_by("-seq")[:limit]
    )
    return [LabelTurn(profile.platform.today(e.at), e.at, e.changes) for e in events]


def renames(profile: Profile) -> list[Renamed]:
    """The handles that the account has had, newest first. One query."""
    held = ProfileHandle.objects.filter(profile=profile).order_by("during")
    turns: list[Renamed] = []
    before = None
    for row in held:
        if row.during.lower is not None and row.handle != before:
            turns.append(Renamed(row.during.lower, before, row.handle))
        before = row.handle
    return turns[::-1]


def status_turns(profile: Profile) -> list[ProfileStatusChange]:
    """What the platform did to the account, newest first, as known now. One query."""
    standing: list[ProfileStatusChange] = []
    replaced_from = date.max
    for change in ProfileStatusChange.objects.filter(profile=profile).order_by("-id"):
        if change.effective_on < replaced_from:
            replaced_from = change.effective_on
            standing.append(change)
    return standing


@dataclass(frozen=True, slots=True)
class AgenciesSoFar:
    """How many agencies have managed an account, and from which day on."""

    count: int
    since: date


def agencies_so_far(profile: Profile, today: date) -> AgenciesSoFar | None:
    """As known now, up to a day of its platform; None where there was none. One query."""
    held = Binding.objects.filter(
        profile=profile, status=Binding.Status.CONFIRMED, during__startswith__lte=today
    )
    found = held.aggregate(count=Count("agency", distinct=True), since=Min("during__startswith"))
    return AgenciesSoFar(found["count"], found["since"]) if found["count"] else None


def history(profile: Profile, limit: int, *, minor: bool = False) -> list[tuple[date, Turn]]:
    """What happened to an account, each with its day, newest first; of a minor's only the label.

    At most `limit` turns, in four queries.
    """
    turns: list[tuple[date, Turn]] = [(t.day, t) for t in label_turns(profile, limit)]
    if not minor:
        turns += [(r.day, r) for r in renames(profile)]
        turns += [(s.effective_on, s) for s in status_turns(profile)]
        turns += [(t.effective_on, t) for t in tier_changes(profile)]
    turns.sort(key=lambda turn: turn[0], reverse=True)
    return turns[:limit]
