"""Reads across models: how far behind the portal's work is."""

import logging
from datetime import datetime
from functools import cache as remember
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.db.models import Min
from django.utils import timezone

from journal.models import Outbox, Pending, Run

log = logging.getLogger("mingpai.health")


def broker_answers() -> bool:
    try:
        return bool(_broker().ping())
    except (redis.RedisError, OSError):
        return False


@remember
def _broker() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=None
    )


def last_heartbeat() -> dict[str, int | None]:
    """Seconds since a worker last finished the heartbeat task; None before the first one."""
    try:
        beat = cache.get("heartbeat")
    except (redis.RedisError, OSError):
        beat = None
    age = None if beat is None else max(0, round(timezone.now().timestamp() - beat))
    return {"last_heartbeat_seconds": age}


def backlog(at: datetime) -> dict[str, Any]:
    """What waits: events without a place in the order, runs, mails; ages in whole seconds.

    `batches` names the imports under way, whose rows are partly applied.
    """
    unfinished = Run.objects.unfinished()
    runs: Any = unfinished.with_progress().order_by("id")[:20]
    return {
        "journal": {
            "oldest_pending_seconds": _age(at, Pending.objects.aggregate(at=Min("at"))["at"])
        },
        "runs": {
            "oldest_unfinished_seconds": _age(at, unfinished.aggregate(at=Min("asked_at"))["at"]),
            "under_way": [
                {"id": run.pk, "kind": run.kind, "done": run.ranges_done, "of": run.ranges_total}
                for run in runs
            ],
        },
        "batches_under_way": unfinished.filter(kind="import").count(),
        "outbox": {
            "oldest_due_seconds": _age(
                at, Outbox.objects.due(at).aggregate(at=Min("next_at"))["at"]
            )
        },
    }


def _age(at: datetime, since: datetime | None) -> int | None:
    return None if since is None else max(0, round((at - since).total_seconds()))
