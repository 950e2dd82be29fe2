"""The queue's entrance: what passes are due after what happened below."""

from typing import Any

from celery import shared_task

from disclosure.actions import notices
from disclosure.models import Rule
from influencers.models import Profile
from journal import actions as journal
from journal.models import Event
from journal.values import CLOCK

# Of a profile, what a duty does not depend on; its handle and names are the label's.
NOT_OF_DUTIES = ("profile.renamed", "profile.twin_seen")


@shared_task
def follow() -> int:
    taken = 0
    while news := journal.follow("disclosure", take, limit=2000):
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
        case "notice" if past == "delivered":
            return {("labels", False)}
        case "profile" if event.verb != "profile.twin_seen":
            return {("labels", False)}
        case "duty" if past == "waived":
            return {("labels", False)}
    return set()


def _after_run(changes: dict[str, Any]) -> set[tuple[str, bool]]:
    kind = changes.get("kind")
    if kind == "tiers":
        return {("duties", False)}
    if kind == "duties" and "preview" not in changes.get("counts", {}):
        return {("labels", False)}
    # A file may change the content fields of accounts without an event for each of them.
    by_fields = Rule.objects.in_use().exclude(content_fields=[])
    if kind == "import" and by_fields.exists():
        return {("duties", True)}
    return set()


def profiles_after(event: Event) -> list[int]:
    """Profiles whose facts changed, by which rules choose: fields, kind of account, status."""
    if event.verb.startswith("profile.") and event.verb not in NOT_OF_DUTIES:
        return [event.profile_id] if event.profile_id else []
    if event.subject_type == "influencer":
        return list(
            Profile.objects.filter(influencer_id=int(event.subject_id)).values_list("pk", flat=True)
        )
    return []
