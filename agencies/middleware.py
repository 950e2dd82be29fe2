"""The door of those who work for agencies: whom they work for, and what the database shows them."""

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from journal.actions import context
from journal.values import Actor

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class AgencyContext:
    """Completes `request.actor` with memberships, and tells the database who asks.

    A visitor without a session costs no query: its connection was told nothing, or is told so.
    Streams carry the context with them, because they are read after this has returned.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            context.tell(context.NOTHING)
            return self.get_response(request)
        seen: Actor = request.actor  # type: ignore[attr-defined]
        members = memberships_of(int(seen.id))
        # Copied, not replaced: what stands there is an actor that is made when it is looked at.
        actor = replace(copy(seen), memberships=members)
        request.actor = actor  # type: ignore[attr-defined]
        reach = context.STAFF if actor.roles else context.PARTIES if members else context.PUBLIC
        with context.seeing(reach, actor.agency_ids):
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = _within(
                iter(response.streaming_content),
                reach,
                actor,  # type: ignore[arg-type]
            )
        return response


def memberships_of(user_id: int) -> frozenset[tuple[int, str]]:
    """The agencies that a user works for today (portal's zone), each with the role there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT agency_id, role FROM memberships_of(%s, %s)", [user_id, timezone.localdate()]
        )
        return frozenset(cursor.fetchall())


def _within(parts: Iterator[Any], reach: str, actor: Actor) -> Iterator[Any]:
    with context.seeing(reach, actor.agency_ids):
        yield from parts
