"""Whom a platform lets in: applications, admissions, their checks and decisions. Staff."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actions.files import opened
from accounts.doors import keyset, require, sensitive
from accounts.models import Proposal
from accounts.permissions import Sensitive, Verb, may
from agencies.actions import admissions, applications
from agencies.actions.admissions import AdmissionRefused
from agencies.actions.agencies import AgencyRefused
from agencies.filters.admissions import AdmissionFilter, ApplicationFilter
from agencies.forms.admissions import CheckForm, CloseForm, DecideForm, StopForm, TakeForm
from agencies.models import (
    Admission,
    AdmissionCheck,
    AdmissionStop,
    Application,
    Blacklisted,
    Evidence,
    Filing,
)
from agencies.queries.admissions import check_rows, overdue, with_checks
from agencies.queries.blacklist import listed
from influencers.models import Platform


def _tried(form: Any, act: Callable[[], object], request: HttpRequest, words: str) -> bool:
    try:
        act()
    except (AdmissionRefused, AgencyRefused) as refusal:
        form.add_error(None, str(refusal))
        return False
    except PermissionError as refusal:
        raise PermissionDenied from refusal
    messages.success(request, words)
    return True


@require(Verb.SEE_ADMISSIONS)
@require_safe
def admission_list(request: HttpRequest) -> HttpResponse:
    """All admissions on the actor's platforms, newest first, and where none are taken."""
    actor = request.actor  # type: ignore[attr-defined]
    visible = with_checks(Admission.objects.visible_to(actor))
    chosen = AdmissionFilter(request.GET, visible.select_related("agency", "platform"))
    stops = AdmissionStop.objects.filter(until__isnull=True).select_related("platform")
    context = {
        "filter": chosen,
        "page": keyset(chosen.qs, request, ("-pk",)),
        "waiting": Application.objects.visible_to(actor).waiting().count(),
        "overdue": overdue(actor, timezone.localdate()),
        "stops": stops.order_by("platform__sort_order"),
        "platforms": _reached(actor) if may(actor, Verb.DECIDE_ADMISSIONS) else [],
    }
    return render(request, "agencies/admissions.html", context)


def _reached(actor: Any) -> Any:
    rows = Platform.objects.all()
    return rows.filter(code__in=sorted(actor.platforms)) if actor.platforms else rows


def _admission(request: HttpRequest, pk: int) -> Admission:
    visible = Admission.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    related = ("agency", "platform", "application")
    return get_object_or_404(visible.select_related(*related), pk=pk)


