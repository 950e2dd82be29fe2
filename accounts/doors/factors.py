"""The second factor: who needs one, and what a session without it is worth (docs/adr/0011)."""

import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
    record_authentication,
)
from allauth.account.internal.stagekit import clear_login, unstash_login
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import DisallowedHost, PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from journal.values import Actor

# Every role of staff needs a second factor, and these in an agency; who only looks needs none.
MEMBERS_WITH_FACTOR = ("editor", "owner")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
DEMONSTRATION = "demonstration"  # the type of record that the role switch leaves
_NEXT = "after_second_factor"
_BEGUN = "sign_in_begun_with"


def two_factor(request: HttpRequest) -> bool:
    """Whether this session of the signed-in user has seen a second factor.

    It is a property of the session, not of the user: a session from before a factor was set up is
    worth no more than it was.
    """
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    seen = {str(each.get("type")) for each in records if each.get("method") == "mfa"}
    return bool(seen - {DEMONSTRATION}) or (DEMONSTRATION in seen and demonstration(request))


def one_factor(actor: Actor) -> Actor:
    """What is left of an actor whose session has no second factor. The one place that takes away.

    No role of staff, no membership of those that need one.
    """
    kept = {each for each in actor.memberships if each[1] not in MEMBERS_WITH_FACTOR}
    return replace(actor, roles=frozenset(), memberships=frozenset(kept))


def demonstration(request: HttpRequest) -> bool:
    """Whether this is a demonstration: switched on, and nobody but this machine can reach it."""
    if not settings.DEMO:
        return False
    try:
        asked = urlsplit(f"//{request.get_host()}").hostname
    except DisallowedHost:
        return False
    ours = urlsplit(settings.PUBLIC_URL).hostname
    return {asked, ours, request.META.get("REMOTE_ADDR")} <= LOOPBACK


def pass_for_demonstration(request: HttpRequest, user: User) -> None:
    """The switch of the demonstration counts as a factor, and as a fresh look at who it is."""
    record_authentication(request, user, "mfa", type=DEMONSTRATION, reauthenticated=True)


def note_factor(request: HttpRequest, kind: str) -> None:
    """The user has just shown a new factor by setting it up."""
    user: Any = request.user
    record_authentication(request, user, "mfa", type=kind, reauthenticated=True)


def forget_factor(request: HttpRequest) -> None:
    """The user has no factor any more, so no session has."""
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    left = [each for each in records if each.get("method") != "mfa"]
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = left


def stamp_sign_in(request: HttpRequest, user: User) -> None:
    """Notes which password a sign-in began with that now waits for its second factor."""
    request.session[_BEGUN] = user.get_session_auth_hash()


def drop_overtaken_sign_in(request: HttpRequest) -> None:
    """Ends a half-finished sign-in whose password or whose factors are others by now.

    A query only where one is under way.
    """
    pending = unstash_login(request, peek=True)
    if pending is None:
        return
    user: Any = pending.user
    if user is None or request.session.get(_BEGUN) != user.get_session_auth_hash():
        clear_login(request)
        return
    # Recovery codes alone are no factor: the page that asks for one would send back to the login.
    factors = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    if not factors.filter(user=user).exists():
        clear_login(request)


def signed_in_lately(request: HttpRequest) -> bool:
    """Whether the user showed a password or a factor in this session within the time that asking
    again is good for."""
    records: list[dict[str, Any]] = get_authentication_records(
        request,
        request.user,  # type: ignore[arg-type]
    )
    newest = max((each["at"] for each in records), default=0)
    return time.time() - newest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def refused(request: HttpRequest) -> HttpResponseRedirect:
    """The answer to who may not open a page.

    Who may not for want of a second factor is led to where it is set up or asked for, and from
    there back; for anybody else it raises PermissionDenied.
    """
    if not getattr(request, "lacks_factor", False):
        raise PermissionDenied
    query = f"?{urlencode({'next': request.get_full_path()})}" if request.method == "GET" else ""
    return HttpResponseRedirect(f"{reverse('accounts:second_factor')}{query}")


def remember_next(request: HttpRequest) -> str:
    """Keeps where to go on while a factor is set up; returns it, "" for nowhere safe."""
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return ""
    request.session[_NEXT] = wanted
    return wanted


def next_page(request: HttpRequest) -> str:
    """Where `remember_next` said to go on, or the desk."""
    return str(request.session.get(_NEXT) or reverse("accounts:home"))
