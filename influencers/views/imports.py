"""Files of observations: sending one in, following it, deciding about a dry run."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import files
from accounts.doors import keyset, require
from accounts.permissions import Verb, may
from accounts.templatetags.house import moment
from influencers.actions import imports
from influencers.exports import problem_lines, sample_lines
from influencers.filters.imports import ImportFilter
from influencers.forms.imports import UploadForm
from influencers.models import ImportBatch
from influencers.values.problems import COLUMNS


def _batch(request: HttpRequest, public_id: UUID) -> ImportBatch:
    visible = ImportBatch.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    return get_object_or_404(visible.select_related("run"), public_id=public_id)


@require(Verb.SEE_IMPORTS)
@require_safe
def import_list(request: HttpRequest) -> HttpResponse:
    """Imports, newest first."""
    visible = ImportBatch.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    chosen = ImportFilter(request.GET, visible.select_related("run"))
    context = {
        "filter": chosen,
        "page": keyset(chosen.qs, request, ("-pk",), size=50),
        "may_import": may(request.actor, Verb.IMPORT_OBSERVATIONS),  # type: ignore[attr-defined]
    }
    return render(request, "influencers/imports.html", context)


@require(Verb.IMPORT_OBSERVATIONS)
@require_http_methods(["GET", "HEAD", "POST"])
def import_upload(request: HttpRequest) -> HttpResponse:
    """Sends a file in. It is checked and applied by a worker; its page shows how far it is."""
    by = request.actor  # type: ignore[attr-defined]
    if by.territories:  # a file has none: who is limited to some sends none in
        raise PermissionDenied
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data, known = form.cleaned_data, form.checked
        kept = files.keep(data["file"], known.kind, name=known.name, checked=known.checked, by=by)
        batch = imports.receive(
            kept, known.name, by=by, dry_run=data["dry_run"], token=data["token"]
        )
        return redirect("influencers:import", public_id=batch.public_id)
    context = {"form": form, "columns": COLUMNS.items()}
    return render(request, "influencers/import_upload.html", context)


@require(Verb.SEE_IMPORTS)
@require_safe
def import_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One import: how far it is, what it changed, which cells were refused."""
    batch = _batch(request, public_id)
    ranges = batch.run.ranges.all() if batch.run else []
    context = {
        "batch": batch,
        "page": keyset(batch.problems.all(), request, ("line", "pk"), size=100),
        "facts": [
            (_("Asked by"), batch.asked_by or "—"),
            (_("Uploaded at"), moment(batch.created_at)),
            (_("Finished at"), moment(batch.finished_at) if batch.finished_at else "—"),
        ],
        "ranges_total": len(ranges),
        "ranges_done": sum(part.done_at is not None for part in ranges),
        "may_import": may(request.actor, Verb.IMPORT_OBSERVATIONS),  # type: ignore[attr-defined]
    }
    return render(request, "influencers/import.html", context)


@require(Verb.IMPORT_OBSERVATIONS)
@require_POST
def import_decide(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Applies or drops a dry run, or starts an import again that stopped. Twice is once."""
    batch = _batch(request, public_id)
    decide = {"apply": imports.apply, "drop": imports.drop, "retry": imports.retry}.get(
        request.POST.get("decision", "")
    )
    try:
        if decide is None:
            raise imports.NotPossible
        decide(batch, by=request.actor)  # type: ignore[attr-defined]
    except imports.NotPossible:
        messages.error(request, _("That cannot be done with this import any more."))
    return redirect("influencers:import", public_id=batch.public_id)


@require(Verb.SEE_IMPORTS)
@require_safe
def import_problems(request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
    """The refused cells as a file."""
    batch = _batch(request, public_id)
    return _csv(problem_lines(batch), f"problems-{batch.pk}.csv")


@require(Verb.SEE_IMPORTS)
@require_safe
def import_sample(_request: HttpRequest) -> StreamingHttpResponse:
    """An empty file with the columns that are read."""
    return _csv(sample_lines(), "observations.csv")


def _csv(lines: object, name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")  # type: ignore
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
