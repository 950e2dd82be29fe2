"""The queue's entrance: what passes are due after what happened below."""

from typing import Any

from celery import shared_task

from disclosure.actions import notices
from disclosure.models import Rule
from journal import actions as journal
from journal.models import Event
from journal.values import CLOCK, Audience

# Facts by which rules choose accounts, or by which silence stays private. They carry no number of
# a transaction, so their accounts are looked at by name. (A changed status does carry one.)
FACTS_OF_DUTIES = (
    "profile.fields_changed",
    "profile.influencer_changed",
    "profile.kind_changed",
    "profile.protection_changed",
)

# What passes write by the hundred thousand, and what makes nothing due.
NO_NEWS = ("duty.opened", "duty.met", "duty.closed", "label.changed")


@shared_task
def follow() -> int:
    taken = 0
    while news := journal.follow("disclosure", take, limit=2000, passing_over=NO_NEWS):
        taken += news
    return taken


def take(events: list[Event]) -> None:
    """Asks for the passes that a row of events makes due, each once."""
    notices.take_deliveries(events)
    asked = {pass_ for event in events for pass_ in passes_after(event)}
    profiles = sorted({pk for event in events for pk in profiles_after(event)})
    for kind, full in sorted(asked):
        journal.ask(kind, by=CLOCK, full=full)
    if profiles:
        journal.ask("duties", by=CLOCK, params={"profiles": profiles})


def passes_after(event: Event) -> set[tuple[str, bool]]:
    """Kinds of runs, and whether in full. What a pass finds out by itself needs no more words."""
    noun, _, past = event.verb.partition(".")
    match noun:
        case "run" if past == "finished":
            return _after_run(event.changes)
        case "rule":
            return {("duties", False)}
        case "declaration":
            return {("duties", False), ("labels", False)}
        # What is between the parties moves nothing that the public could see, not even a date.
        case "binding" if event.audience == Audience.PUBLIC:
            return {("duties", False), ("labels", False)}
        case "dispute" | "agency" if event.audience == Audience.PUBLIC:
            return {("labels", False)}
        case "notice" if past == "delivered":
            return {("labels", False)}
        case "profile" if past == "status_changed":
            return {("duties", False), ("labels", False)}
        case "profile" if past != "twin_seen":
            return {("labels", False)}
        case "duty" if past == "waived":
            return {("labels", False)}
    return set()


def _after_run(changes: dict[str, Any]) -> set[tuple[str, bool]]:
    kind, counts = changes.get("kind"), changes.get("counts", {})
    if kind == "tiers":
        return {("duties", False)}
    if kind == "duties" and "preview" not in counts:
        return {("labels", False)}
    # A file changes the content fields of accounts without an event for each of them.
    by_fields = Rule.objects.in_use().exclude(content_fields=[])
    if kind == "import" and counts.get("fields_changed") and by_fields.exists():
        return {("duties", True)}
    return set()


def profiles_after(event: Event) -> list[int]:
    """The account to look at by name, if the event is about one."""
    return [event.profile_id] if event.verb in FACTS_OF_DUTIES and event.profile_id else []
