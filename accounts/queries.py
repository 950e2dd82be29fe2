"""Reads across models: how far behind the portal's work is; who acted as what."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache as remember
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.db.models import Min, Q
from django.utils import timezone

from accounts.models import Grant, Proposal, User
from accounts.permissions import ROLES, SENSITIVE, Sensitive
from journal.models import Event, Outbox, Pending, Run
from journal.values import Actor, ActorKind

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


def actor_of_user(user: User, at: datetime | None = None) -> Actor:
    """The actor that a signed-in user is at an instant (now). One query.

    Grants of one day are all of one role and reach either several platforms or several
    territories, never a mixture (accounts.actions.grants), so that the two sets say exactly what
    they say together. A grant for everything shows as an empty set.
    """
    granted = list(
        Grant.objects.filter(user=user)
        .in_force(timezone.localdate(at))
        .values_list("role", "platform", "territory")
    )
    platforms = {platform for _, platform, _ in granted}
    territories = {territory for _, _, territory in granted}
    return Actor(
        kind=ActorKind.USER,
        id=str(user.pk),
        name=user.name or f"user {user.pk}",
        roles=frozenset(role for role, _, _ in granted),
        platforms=frozenset() if "" in platforms else frozenset(platforms),
        territories=frozenset() if "" in territories else frozenset(territories),
    )


def actor_now(words: str) -> Actor | None:
    """The actor of a record (`user:<id>`) as it is at this moment; None where nobody of that name
    may sign in. Two queries."""
    kind, _, number = words.partition(":")
    if kind != ActorKind.USER or not number.isdigit():
        return None
    user = User.objects.filter(pk=number, is_active=True).first()
    return actor_of_user(user) if user else None


def seconds_for(proposal: Proposal, most: int = 5) -> list[User]:
    """Who could be the second person, at most so many. One query."""
    second = SENSITIVE[Sensitive(proposal.action)].second
    granted = Grant.objects.in_force(timezone.localdate()).filter(
        Q(platform="") | Q(platform=proposal.platform),
        Q(territory="") | Q(territory=proposal.territory),
        role__in=ROLES[second] if second else [],
    )
    able = User.objects.get_queryset().filter(is_active=True, pk__in=granted.values("user"))
    return list(able.exclude(pk=proposal.proposed_by.partition(":")[2]).order_by("pk")[:most])


def roles_then(events: Iterable[Event]) -> dict[int, str]:
    """By the event's number, the role that who acted had in the portal on that day. Without those
    who had none. One query where somebody who signed in acted, else none.

    For readers whom the names of the portal's people are not for.
    """
    acts = [e for e in events if e.actor_kind == ActorKind.USER and e.actor_id.isdigit()]
    if not acts:
        return {}
    granted: dict[str, list[tuple[str, date, date | None]]] = defaultdict(list)
    found = Grant.objects.filter(user__in={event.actor_id for event in acts}).order_by("since")
    for grant in found:
        granted[str(grant.user_id)].append((grant.role, grant.since, grant.until))
    roles = {}
    for event in acts:
        day = timezone.localdate(event.at)
        for role, since, until in granted[event.actor_id]:
            # Revoked on its first day, it held for a part of that day.
            if since <= day and (until is None or day < max(until, since + timedelta(days=1))):
                roles[event.pk] = role
    return roles
