"""The desk of somebody who works for an agency: on behalf of which one, and what may be done."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.doors.factors import refused
from accounts.permissions import Verb, may
from agencies.models import Agency
from journal.values import Actor

CHOSEN = "agency"  # in the session: whose desk was chosen last

View = Callable[..., HttpResponseBase]


def at_desk(verb: Verb) -> Callable[[View], View]:
    """For a page of one agency: the view is called with the request and the agency.

    The agency is the one chosen last by somebody who works for several. Who is not signed in is
    sent to the login; whose role there is not enough for `verb` gets a page that says so, and so
    does a form that was opened at the desk of another agency (409): its forms say for whom they
    are by `components/for_desk.html`. The decorated view carries the verb as `verb`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor: Actor = request.actor  # type: ignore[attr-defined]
            if not actor.is_known:
                return redirect_to_login(request.get_full_path())
            number = _chosen(request, actor)
            if number is None or not may(actor, verb, agency=number):
                return refused(request)
            agency = get_object_or_404(Agency.objects.of(actor), pk=number)
            request.desk = agency  # type: ignore[attr-defined]
            if (opened_for := request.POST.get("desk", agency.slug)) != agency.slug:
                return _other_desk(request, agency, opened_for)
            return view(request, agency, *args, **kwargs)

        guarded.verb = verb  # type: ignore[attr-defined]
        return guarded

    return decorate


def _chosen(request: HttpRequest, actor: Actor) -> int | None:
    chosen = request.session.get(CHOSEN)
    return chosen if chosen in actor.agency_ids else min(actor.agency_ids, default=None)


def _other_desk(request: HttpRequest, agency: Agency, opened_for: str) -> HttpResponse:
    """Somebody of two agencies has changed the desk in another tab since the form was opened."""
    mine = Agency.objects.of(request.actor)  # type: ignore[attr-defined]
    other = next((each for each in mine if each.slug == opened_for), None)
    context = {"agency": agency, "other": other}
    return render(request, "agencies/other_desk.html", context, status=409)


@at_desk(Verb.SEE_DESK)
def switch(request: HttpRequest, agency: Agency) -> HttpResponse:
    """Another agency of somebody who works for several."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    mine = Agency.objects.of(actor).order_by("pk")
    if request.method == "POST":
        wanted = request.POST.get("agency", "")
        # Compared here: what was typed may be nothing that the database can hold.
        chosen = next((each for each in mine if each.slug == wanted), None)
        if chosen is None:
            raise Http404
        request.session[CHOSEN] = chosen.pk
        return redirect(_back(request))
    context = {"agency": agency, "agencies": mine, "next": request.GET.get("next", "")}
    return render(request, "agencies/switch.html", context)


def _back(request: HttpRequest) -> str:
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        there, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return there if safe and there.startswith("/portal/") else reverse("agencies:contracts")