@require(Verb.SEE_ADMISSIONS)
@require_safe
def admission_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One admission: what was handed in, checked, decided and filed."""
    row, actor = _admission(request, pk), request.actor  # type: ignore[attr-defined]
    waiting = Proposal.objects.visible_to(actor).open()
    context = {
        "admission": row,
        "checks": check_rows(row, actor),
        "filings": Filing.objects.visible_to(actor).filter(admission=row).order_by("-pk"),
        "listed": _listed(row.application, row.agency.credit_code),
        "may_decide": may(actor, Verb.DECIDE_ADMISSIONS),
        "waiting": waiting.about(Sensitive.SUSPEND_AGENCY, "admission", pk).first(),
        "today": timezone.localdate(),
    }
    return render(request, "agencies/admission.html", context)


def _listed(application: Application | None, code: str) -> list[Blacklisted]:
    hashes = [application.legal_hash] if application else []
    return listed(code, timezone.localdate(), hashes=hashes)


@require(Verb.DECIDE_ADMISSIONS)
def admission_check(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    row, by = _admission(request, pk), request.actor  # type: ignore[attr-defined]
    if kind not in AdmissionCheck.Kind.values:
        raise Http404
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if _tried(form, lambda: admissions.check(row, kind, by=by, **said), request, _("Noted.")):
            return redirect("agencies:admission", pk=pk)
    rows = [each for each in check_rows(row, by) if each.kind == kind]
    context = {"admission": row, "form": form, "title": rows[0].label, "checks": rows}
    return render(request, "agencies/admission_form.html", context)


@require(Verb.DECIDE_ADMISSIONS)
def admission_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Admitting, refusing, and admitting again what was suspended."""
    row, by = _admission(request, pk), request.actor  # type: ignore[attr-defined]
    form = DecideForm(row.status, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def act() -> None:
            if said["outcome"] == "refuse":
                admissions.refuse(row, reason=said["reason"], by=by)
            else:
                step = admissions.reinstate if said["outcome"] == "reinstate" else admissions.admit
                step(row, by=by, despite=said["despite"])

        if _tried(form, act, request, _("Decided.")):
            return redirect("agencies:admission", pk=pk)
    context = {"admission": row, "form": form, "title": _("Decision")}
    context["listed"] = _listed(row.application, row.agency.credit_code)
    return render(request, "agencies/admission_form.html", context)


@require(Verb.DECIDE_ADMISSIONS)
@sensitive(Sensitive.SUSPEND_AGENCY)
def admission_close(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspending or ending an admission: proposed here, decided by a second person."""
    row, by = _admission(request, pk), request.actor  # type: ignore[attr-defined]
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said, made = form.cleaned_data, list[Proposal]()

        def act() -> None:
            made.append(admissions.propose(row, said["step"], reason=said["reason"], by=by))

        if _tried(form, act, request, _("Proposed. Another operator decides.")):
            return redirect("accounts:approval", pk=made[0].pk)
    context = {"admission": row, "form": form, "title": _("Suspend or end"), "danger": True}
    return render(request, "agencies/admission_form.html", context)


@require(Verb.DECIDE_ADMISSIONS)
def intake(request: HttpRequest, code: str) -> HttpResponse:
    """Whether a platform takes applications."""
    by = request.actor  # type: ignore[attr-defined]
    platform = get_object_or_404(_reached(by), code=code)
    stopped = AdmissionStop.objects.filter(platform=platform, until__isnull=True).first()
    form: Any = None if stopped else StopForm(request.POST or None)
    if request.method == "POST" and stopped:
        admissions.resume(platform, by=by)
        messages.success(request, _("Applications are taken again."))
        return redirect("agencies:admissions")
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        act = lambda: admissions.stop(platform, reason=reason, by=by)  # noqa: E731
        if _tried(form, act, request, _("No applications are taken from now on.")):
            return redirect("agencies:admissions")
    stops = platform.stops.order_by("-pk")[:20]
    context = {"platform": platform, "stopped": stopped, "form": form, "stops": stops}
    return render(request, "agencies/intake.html", context)


# --- Applications ---------------------------------------------------------------------------------


@require(Verb.SEE_ADMISSIONS)
@require_safe
def application_list(request: HttpRequest) -> HttpResponse:
    """What firms have sent, newest first."""
    visible = Application.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    chosen = ApplicationFilter(request.GET, visible)
    context = {"filter": chosen, "page": keyset(chosen.qs, request, ("-pk",))}
    return render(request, "agencies/applications.html", context)


@require(Verb.SEE_ADMISSIONS)
def application_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One application; an operator takes it up or refuses it."""
    actor = request.actor  # type: ignore[attr-defined]
    visible = Application.objects.visible_to(actor).select_related("agency")
    row = get_object_or_404(visible, public_id=public_id)
    form = TakeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def act() -> None:
            if said["outcome"] == "refuse":
                applications.refuse(row, reason=said["reason"], by=actor)
            else:
                applications.take(row, by=actor, despite=said["despite"])

        if _tried(form, act, request, _("Decided.")):
            return redirect("agencies:application", public_id=public_id)
    context = {
        "application": row,
        "form": form,
        "evidence": row.evidence.select_related("file").order_by("pk"),
        "admissions": row.admissions.select_related("platform").order_by("pk"),
        "listed": _listed(row, row.credit_code),
        "may_decide": row.status == "waiting" and may(actor, Verb.DECIDE_ADMISSIONS),
    }
    return render(request, "agencies/application.html", context)


@require(Verb.SEE_ADMISSIONS)
@require_safe
def evidence(request: HttpRequest, public_id: UUID) -> FileResponse:
    """A document that was handed in, as a download."""
    visible = Evidence.objects.visible_to(request.actor).select_related("file")  # type: ignore[attr-defined]
    row = get_object_or_404(visible, public_id=public_id, file__isnull=False)
    assert row.file is not None
    try:
        content = opened(row.file)
    except FileNotFoundError as problem:
        raise Http404 from problem
    return FileResponse(
        content,
        as_attachment=True,
        filename=row.file.name,
        content_type="application/octet-stream",
    )
