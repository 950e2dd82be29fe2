"""The door in front of sensitive acts: whoever does them has proven a moment ago who they are."""

import time
from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import (
    STATE_SESSION_KEY,
    did_recently_reauthenticate,
    get_reauthentication_flows,
)
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.urls import resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.permissions import SENSITIVE, Sensitive

View = Callable[..., HttpResponseBase]
When = Callable[[HttpRequest], bool]
KEPT_FOR = 15 * 60  # seconds that a form waits for its sender to sign in again


def sensitive(act: Sensitive, when: When | None = None) -> Callable[[View], View]:
    """For the entrance of a sensitive act: asks for the sign-in again where the last one is older
    than SENSITIVE says, on the page with the form and when the form is sent. Nothing that was
    typed is lost: a form is kept in the session meanwhile and goes on afterwards.

    `when` says of a page that does other things too which requests are the act. The decorated view
    carries the act as `sensitive`, a set. Stands under `require`: who may not is told so first.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if (when is None or when(request)) and not is_fresh(request, act):
                return _ask_again(request)
            return view(request, *args, **kwargs)

        acts: frozenset[Sensitive] = getattr(view, "sensitive", frozenset())
        guarded.sensitive = acts | {act}  # type: ignore[attr-defined]
        return guarded

    return decorate


def is_fresh(request: HttpRequest, act: Sensitive) -> bool:
    """Whether the person has proven who they are within the minutes of the act.

    Where a person has nothing to prove it by (the demonstration's cast) allauth's own answer holds.
    """
    if not get_reauthentication_flows(request.user):
        return bool(did_recently_reauthenticate(request))
    records = get_authentication_records(request, request.user)
    last = max((record["at"] for record in records), default=0.0)
    return time.time() - last < SENSITIVE[act].minutes * 60


def _ask_again(request: HttpRequest) -> HttpResponseBase:
    here = request.get_full_path()
    request.session.pop(STATE_SESSION_KEY, None)
    if request.method == "POST":
        state = {
            "user": str(request.user.pk),
            "at": time.time(),
            "path": here,
            "body": request.POST.urlencode(),
        }
        request.session[STATE_SESSION_KEY] = {
            "state": state,
            "callback": "accounts.doors.reauthentication.go_on",
        }
    flows = get_reauthentication_flows(request.user)
    name = "account_reauthenticate"
    if all(flow["id"] != "reauthenticate" for flow in flows):
        name = flows[0]["id"]
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': here})}")


def go_on(request: HttpRequest, state: dict[str, Any]) -> HttpResponseBase:
    """Sends the form that waited, as the person who has just signed in again (allauth calls it).

    A form that somebody left behind is not sent: another page was asked for since, or another
    person is there, or it is too old.
    """
    following = request.POST.get("next") or request.GET.get("next") or state["path"]
    fits = following == state["path"] and state["user"] == str(request.user.pk)
    if not fits or time.time() - state["at"] > KEPT_FOR:
        if not url_has_allowed_host_and_scheme(following, {request.get_host()}):
            following = "/"
        return HttpResponseRedirect(following)
    path, _mark, query = state["path"].partition("?")
    found = resolve(path)
    again: Any = copy(request)
    again.path = again.path_info = path
    again.GET, again.POST = QueryDict(query), QueryDict(state["body"])
    again.resolver_match = found
    return found.func(again, *found.args, **found.kwargs)
