"""The door of those who work for agencies: whom they work for, and what the database shows them."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.doors import with_sight
from accounts.doors.factors import MEMBERS_WITH_FACTOR
from journal.actions import context
from journal.values import Actor

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Asks for memberships and tells the session by them, in one statement.
ARRIVE = """
WITH held AS MATERIALIZED (SELECT agency_id, role FROM memberships_of(%(user)s, %(today)s)),
     mine AS (SELECT agency_id, role FROM held WHERE %(second)s OR role <> ALL(%(with_factor)s)),
     listed AS MATERIALIZED (
         SELECT array_agg(agency_id) ids, array_agg(role) roles,
                coalesce(string_agg(agency_id::text, ',' ORDER BY agency_id), '') csv FROM mine)
SELECT ids, roles, csv, (SELECT count(*) FROM held) > (SELECT count(*) FROM mine),
       set_config('app.reach', CASE WHEN csv <> '' THEN 'parties' WHEN %(staff)s THEN 'staff'
                                    ELSE '' END, false),
       set_config('app.agencies', csv, false), set_config('app.profiles', '', false)
FROM listed
"""


class AgencyContext:
    """Completes `request.actor` with memberships, and tells the database who asks.

    A visitor without a session costs no query, anybody else one, and one to be forgotten by. A
    stream carries the sight with it, because it is read after this has returned.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated:
            with context.seeing(context.PUBLIC):
                return with_sight(self.get_response(request))
        with context.kept():
            seen: Any = request
            seen.actor, taken = _arrived(seen.actor, getattr(seen, "two_factor", False))
            seen.lacks_factor = getattr(seen, "lacks_factor", False) or taken
            return with_sight(self.get_response(request))


def arrived(seen: Actor) -> Actor:
    """A signed-in actor with its memberships of today (portal's zone); the session knows them.

    Who works for an agency is no staff, also where somebody granted a role: nobody reads reports
    about their own agency, or decides on its claims.
    """
    actor, _taken = _arrived(seen, second=True)
    return actor


def _arrived(seen: Actor, second: bool) -> tuple[Actor, bool]:
    """The same for a session with or without a second factor: without, memberships that need one
    are neither the actor's nor told to the database. And whether any was left out."""
    said = {
        "user": int(seen.id),
        "today": timezone.localdate(),
        "staff": bool(seen.roles),
        "second": second,
        "with_factor": list(MEMBERS_WITH_FACTOR),
    }
    with connection.cursor() as cursor:
        cursor.execute(ARRIVE, said)
        ids, roles, listed, taken, reach, _agencies, _profiles = cursor.fetchone()
    context.told((reach, listed, ""))
    # Copied, not replaced: what stands there is an actor that is made when it is looked at.
    members = frozenset(zip(ids or (), roles or (), strict=True))
    granted = frozenset[str]() if members else seen.roles
    return replace(copy(seen), memberships=members, roles=granted), bool(taken)
