"""The clock's entrance."""

from celery import shared_task
from django.utils import timezone

from agencies.actions import agencies, filings, groups, reviews


@shared_task
def close_reviews() -> int:
    """Deadlines are instants: asked often, because a review closes when its last day is over."""
    return reviews.close_due(timezone.now())


@shared_task
def turn_names() -> int:
    """Names, and groups, whose day has come."""
    today = timezone.localdate()
    return agencies.refresh_all_names(today) + groups.refresh_groups(today)


@shared_task
def count_filings_again() -> int:
    """Days that were provisional until a year's make-up workdays were announced."""
    return filings.count_again()
