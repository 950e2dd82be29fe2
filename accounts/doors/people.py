"""Who stands at the door."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from accounts.doors.factors import refused
from accounts.models import ApiKey
from accounts.permissions import Verb, may
from accounts.queries import actor_of_user as actor_of_user
from journal.values import Actor, ActorKind


def actor_of_key(key: ApiKey) -> Actor:
    return Actor(
        kind=ActorKind.KEY,
        id=key.prefix,
        name=key.name,
        # What a key of an agency may is said by its rights alone, not by a role there.
        memberships=frozenset() if key.agency_id is None else frozenset({(key.agency_id, "key")}),
        platforms=frozenset({key.platform}) if key.platform else frozenset(),
        rights=frozenset(key.rights),
    )


View = Callable[..., HttpResponseBase]


def require(verb: Verb) -> Callable[[View], View]:
    """For a page that only those may open who may `verb`.

    Who is not signed in is sent to the login, who may for want of a second factor not to where it
    is set up; anybody else who may not gets a page that says so. The decorated view carries the
    verb as `verb`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor: Actor = request.actor  # type: ignore[attr-defined]
            if not actor.is_known:
                return redirect_to_login(request.get_full_path())
            if not may(actor, verb):
                return refused(request)
            return view(request, *args, **kwargs)

        guarded.verb = verb  # type: ignore[attr-defined]
        return guarded

    return decorate
