"""The queue's entrance: after each label pass the tallies follow."""

from celery import shared_task

from journal import actions as journal
from journal.models import Event
from journal.values import CLOCK

# What passes write by the hundred thousand, one by one.
NO_NEWS = ("duty.opened", "duty.met", "duty.closed", "label.changed")


@shared_task
def follow() -> int:
    return journal.follow("dashboards", take, passing_over=NO_NEWS)


def take(events: list[Event]) -> None:
    if any(e.verb == "run.finished" and e.changes.get("kind") == "labels" for e in events):
        journal.ask("tallies", by=CLOCK)
