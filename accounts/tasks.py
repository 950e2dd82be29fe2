"""The clock's entrance."""

from celery import shared_task
from django.utils import timezone

from accounts.actions import proposals, users


@shared_task
def forget_sessions() -> int:
    return users.forget_sessions()


@shared_task
def lapse_proposals() -> int:
    return proposals.lapse_due(timezone.now())
