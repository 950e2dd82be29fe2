"""The demonstration's own pages: being somebody else by one click, its inbox, its next month.

With DEMO=1 on a loopback address only; everywhere else there are no such pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import keyset, require
from accounts.doors.factors import demonstration as here
from accounts.doors.factors import pass_for_demonstration
from accounts.models import Notice, User
from accounts.permissions import Verb
from dashboards.actions import demo
from dashboards.actions.demo import cast
from dashboards.queries.demo import mails, recipients
from influencers.models import Profile

FOLDER = settings.STATE_DIR / "demo"
BACKEND = settings.AUTHENTICATION_BACKENDS[0]
MAILS, MESSAGES = 10, 20
AGENCIES = {house.slug: house.name_zh for house in cast.HOUSES}

# Whom a visitor can be, by the words of demo.cast; the first ones stand in the banner.
WHO: dict[str, str | Promise] = {
    "operator": gettext_lazy("Operator"),
    "compliance": gettext_lazy("Agency"),
    "moderator": gettext_lazy("Moderator"),
    "lead": gettext_lazy("Lead moderator"),
    "regulator": gettext_lazy("Regulator"),
}


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody to be: `word` says it to the switch, "" is nobody in particular."""

    word: str
    label: str | Promise
    taken: bool


def banner(request: HttpRequest) -> dict[str, Any]:
    """What every page shows above its header (a context processor)."""
    if not here(request):
        return {}
    now = getattr(getattr(request, "user", None), "email", "")
    seats = [Seat("visitor", gettext_lazy("Visitor"), not now)]
    for person in cast.PEOPLE:
        if person.word in WHO:
            seats.append(Seat(person.word, WHO[person.word], person.email == now))
    return {"demo": {"seats": seats}}


def only_here(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @login_not_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not here(request):
            raise Http404
        return view(request, *args, **kwargs)

    guarded.door = "demonstration"  # type: ignore[attr-defined]  # for the table of who may
    return guarded


@only_here
@require_safe
def tour(request: HttpRequest) -> HttpResponse:
    """What to look at, step by step, with the days of this demonstration."""
    story = Profile.objects.filter(external_id=cast.ATANG.external_id, platform__code="douyin")
    first = story.values_list("created_at", flat=True).first() or timezone.now()
    context = {
        "days": cast.Days(timezone.localdate(first)),
        "atang": cast.ATANG,
        "xiaolu": cast.XIAOLU,
        "next_month": FOLDER / demo.NEXT_MONTH,
        "people": [(person, AGENCIES.get(person.agency, "")) for person in cast.PEOPLE],
    }
    return render(request, "dashboards/demo.html", context)


@only_here
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Signs the visitor in as somebody of the cast, or out. It counts as a second factor."""
    word = request.POST.get("person", "")
    auth.logout(request)
    if word == "visitor":
        return redirect("disclosure:search")
    person = next((each for each in cast.PEOPLE if each.word == word), None)
    if person is None:
        raise Http404
    user = get_object_or_404(User, email=person.email)
    auth.login(request, user, backend=BACKEND)
    pass_for_demonstration(request, user)
    return redirect("accounts:home")


@only_here
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Every message to accounts and people, and every mail, the newest first."""
    language = "zh-Hans" if (get_language() or "").startswith("zh") else "en"
    page = keyset(Notice.objects.all(), request, ("-pk",), size=MESSAGES)
    names = recipients(page.items)
    context = {
        "page": page,
        "told": [
            (each, names.get(each.recipient, each.recipient), each.body[language])
            for each in page.items
        ],
        "mails": [] if "after" in request.GET else mails(MAILS),
    }
    return render(request, "dashboards/demo_inbox.html", context)


@only_here
@require_POST
@require(Verb.IMPORT_OBSERVATIONS)
def next_month(request: HttpRequest) -> HttpResponse:
    """Sends next month's file in, as an operator would by hand."""
    try:
        batch = demo.load_next_month(FOLDER, by=request.actor)  # type: ignore[attr-defined]
    except FileNotFoundError:
        messages.error(request, _("Next month's file is not there."))
        return redirect("influencers:imports")
    return redirect("influencers:import", public_id=batch.public_id)
