"""The clock's and the queue's entrance: each task makes one call."""

import os
import socket
from typing import Any

import celery
from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from journal import actions
from journal.actions.context import PASS, seeing


class PassTask(celery.Task):
    """What every task is: passes see the rows of all agencies, as nobody's page does."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        with seeing(PASS):
            return super().__call__(*args, **options)


@shared_task
def sequence() -> int:
    placed = actions.sequence()
    if placed:
        for name in settings.JOURNAL_FOLLOWERS:
            actions.ring(name)
    return placed


@shared_task
def work(run_id: int) -> bool:
    return actions.work(run_id, f"{socket.gethostname()}:{os.getpid()}")


@shared_task
def sweep() -> int:
    return actions.sweep()


@shared_task
def deliver() -> int:
    return actions.deliver()


@shared_task
def make_partitions() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_make_partitions(%s)", [timezone.now()])


@shared_task(base=celery.Task)  # beats also while the database is away
def heartbeat() -> None:
    """Read by /readyz: a worker is alive when it finished a task, not when its process is up."""
    cache.set("heartbeat", timezone.now().timestamp(), timeout=None)
