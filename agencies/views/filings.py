"""What is filed with the authority and by when; whom platforms do not admit again. Staff."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.doors import keyset, require
from accounts.permissions import Verb, may
from agencies.actions import blacklist, filings
from agencies.exports import csv_lines, xlsx_chunks
from agencies.exports.filings import filing_rows
from agencies.filters.admissions import FilingFilter
from agencies.forms.admissions import BlacklistForm, FilingForm
from agencies.models import Blacklisted, Filing

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _chosen(request: HttpRequest) -> FilingFilter:
    visible = Filing.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    return FilingFilter(request.GET, visible.select_related("admission__platform", "agency"))


@require(Verb.SEE_ADMISSIONS)
@require_safe
def filing_list(request: HttpRequest) -> HttpResponse:
    """What is to be filed, the most urgent first."""
    chosen = _chosen(request)
    context = {
        "filter": chosen,
        "page": keyset(chosen.qs, request, ("due", "pk")),
        "today": timezone.localdate(),
        "may_file": may(request.actor, Verb.DECIDE_ADMISSIONS),  # type: ignore[attr-defined]
    }
    return render(request, "agencies/filings.html", context)


@require(Verb.DECIDE_ADMISSIONS)
def filing(request: HttpRequest, pk: int) -> HttpResponse:
    """The number and the day under which something was filed."""
    by = request.actor  # type: ignore[attr-defined]
    visible = Filing.objects.visible_to(by).select_related("admission__platform", "agency")
    row = get_object_or_404(visible, pk=pk)
    form = FilingForm(request.POST or None, initial={"filed_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            filings.file(row, by=by, **form.cleaned_data)
            messages.success(request, _("Noted."))
            return redirect("agencies:filings")
        except filings.FilingRefused as refusal:
            form.add_error(None, str(refusal))
        except PermissionError as refusal:
            raise PermissionDenied from refusal
    return render(request, "agencies/filing.html", {"filing": row, "form": form})


@require(Verb.SEE_ADMISSIONS)
@require_safe
def filing_export(request: HttpRequest) -> StreamingHttpResponse:
    """The chosen filings as CSV, or as XLSX (`?as=xlsx`)."""
    kind = "xlsx" if request.GET.get("as") == "xlsx" else "csv"
    rows: Any = filing_rows(_chosen(request).qs)
    if kind == "csv":
        response = StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8")
    else:
        response = StreamingHttpResponse(xlsx_chunks(rows, _("Filings")), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="filings.{kind}"'
    return response


# --- Blacklist ------------------------------------------------------------------------------------


@require(Verb.SEE_BLACKLIST)
@require_safe
def blacklist_page(request: HttpRequest) -> HttpResponse:
    """Whom platforms do not admit again, newest first."""
    actor = request.actor  # type: ignore[attr-defined]
    context = {
        "page": keyset(Blacklisted.objects.visible_to(actor), request, ("-pk",)),
        "today": timezone.localdate(),
        "may_keep": may(actor, Verb.KEEP_BLACKLIST),
    }
    return render(request, "agencies/blacklist.html", context)


@require(Verb.KEEP_BLACKLIST)
def blacklist_add(request: HttpRequest) -> HttpResponse:
    form = BlacklistForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            blacklist.add(by=request.actor, **form.cleaned_data)  # type: ignore[attr-defined]
            messages.success(request, _("Entered."))
            return redirect("agencies:blacklist")
        except blacklist.BlacklistRefused as refusal:
            form.add_error(None, str(refusal))
        except PermissionError as refusal:
            raise PermissionDenied from refusal
    return render(request, "agencies/blacklist_add.html", {"form": form})


@require(Verb.KEEP_BLACKLIST)
def blacklist_end(request: HttpRequest, pk: int) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    entry = get_object_or_404(Blacklisted.objects.visible_to(actor), pk=pk)
    if request.method == "POST":
        blacklist.end(entry, by=actor)
        messages.success(request, _("From today on it counts no more."))
        return redirect("agencies:blacklist")
    return render(request, "agencies/blacklist_end.html", {"entry": entry})
