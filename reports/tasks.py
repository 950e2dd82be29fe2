"""The queue's and the clock's entrance: contested disputes become cases."""

from celery import shared_task
from django.utils import timezone

from agencies.models import Dispute
from journal import actions as journal
from journal.models import Event
from journal.values import CLOCK
from reports.actions import cases


@shared_task
def follow() -> int:
    taken = 0
    while news := journal.follow("reports", take):
        taken += news
    return taken


@shared_task
def take_unanswered() -> int:
    """Disputes that the agency left unanswered wait for a decision as well. Returns how many."""
    late = Dispute.objects.filter(status=Dispute.Status.OPEN, due_at__lt=timezone.now(), case=None)
    late = late.select_related("profile__platform")
    for dispute in late:
        cases.open_for_dispute(dispute, by=CLOCK)
    return len(late)


def take(events: list[Event]) -> None:
    """A dispute that the agency answered waits for a decision; one that ended waits for none."""
    for event in events:
        if event.subject_type != "dispute":
            continue
        dispute = Dispute.objects.select_related("profile__platform").get(pk=int(event.subject_id))
        if dispute.status == Dispute.Status.ANSWERED:
            cases.open_for_dispute(dispute, by=CLOCK)
        elif dispute.status != Dispute.Status.OPEN:
            cases.drop_for_dispute(dispute.pk, by=CLOCK)
