"""The queue's entrance: after each label pass the tallies follow."""

from celery import shared_task

from journal import actions as journal
from journal.models import Event
from journal.values import CLOCK


@shared_task
def follow() -> int:
    return journal.follow("dashboards", take)


def take(events: list[Event]) -> None:
    if any(e.verb == "run.finished" and e.changes.get("kind") == "labels" for e in events):
        journal.ask("tallies", by=CLOCK)
