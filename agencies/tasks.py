"""The clock's entrance."""

from celery import shared_task
from django.utils import timezone

from agencies.actions import agencies, reviews


@shared_task
def close_reviews() -> int:
    """Deadlines are instants: asked often, because a review closes when its last day is over."""
    return reviews.close_due(timezone.now())


@shared_task
def turn_names() -> int:
    """Renames whose day has come."""
    return agencies.refresh_all_names(timezone.localdate())
