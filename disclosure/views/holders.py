"""The door for holders of accounts: no sign-in, but a cookie with what they have proven."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from accounts.doors import allow
from influencers.actions.proofs import PROVEN_FOR
from influencers.models import ControlProof, StrayCode
from influencers.queries import kept_proofs, stray_codes
from journal.values import Actor, ActorKind

COOKIE = "__Host-proofs" if settings.SECURE else "proofs"
SALT = "disclosure.proofs"
MOST = 12  # accounts of one browser

View = Callable[..., HttpResponseBase]


def for_holders(view: View) -> View:
    """Pages that somebody opens by an address or a cookie of their own.

    No cache keeps them, no other site learns their address, no machine lists them. Whoever is
    signed in as somebody who works for an agency is told to leave it to the account's holder.
    """

    @login_not_required
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.actor.agency_ids:  # type: ignore[attr-defined]
            response: HttpResponseBase = render(request, "disclosure/holders_only.html", status=403)
        else:
            response = view(request, *args, **kwargs)
        # Not "no-referrer": browsers then send forms with a null origin, which CSRF checks refuse.
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    guarded.door = "holders"  # type: ignore[attr-defined]  # for the table of who may do what
    return guarded


def within(request: HttpRequest, name: str, rate: str) -> bool:
    """Counts one try from the place where the request comes from."""
    return allow(name, request.META.get("REMOTE_ADDR", ""), rate)


def too_often(request: HttpRequest) -> HttpResponse:
    response = render(request, "disclosure/too_often.html", status=429)
    response.headers["Retry-After"] = "600"
    return response


def proofs_of(request: HttpRequest) -> list[ControlProof]:
    """The proofs of which the browser keeps the secrets, given or waited for. At most one query."""
    secrets = _secrets(request)
    return kept_proofs(secrets) if secrets else []


def codes_of(request: HttpRequest) -> list[ControlProof | StrayCode]:
    """The codes that the browser asked for, stray ones among them, the newest first. At most two
    queries."""
    secrets = _secrets(request)
    if not secrets:
        return []
    found: list[ControlProof | StrayCode] = [*kept_proofs(secrets), *stray_codes(secrets)]
    codes = [each for each in found if each.code is not None]
    return sorted(codes, key=lambda each: each.expires_at, reverse=True)


def in_force(proof: ControlProof, now: datetime) -> bool:
    given = proof.status == ControlProof.Status.PROVEN
    return given and proof.proven_until is not None and proof.proven_until > now


def keep(request: HttpRequest, response: HttpResponse, secret: str) -> HttpResponse:
    """Lets the browser keep the secret of a proof, beside those that it has; the oldest go."""
    secrets = [secret, *(each for each in _secrets(request) if each != secret)][:MOST]
    response.set_signed_cookie(
        COOKIE,
        ".".join(secrets),
        salt=SALT,
        max_age=PROVEN_FOR,
        secure=settings.SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def forget(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(COOKIE, samesite="Lax")
    return response


def link_actor(request: HttpRequest, number: object) -> Actor:
    """Who acts by a proof or by a question's address; what else the person is goes with it."""
    seen: Actor = request.actor  # type: ignore[attr-defined]
    return Actor(
        ActorKind.LINK, id=str(number), name="holder of the account", memberships=seen.memberships
    )


def _secrets(request: HttpRequest) -> list[str]:
    kept: str = request.get_signed_cookie(COOKIE, "", salt=SALT, max_age=PROVEN_FOR) or ""
    return [each for each in kept.split(".") if each]
