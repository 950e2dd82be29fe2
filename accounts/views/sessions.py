"""Where somebody is signed in, and ending that."""

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import users
from accounts.models import OpenSession

# What browsers call themselves, the more special ones first: all of them say Mozilla and Safari.
BROWSERS = (
    *(("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox")),
    *(("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari")),
)
SYSTEMS = (
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("HarmonyOS", "HarmonyOS")),
    *(("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux")),
)


def device(agent: str) -> str:
    """“Firefox on Windows”, from what the browser says of itself."""
    browser = next((name for sign, name in BROWSERS if re.search(rf"\b{sign}/", agent)), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")


@require_safe
def session_list(request: HttpRequest) -> HttpResponse:
    here = request.session.session_key
    rows = OpenSession.objects.visible_to(request.actor).order_by("-seen_at", "pk")
    places = [(row, device(row.agent), row.pk == here) for row in rows]
    return render(request, "accounts/sessions.html", {"places": places})


@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    """Ends the sessions that were chosen: by its reference, or all but this one.

    The session's key is the way in, so no page ever holds it.
    """
    rows = OpenSession.objects.visible_to(request.actor).exclude(pk=request.session.session_key)
    if "all" in request.POST:
        number = users.end_sessions(request.user, but=request.session.session_key)
    else:
        chosen = get_object_or_404(rows, reference=_reference(request.POST.get("session", "")))
        users.end_session(chosen)
        number = 1
    messages.success(request, _("Signed out there.") if number else _("There was no other place."))
    return redirect("accounts:sessions")


def _reference(text: str) -> str:
    return text if re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) else "0" * 32


@require_POST
def stay(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Somebody who reads for long says that they are still there. Being asked is the answer."""
    return HttpResponse(status=204)
