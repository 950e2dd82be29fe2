"""Files of contracts at the desk of their agency: sending one, its dry run, its history."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import files
from accounts.doors import keyset
from accounts.permissions import Verb
from agencies.actions import batches
from agencies.exports import (
    contract_rows,
    csv_lines,
    error_rows,
    template_book,
    template_rows,
    xlsx_chunks,
)
from agencies.filters.contracts import ContractFilter
from agencies.forms.imports import ColumnsForm, ContractsUploadForm
from agencies.models import Agency, ContractBatch, ContractBatchRow
from agencies.values.columns import COLUMNS, TAKEN
from agencies.views.batch_words import facts_of, results_of, row_words
from agencies.views.contracts import mine
from agencies.views.desk import at_desk

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DECISIONS = {
    "apply": batches.apply,
    "drop": batches.drop,
    "retry": batches.retry,
    "undo": batches.undo,
    "ask": batches.ask_holders,
}


def _batches(request: HttpRequest, agency: Agency) -> Any:
    visible = ContractBatch.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    return visible.filter(agency=agency).select_related("run")


@at_desk(Verb.EDIT_CONTRACTS)
@require_safe
def import_list(request: HttpRequest, agency: Agency) -> HttpResponse:
    """Every file that somebody sent: who, when, and what became of it."""
    page = keyset(_batches(request, agency), request, ("-pk",))
    return render(request, "agencies/contract_imports.html", {"agency": agency, "page": page})


@at_desk(Verb.EDIT_CONTRACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_upload(request: HttpRequest, agency: Agency) -> HttpResponse:
    """Sends a file in. A worker checks it; nothing is applied before somebody has looked."""
    form = ContractsUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data, known, by = form.cleaned_data, form.checked, request.actor  # type: ignore[attr-defined]
        kept = files.keep(data["file"], known.kind, name=known.name, checked=known.checked, by=by)
        batch = batches.receive(agency, kept, known.name, by=by, token=data["token"])
        return redirect("agencies:contract_import", public_id=batch.public_id)
    context = {"form": form, "agency": agency, "columns": [COLUMNS[code] for code in TAKEN]}
    return render(request, "agencies/contract_import_upload.html", context)


@at_desk(Verb.EDIT_CONTRACTS)
@require_safe
def import_detail(request: HttpRequest, agency: Agency, public_id: UUID) -> HttpResponse:
    """One file: its dry run and, once applied, what it did and what can still be undone."""
    batch = get_object_or_404(_batches(request, agency), public_id=public_id)
    shown = request.GET.get("show", "")
    counts = _counts(batch)
    shown = shown if shown in ContractBatchRow.Outcome.values else _first_tab(counts)
    page = keyset(batch.rows.filter(outcome=shown), request, ("line",), size=100)
    ranges = batch.run.ranges.values_list("done_at", flat=True) if batch.is_under_way else []
    context = {
        "agency": agency,
        "batch": batch,
        "shown": shown,
        "counts": counts,
        "tabs": _tabs(counts, shown),
        "page": page,
        "rows": row_words(page.items, batch),
        "facts": facts_of(batch),
        "results": results_of(batch),
        "good": sum(batch.counts.get(each, 0) for each in ("new", "changed", "conflict")),
        "may_undo": batch.can_be_undone(timezone.now()) and batch.did_something,
        "ranges_total": len(ranges),
        "ranges_done": sum(done_at is not None for done_at in ranges),
    }
    return render(request, "agencies/contract_import.html", context)


def _counts(batch: ContractBatch) -> dict[str, int]:
    """Rows by what becomes of them: as checked or, once applied, as it went, because a row whose
    contract somebody has changed since the check is refused then."""
    if not batch.did_apply:
        return {name: batch.counts.get(name, 0) for name in ContractBatchRow.Outcome.values}
    found = batch.rows.values_list("outcome").annotate(n=Count("pk")).order_by()
    return dict.fromkeys(ContractBatchRow.Outcome.values, 0) | dict(found)


def _first_tab(counts: dict[str, int]) -> str:
    """What its sender has to look at first."""
    order = ("error", "conflict", "changed", "new", "same")
    return next((each for each in order if counts[each]), "new")


def _tabs(counts: dict[str, int], shown: str) -> list[dict[str, Any]]:
    words = {
        "new": pgettext("rows of an import", "new"),
        "changed": pgettext("rows of an import", "changed"),
        "same": pgettext("rows of an import", "same"),
        "conflict": pgettext("rows of an import", "conflicts"),
        "error": pgettext("rows of an import", "errors"),
    }
    return [
        {
            "label": label,
            "url": f"?show={name}",
            "count": counts[name],
            "current": name == shown,
        }
        for name, label in words.items()
    ]


@at_desk(Verb.EDIT_CONTRACTS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: HttpRequest, agency: Agency, public_id: UUID) -> HttpResponse:
    """Which column of the file is which; kept for the agency's next files."""
    batch = get_object_or_404(_batches(request, agency), public_id=public_id)
    form = ColumnsForm(batch.headings, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            known = dict(batch.headings)
            by = request.actor  # type: ignore[attr-defined]
            batches.name_columns(batch, form.columns(), by=by, known_as=known)
        except batches.NotPossible:
            messages.error(request, _not_possible())
        return redirect("agencies:contract_import", public_id=batch.public_id)
    context = {"form": form, "agency": agency, "batch": batch}
    return render(request, "agencies/contract_import_columns.html", context)


@at_desk(Verb.EDIT_CONTRACTS)
@require_POST
def import_decide(request: HttpRequest, agency: Agency, public_id: UUID) -> HttpResponse:
    """Applies or drops a dry run, undoes an import, asks holders, or starts again what stopped."""
    batch = get_object_or_404(_batches(request, agency), public_id=public_id)
    decide = DECISIONS.get(request.POST.get("decision", ""))
    try:
        if decide is None:
            raise batches.NotPossible
        decide(batch, by=request.actor)  # type: ignore[attr-defined]
    except batches.NotPossible:
        messages.error(request, _not_possible())
    return redirect("agencies:contract_import", public_id=batch.public_id)


def _not_possible() -> str:
    return _("That cannot be done with this import any more.")


@at_desk(Verb.EDIT_CONTRACTS)
@require_safe
def refused_csv(request: HttpRequest, agency: Agency, public_id: UUID) -> StreamingHttpResponse:
    """The refused rows as they came, with why, to mend and send again."""
    batch = get_object_or_404(_batches(request, agency), public_id=public_id)
    return _csv(csv_lines(error_rows(batch)), f"refused-{batch.pk}.csv")


@at_desk(Verb.EDIT_CONTRACTS)
@require_safe
def refused_xlsx(request: HttpRequest, agency: Agency, public_id: UUID) -> StreamingHttpResponse:
    batch = get_object_or_404(_batches(request, agency), public_id=public_id)
    return _xlsx(xlsx_chunks(error_rows(batch), _("Refused rows")), f"refused-{batch.pk}.xlsx")


@at_desk(Verb.EDIT_CONTRACTS)
@require_safe
def template_csv(_request: HttpRequest, _agency: Agency) -> StreamingHttpResponse:
    """An empty file with its headings and an example."""
    return _csv(csv_lines(template_rows()), "contracts-template.csv")


@at_desk(Verb.EDIT_CONTRACTS)
@require_safe
def template_xlsx(_request: HttpRequest, _agency: Agency) -> StreamingHttpResponse:
    return _xlsx(template_book(), "contracts-template.xlsx")


@at_desk(Verb.SEE_CONTRACTS)
@require_safe
def export_csv(request: HttpRequest, agency: Agency) -> StreamingHttpResponse:
    """The contracts that the list would show, with their accounts."""
    chosen = ContractFilter(request.GET, mine(request, agency)).qs
    return _csv(csv_lines(contract_rows(chosen)), _name(agency, "csv"))


@at_desk(Verb.SEE_CONTRACTS)
@require_safe
def export_xlsx(request: HttpRequest, agency: Agency) -> StreamingHttpResponse:
    chosen = ContractFilter(request.GET, mine(request, agency)).qs
    return _xlsx(xlsx_chunks(contract_rows(chosen), _("Contracts")), _name(agency, "xlsx"))


def _name(agency: Agency, ending: str) -> str:
    return f"contracts-{agency.slug}-{timezone.localdate().isoformat()}.{ending}"


def _csv(lines: Iterable[str], name: str) -> StreamingHttpResponse:
    return _sent(lines, "text/csv; charset=utf-8", name)


def _xlsx(chunks: Iterable[bytes], name: str) -> StreamingHttpResponse:
    return _sent(chunks, XLSX, name)


def _sent(parts: Iterable[Any], kind: str, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(parts, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
