"""The clock's and the queue's entrance."""

from celery import shared_task
from django.utils import timezone

from influencers.actions import people
from journal import actions as journal
from journal.values import CLOCK


@shared_task
def turn_of_day() -> None:
    """What the calendar does, asked every hour because each platform's day turns in its own zone.

    Falls that are due take effect in a tier pass, and the passes above follow it, also when it
    changes nothing: their own days have come as well.
    """
    people.end_minority(timezone.localdate())
    journal.ask("tiers", by=CLOCK)
