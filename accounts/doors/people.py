"""Who stands at the door."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.models import ApiKey, Grant, User
from accounts.permissions import Verb, may
from journal.values import Actor, ActorKind


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

    Who is not signed in is sent to the login; who is and may not gets a page that says so. The
    decorated view carries the verb as `verb`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor: Actor = request.actor  # type: ignore[attr-defined]
            if not actor.is_known:
                return redirect_to_login(request.get_full_path())
            if not may(actor, verb):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.verb = verb  # type: ignore[attr-defined]
        return guarded

    return decorate
