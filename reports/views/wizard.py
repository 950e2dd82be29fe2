"""Reporting: one question a page, without an account and without a script."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.doors import allow, visitor
from accounts.values import grouped
from agencies.models import Agency
from influencers.models import Profile
from reports.actions import reports
from reports.forms import STEPS, UNKNOWN, AboutForm, SendForm
from reports.models import Category
from reports.values import new_receipt
from reports.views.privacy import (
    AN_HOUR,
    DRAFT,
    SENT,
    StoreAway,
    for_reporters,
    forget,
    posted,
    remember,
    remembered,
)

TEN_MINUTES = 600
LIMIT = "10 per hour"  # of one place; what was typed stays
ORDER = list(STEPS)
# What a page asks, where its form has several fields or its only one is no question.
TITLES = {
    "about": gettext_lazy("What is your report about?"),
    "category": gettext_lazy("What is wrong?"),
    "where": gettext_lazy("Where and when did you see it?"),
    "what": gettext_lazy("What happened?"),
    "contact": gettext_lazy("May we write to you?"),
    "check": gettext_lazy("Check what you report"),
}


@for_reporters
def start(request: HttpRequest) -> HttpResponse:
    """The first question. `account` and `agency` in the address answer it, for a new report: links
    of other pages lead here."""
    given = _given(request)
    draft = {} if given else remembered(request, DRAFT, AN_HOUR) or {}
    form = AboutForm(posted(request), initial=draft.get("about"))
    asked = request.method == "POST" and form.is_valid() and "again" not in request.POST
    about = given or (form.chosen if asked else None)
    if about:
        draft |= {"about": about, "receipt": draft.get("receipt") or new_receipt()}
        remember(request, DRAFT, draft, AN_HOUR)
        return redirect(_next(draft))
    return render(request, "reports/about.html", {"form": form, **_place("about")})


def _given(request: HttpRequest) -> dict[str, str] | None:
    if request.method != "GET":
        return None
    if found := _profile(request.GET.get("account", "")):
        return {"q": str(found), "target": f"profile:{found.public_id}", "platform": ""}
    slug = request.GET.get("agency", "")
    if slug.isprintable() and (agency := Agency.objects.filter(slug=slug).first()):
        return {"q": str(agency), "target": f"agency:{agency.slug}", "platform": ""}
    return None


def _profile(public_id: str) -> Profile | None:
    try:
        number = UUID(public_id)
    except ValueError:
        return None
    return Profile.objects.public().select_related("platform").filter(public_id=number).first()


@for_reporters
def step(request: HttpRequest, step: str) -> HttpResponse:
    """One of the questions in between. Whoever jumps ahead is led to the first open one."""
    draft = remembered(request, DRAFT, AN_HOUR) or {}
    if missing := _missing(draft, before=step):
        return redirect(_address(missing))
    form = STEPS[step](posted(request), initial=draft.get(step))
    if request.method == "POST" and form.is_valid():
        draft[step] = form.cleaned_data
        remember(request, DRAFT, draft, AN_HOUR)
        return redirect(_next(draft))
    return render(request, "reports/step.html", {"form": form, **_place(step)})


@for_reporters
def check(request: HttpRequest) -> HttpResponse:
    """Everything that was answered, and the button that sends it."""
    draft = remembered(request, DRAFT, AN_HOUR) or {}
    if missing := _missing(draft, before="check"):
        was_sent = remembered(request, SENT, TEN_MINUTES) is not None
        return redirect("reports:sent" if was_sent else _address(missing))
    form = SendForm(posted(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        source = visitor(request)
        if allow("report", source, LIMIT):
            return _send(request, draft, source)
        form.add_error(
            None, _("Many reports came from your connection. Yours is kept here: try in an hour.")
        )
        status = 429
    context = {"form": form, "answers": _answers(draft), **_place("check")}
    return render(request, "reports/check.html", context, status=status)


def _send(request: HttpRequest, draft: dict[str, Any], source: str) -> HttpResponse:
    """Sent twice (a double click) it is the same report: the receipt is the draft's."""
    where = draft["where"]
    reports.file(
        draft["receipt"],
        Category.objects.get(code=draft["category"]["category"]),
        draft["what"]["text"],
        **_target(draft["about"]),
        addresses=where["addresses"].split("\n") if where["addresses"] else (),
        act_day=where["act_day"] or None,
        contact=draft["contact"]["contact"],
        source=source,
    )
    try:
        forget(request, DRAFT)
        remember(request, SENT, draft["receipt"], TEN_MINUTES)
    except StoreAway:  # it is filed, and nobody could show the receipt later
        return _receipt(request, draft["receipt"])
    return redirect("reports:sent")


def _target(about: dict[str, str]) -> dict[str, Any]:
    """What the report is filed on; by its text where what was chosen is not there any more."""
    kind, _sign, name = about["target"].partition(":")
    if kind == "profile" and (profile := _profile(name)):
        return {"profile": profile}
    if kind == "agency" and (agency := Agency.objects.filter(slug=name).first()):
        return {"agency": agency}
    return {"target_text": about["q"], "platform": about["platform"]}


@for_reporters
def sent(request: HttpRequest) -> HttpResponse:
    """The receipt, for ten minutes or until it is put away: after that nobody can show it."""
    receipt = remembered(request, SENT, TEN_MINUTES)
    if receipt is None or request.method == "POST":
        forget(request)
        return redirect("reports:track")
    return _receipt(request, receipt)


def _receipt(request: HttpRequest, receipt: str) -> HttpResponse:
    return render(request, "reports/sent.html", {"receipt": grouped(receipt)})


# --- Where somebody stands ----------------------------------------------------------------------


def _missing(draft: dict[str, Any], *, before: str) -> str:
    return next((word for word in ORDER[: ORDER.index(before)] if word not in draft), "")


def _next(draft: dict[str, Any]) -> str:
    """The next open question; after a correction that is the check."""
    return _address(_missing(draft, before="check") or "check")


def _address(word: str) -> str:
    return {"about": "reports:report", "check": "reports:check"}.get(word, f"reports:{word}")


def _place(word: str) -> dict[str, Any]:
    number = ORDER.index(word)
    back = _address(ORDER[number - 1]) if number else ""
    return {"title": TITLES[word], "number": number + 1, "of": len(ORDER), "back": back}


def _answers(draft: dict[str, Any]) -> list[tuple[Any, str, str]]:
    """Question, answer and the page that changes it."""
    about = draft["about"]
    target = _target(about)
    where = draft["where"]
    named = target.get("profile") or target.get("agency") or about["q"]
    if about["target"] == UNKNOWN:
        named = _("“%(text)s”, not in the register") % {"text": about["q"]}
    category = Category.objects.get(code=draft["category"]["category"])
    place = [*where["addresses"].split("\n"), where["act_day"] or ""]
    nothing = _("not answered")
    return [
        (TITLES["about"], str(named), _address("about")),
        (TITLES["category"], category.name, _address("category")),
        (TITLES["where"], "\n".join(filter(None, place)) or nothing, _address("where")),
        (TITLES["what"], draft["what"]["text"], _address("what")),
        (TITLES["contact"], draft["contact"]["contact"] or nothing, _address("contact")),
    ]
