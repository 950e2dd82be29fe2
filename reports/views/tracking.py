"""Following a report: whoever has the receipt reads what became of it and may write."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.doors import allow, visitor
from reports.actions import reports
from reports.forms import MessageForm, ReceiptForm
from reports.models import Report
from reports.views.privacy import (
    TRACKED,
    for_reporters,
    forget,
    posted,
    remember,
    remembered,
)

HALF_AN_HOUR = 1800
LOOK_UPS, MESSAGES = "20 per 10 minutes", "10 per hour"


@for_reporters
def track(request: HttpRequest) -> HttpResponse:
    """Asks for the receipt, which stands in no address; then shows the report."""
    if request.method != "POST" and (report := _tracked(request)):
        return _shown(request, report, MessageForm())
    form = ReceiptForm(posted(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        within = allow("receipt", visitor(request), LOOK_UPS)
        found = reports.opened_by(form.cleaned_data["receipt"]) if within else None
        if found:
            remember(request, TRACKED, str(found.public_id), HALF_AN_HOUR)
            return redirect("reports:track")
        status = 200 if within else 429
        words = _("No report has this receipt.") if within else _("Wait ten minutes and try again.")
        form.add_error("receipt", words)
    return render(request, "reports/track.html", {"form": form}, status=status)


@for_reporters
@require_POST
def message(request: HttpRequest) -> HttpResponse:
    """A word to the moderators."""
    report = _tracked(request)
    if report is None:
        return redirect("reports:track")
    form = MessageForm(request.POST)
    status = 200
    if form.is_valid():
        if allow("report message", str(report.public_id), MESSAGES):
            try:
                reports.write(report, form.cleaned_data["text"], by=reports.REPORTER)
                return redirect("reports:track")
            except reports.ReportRefused as refusal:
                form.add_error(None, str(refusal))
        else:
            form.add_error(None, _("So many messages at once: wait an hour and send this one."))
            status = 429
    return _shown(request, report, form, status)


@for_reporters
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Puts the report away: who opens this browser next finds nothing."""
    forget(request)
    return redirect("reports:track")


def _tracked(request: HttpRequest) -> Report | None:
    public_id = remembered(request, TRACKED, HALF_AN_HOUR)
    if public_id is None:
        return None
    return reports.shown(public_id)


def _shown(
    request: HttpRequest, report: Report, form: MessageForm, status: int = 200
) -> HttpResponse:
    case = report.case
    assert case is not None  # every report has one from its first moment
    context = {
        "report": report,
        "case": case,
        "about": report.profile or report.agency or report.target_text,
        "decision": getattr(case, "decision", None),
        "thread": report.messages.all(),
        "due": case.due_on,
        "today": timezone.localdate(),
        "form": form,
    }
    return render(request, "reports/track_report.html", context, status=status)
