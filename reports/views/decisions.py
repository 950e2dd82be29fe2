"""Deciding a case: the form, the page that shows what follows, the act. And a report's messages."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.doors import require, sensitive
from accounts.permissions import Sensitive, Verb
from agencies.models import Agency
from journal.values import Actor
from reports.actions import cases, decisions, reports
from reports.forms import DecisionForm, MessageForm
from reports.models import Case, Decision, Report
from reports.queries import responsible
from reports.views import words
from reports.views.cases import Desk, decision_form, found
from reports.views.privacy import posted


def _corrects(request: HttpRequest) -> bool:
    """Whether the form asks for the outcome that takes two people."""
    corrected = request.POST.get("outcome") == Decision.Outcome.LABEL_CORRECTED
    return corrected and "sure" in request.POST


@require(Verb.WORK_CASES)
@require_POST
@sensitive(Sensitive.VOID_LABEL, when=_corrects)
def decide(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Shows what follows from a decision; decides once that was read (`sure`), or proposes what
    takes two people."""
    case = found(request, public_id)
    form = decision_form(request, case, data=request.POST)
    if not form.is_valid() or "edit" in request.POST:
        return _form_again(request, case, form)
    if "sure" not in request.POST:
        return _preview(request, case, form)
    try:
        words_said = _act(case, form.cleaned_data, request.actor)  # type: ignore[attr-defined]
    except decisions.DecisionRefused as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return _form_again(request, case, form)
    except cases.CaseTaken as refusal:
        form.add_error(None, str(refusal))  # what was written stays on the page
        return _form_again(request, case, form)
    except cases.CaseRefused as refusal:
        messages.error(request, str(refusal))
    except PermissionError as refusal:
        raise PermissionDenied from refusal
    else:
        messages.success(request, words_said)
    return redirect("reports:case", public_id=public_id)


def _act(case: Case, said: dict[str, Any], by: Actor) -> str:
    """Decides or proposes; returns what the person is told."""
    if said["outcome"] == Decision.Outcome.LABEL_CORRECTED:
        decisions.propose(case, by=by, **{key: said[key] for key in said if key != "outcome"})
        return _("Proposed. The case waits for a second person.")
    decisions.decide(case, by=by, **said)
    return _("Decided. The reporters read it with their receipts.")


def _form_again(request: HttpRequest, case: Case, form: DecisionForm) -> HttpResponse:
    context = {"desk": Desk.of(request, case), "case": case, "form": form}
    return render(request, "reports/case.html", context)


def _preview(request: HttpRequest, case: Case, form: DecisionForm) -> HttpResponse:
    said = form.cleaned_data
    binding = case.dispute.binding if case.dispute else said.get("binding")
    if said["outcome"] == Decision.Outcome.LABEL_CORRECTED and binding is None:
        form.add_error("binding", _("Say which binding is void."))
        return _form_again(request, case, form)
    answerable = Agency.objects.filter(pk__in=responsible(case, said["act_day"]))
    context = {
        "case": case,
        "two": said["outcome"] == Decision.Outcome.LABEL_CORRECTED,
        "kept": [(name, form.data.get(name, "")) for name in form.fields],
        "said": said,
        "outcome": Decision.Outcome(said["outcome"]).label,
        "ground": Decision.Ground(said["ground"]).label,
        "answerable": answerable,
        "effects": words.effects_of(case, said["outcome"], binding, list(answerable)),
    }
    return render(request, "reports/decide.html", context)


@require(Verb.WORK_CASES)
def report(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One report with its messages; a word to whoever holds its receipt."""
    subject = _report(request, public_id)
    form = MessageForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            reports.write(subject, form.cleaned_data["text"], by=request.actor)  # type: ignore[attr-defined]
            messages.success(request, _("Written. It is read with the receipt."))
        except reports.ReportRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("reports:read", public_id=public_id)
    context = {"report": subject, "form": form, "thread": subject.messages.all()}
    return render(request, "reports/report.html", context)


@require(Verb.WORK_CASES)
@require_POST
@sensitive(Sensitive.REVEAL_CONTACT)
def contact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Shows once what the reporter left to be written to; the journal says who opened it."""
    subject = _report(request, public_id)
    try:
        opened = reports.open_contact(subject, by=request.actor)  # type: ignore[attr-defined]
    except cases.CaseRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("reports:read", public_id=public_id)
    context = {"report": subject, "contact": opened, "thread": subject.messages.all()}
    return render(request, "reports/report.html", context | {"form": MessageForm()})


def _report(request: HttpRequest, public_id: UUID) -> Report:
    visible = Report.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    related = visible.select_related("case", "category", "profile", "agency")
    subject: Report = get_object_or_404(related, public_id=public_id)
    return subject
