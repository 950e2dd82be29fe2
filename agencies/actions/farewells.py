"""What accounts are told, and the journal notes, of an agency that is no more."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from accounts.models import Notice
from agencies import notifications
from agencies.models import Agency, Binding
from agencies.models.bindings import PUBLIC
from agencies.queries.endings import Held
from journal import actions as journal
from journal.models import Event
from journal.values import Actor, Audience

BATCH = 1000


def tell(
    held: Held,
    made: Mapping[int, Binding],
    words: Mapping[str, str],
    agency: Agency,
    successor: Agency | None,
    day: date,
) -> None:
    """Each account that was publicly managed, once. What its platform does not deliver waits."""
    told: dict[int, Notice] = {}
    for row in held.bindings:
        if row.status in PUBLIC and row.profile_id not in told:
            about = made.get(row.pk, row)
            told[row.profile_id] = notifications.of_ending(
                words, row.profile, about, agency, successor, day
            )
    Notice.objects.bulk_create(told.values(), batch_size=BATCH)


def write_events(held: Held, made: Mapping[int, Binding], by: Actor) -> None:
    """What happened to each binding, as its public page and its parties read it."""
    events: list[Event] = []
    fresh = Binding.objects.in_bulk([row.pk for row in made.values()])
    now = Binding.objects.in_bulk([row.pk for row in held.bindings])
    verbs = {"void": "binding.voided", "withdrawn": "binding.withdrawn"}
    for row in held.bindings:
        ended = now[row.pk]
        public = row.status in PUBLIC
        events.append(_entry(verbs.get(ended.status, "binding.ended"), row, ended, by, public, {}))
        if row.pk in made:
            follows = fresh[made[row.pk].pk]
            shown = follows.status in PUBLIC
            verb = "binding.confirmed" if shown else "binding.claimed"
            more = {"succeeds": row.pk}
            events.append(_entry(verb, row, follows, by, shown, more))
    journal.record_many(events)


def _entry(
    verb: str, about: Binding, row: Binding, by: Actor, public: bool, more: dict[str, Any]
) -> Event:
    upper = row.during.upper
    changes = {"status": row.status, "until": upper.isoformat() if upper else None, **more}
    return journal.entry(
        verb,
        row,
        by=by,
        audience=Audience.PUBLIC if public else Audience.PARTIES,
        platform=about.profile.platform.code,
        profile_id=row.profile_id,
        agency_ids=[row.agency_id],
        changes=changes,
    )
