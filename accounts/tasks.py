"""The clock's entrance."""

from celery import shared_task

from accounts.actions import users


@shared_task
def forget_sessions() -> int:
    return users.forget_sessions()
