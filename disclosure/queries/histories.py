"""What an account's page tells of its past, put together from the journal and the tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import OuterRef, Subquery

from agencies.models import Agency, Binding
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
class Managed:
    """An unbroken time under one agency, as known now; `until` (None: open) is the first day
    without it."""

    agency: Agency
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Joined:
    """From a day on the account was managed by an agency, which was then called `name`."""

    name: dict[str, str]


@dataclass(frozen=True, slots=True)
class Left:
    """A day was the first one without an agency, which had been called `name`."""

    name: dict[str, str]


@dataclass(frozen=True, slots=True)
class AgencyRenamed:
    """The agency that managed the account was called otherwise from a day on."""

    before: dict[str, str]
    name: dict[str, str]


def times_managed(profile: Profile, today: date) -> list[Managed]:
    """Who managed an account and when, up to a day of its platform, oldest first.

    Confirmed bindings only, as known now; those of one agency that touch are one time. Two queries.
    """
    rows = Binding.objects.filter(
        profile=profile, status=Binding.Status.CONFIRMED, during__startswith__lte=today
    )
    times: dict[int, list[Managed]] = {}
    for row in rows.select_related("agency").prefetch_related("agency__names").order_by("during"):
        since, until = row.during.lower, row.during.upper
        known = times.setdefault(row.agency_id, [])
        if known and (known[-1].until is None or since <= known[-1].until):
            ends = (known[-1].until, until)
            last = None if None in ends else max(end for end in ends if end)
            known[-1] = Managed(row.agency, known[-1].since, last)
        elif until is None or until > since:
            known.append(Managed(row.agency, since, until))
    return sorted((time for each in times.values() for time in each), key=lambda time: time.since)


def _turns(
    times: Sequence[Managed], today: date
) -> list[tuple[date, Joined | AgencyRenamed | Left]]:
    turns: list[tuple[date, Joined | AgencyRenamed | Left]] = []
    for time in times:
        name = _called(time.agency, time.since)
        turns.append((time.since, Joined(name)))
        over = today + timedelta(days=1) if time.until is None else time.until
        begun = (row.during.lower for row in time.agency.names.all())
        for day in sorted(day for day in begun if day and time.since < day < over):
            before, name = name, _called(time.agency, day)
            if name != before:
                turns.append((day, AgencyRenamed(before, name)))
        if over <= today:
            turns.append((over, Left(name)))
    return turns[::-1]


def _called(agency: Agency, day: date) -> dict[str, str]:
    """Its names on a day; before the first known one those of today."""
    names = [name for name in agency.names.all() if day in name.during]
    dated = names[0] if names else agency
    return {"name_zh": dated.name_zh, "name_en": dated.name_en}


Turn = LabelTurn | Renamed | Joined | AgencyRenamed | Left | TierChange | ProfileStatusChange


def history(
    profile: Profile, limit: int, times: Sequence[Managed], today: date, *, minor: bool = False
) -> list[tuple[date, Turn]]:
    """What happened to an account, each with its day, newest first; of a minor's only the label.

    `times`: what `times_managed` says of it. At most `limit` turns, in four queries.
    """
    turns: list[tuple[date, Turn]] = [(t.day, t) for t in label_turns(profile, limit)]
    if not minor:
        turns += [(r.day, r) for r in renames(profile)]
        turns += [(s.effective_on, s) for s in status_turns(profile)]
        turns += [(t.effective_on, t) for t in tier_changes(profile)]
        turns += _turns(times, today)
    turns.sort(key=lambda turn: turn[0], reverse=True)
    return turns[:limit]
