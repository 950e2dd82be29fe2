"""The queue's and the clock's entrance: contested disputes become cases."""

from celery import shared_task
from django.db.models import Exists, OuterRef
from django.utils import timezone

from agencies.models import Dispute
from journal import actions as journal
from journal.models import Event
from journal.values import CLOCK
from reports.actions import cases
from reports.models import Case
from reports.queries import ripe


@shared_task
def follow() -> int:
    taken = 0
    while news := journal.follow("reports", take):
        taken += news
    return taken


@shared_task
def take_unanswered() -> int:
    """Disputes that the agency left unanswered are decided as well. Returns in how many cases."""
    same = {"dispute__binding": OuterRef("binding"), "dispute__wish": OuterRef("wish")}
    late = ripe(timezone.now()).filter(status=Dispute.Status.OPEN, case=None)
    late = late.exclude(Exists(Case.objects.open().filter(**same)))
    opened = [cases.open_for_dispute(dispute, by=CLOCK) for dispute in late]
    return len({case.pk for case in opened if case is not None})


def take(events: list[Event]) -> None:
    """A dispute that the agency answered waits for a decision; one that ended waits for none."""
    for event in events:
        if event.subject_type != "dispute":
            continue
        dispute = Dispute.objects.get(pk=int(event.subject_id))
        if dispute.status == Dispute.Status.ANSWERED:
            cases.open_for_dispute(dispute, by=CLOCK)
        elif dispute.status != Dispute.Status.OPEN:
            cases.drop_for_dispute(dispute.pk, by=CLOCK)
