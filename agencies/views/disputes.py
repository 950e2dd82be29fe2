"""Disputes, on the desk of the agency that they are about and at the platform's."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.doors import keyset, require, sensitive
from accounts.permissions import Sensitive, Verb, may
from agencies.actions import disputes, upholding
from agencies.actions.two import voiding
from agencies.filters.disputes import DisputeFilter
from agencies.forms.contracts import LastDayForm
from agencies.forms.disputes import DecisionForm, DisputeAnswerForm
from agencies.models import Agency, Dispute
from agencies.queries.disputes import listed
from agencies.views.desk import at_desk


def _done(form: forms.Form, act: Any, dispute: Dispute, **details: Any) -> bool:
    """Carries the act out; a refusal becomes an error of the form."""
    try:
        act(dispute, **details)
    except disputes.DisputeRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    except PermissionError as refusal:
        raise PermissionDenied from refusal
    return True


# --- The agency's desk --------------------------------------------------------------------------


@at_desk(Verb.SEE_CONTRACTS)
@require_safe
def dispute_list(request: HttpRequest, agency: Agency) -> HttpResponse:
    """What holders of accounts say against bindings of the agency, newest first."""
    rows = Dispute.objects.visible_to(request.actor).filter(binding__agency=agency)  # type: ignore[attr-defined]
    chosen = DisputeFilter(request.GET, listed(rows))
    page = keyset(chosen.qs, request, ("-pk",))
    context = {"agency": agency, "filter": chosen, "page": page, "now": timezone.now()}
    return render(request, "agencies/disputes.html", context)


@at_desk(Verb.SEE_CONTRACTS)
def dispute_page(request: HttpRequest, agency: Agency, pk: int) -> HttpResponse:
    """One dispute; an editor answers it, or lets the account go."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = Dispute.objects.visible_to(actor).filter(binding__agency=agency)
    dispute: Dispute = get_object_or_404(listed(rows), pk=pk)
    going = "last_day" in request.POST
    answer = DisputeAnswerForm(request.POST if request.POST and not going else None)
    last = LastDayForm(request.POST if going else None)
    form: forms.Form = last if going else answer
    if request.method == "POST" and form.is_valid():
        act = disputes.agree if going else disputes.answer
        said = form.cleaned_data
        details = {"last_day": said["last_day"]} if going else {"text": said["answer"]}
        if _done(form, act, dispute, by=actor, **details):
            messages.success(request, _("Sent to the account’s holder and to the platform."))
            return redirect("agencies:dispute", pk=pk)
    open_now = dispute.status == "open" and timezone.now() <= dispute.due_at
    context = {"agency": agency, "dispute": dispute, "answer": answer, "last": last, "form": form}
    context["may_answer"] = open_now and may(actor, Verb.ANSWER_DISPUTES, agency=agency.pk)
    return render(request, "agencies/dispute.html", context)


# --- The platform's -----------------------------------------------------------------------------


@require(Verb.SEE_DISPUTES)
@require_safe
def all_disputes(request: HttpRequest) -> HttpResponse:
    """Every dispute on the platforms that the actor reaches, newest first."""
    rows = Dispute.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    chosen = DisputeFilter(request.GET, listed(rows))
    page = keyset(chosen.qs, request, ("-pk",))
    context = {"filter": chosen, "page": page, "now": timezone.now()}
    return render(request, "agencies/all_disputes.html", context)


def _upholds(request: HttpRequest) -> bool:
    return request.POST.get("outcome") == "upheld"


@require(Verb.SEE_DISPUTES)
@sensitive(Sensitive.VOID_LABEL, when=_upholds)
def any_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """One dispute with what both sides said; who may decides it, or proposes what takes two."""
    actor = request.actor  # type: ignore[attr-defined]
    dispute: Dispute = get_object_or_404(listed(Dispute.objects.visible_to(actor)), pk=pk)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason, upheld = form.cleaned_data["reason"], form.cleaned_data["outcome"] == "upheld"
        if upheld and disputes.takes_two(dispute):
            if _done(form, upholding.propose, dispute, reason=reason, by=actor):
                messages.success(request, _("Proposed. A second person decides."))
                return redirect("agencies:any_dispute", pk=pk)
        elif _done(form, disputes.decide, dispute, upheld=upheld, reason=reason, by=actor):
            messages.success(request, _("Decided. The account’s page follows in a moment."))
            return redirect("agencies:any_dispute", pk=pk)
    ripe = dispute.status == "answered" or timezone.now() >= dispute.due_at
    pending = dispute.status in ("open", "answered")
    waiting = voiding(dispute.binding) if pending else None
    context = {"dispute": dispute, "form": form, "pending": pending, "ripe": ripe}
    context |= {"waiting": waiting, "two": disputes.takes_two(dispute)}
    context["may_decide_proposals"] = may(actor, Verb.SEE_APPROVALS)
    context["may_decide"] = pending and not waiting and may(actor, Verb.DECIDE_DISPUTES)
    return render(request, "agencies/any_dispute.html", context)
