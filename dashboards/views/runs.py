"""What is under way and what was done: passes and batches with their ranges."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.doors import keyset, require
from accounts.permissions import Verb, may
from dashboards.filters import RunFilter
from dashboards.queries import runs, workers
from journal import actions as journal


@require(Verb.SEE_RUNS)
def run_list(request: HttpRequest) -> HttpResponse:
    """Runs, newest first."""
    chosen = RunFilter(request.GET, runs(request.actor).with_progress())  # type: ignore[attr-defined]
    page = keyset(chosen.qs, request, order=("-pk",), size=50)
    return render(
        request,
        "dashboards/runs.html",
        {
            "filter": chosen,
            "page": page,
            "may_start": may(request.actor, Verb.RUN_PASSES),  # type: ignore[attr-defined]
            "busy": any(not run.is_over for run in page.items),
        },
    )


@require(Verb.SEE_RUNS)
def run_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: who asked, how far it is, who works on it, what it changed."""
    run = get_object_or_404(runs(request.actor).with_progress(), pk=pk)  # type: ignore[attr-defined]
    page = keyset(run.ranges.all(), request, order=("lo", "pk"), size=100)
    return render(
        request, "dashboards/run.html", {"run": run, "page": page, "workers": workers(run)}
    )


@require(Verb.RUN_PASSES)
@require_POST
def run_start(request: HttpRequest) -> HttpResponse:
    """ "Run now": flags every account again, changed or not when `full` is asked for.

    The tier pass is the first of the chain; duties, labels and tallies follow from the journal.
    """
    full = request.POST.get("full") == "1"
    run = journal.ask("tiers", by=request.actor, full=full)  # type: ignore[attr-defined]
    if full:
        # Each pass of the chain takes only what changed; a full one is asked for by name.
        for kind in ("duties", "labels", "tallies"):
            journal.ask(kind, by=request.actor, full=True)  # type: ignore[attr-defined]
    messages.success(request, _("Asked for. This page shows how far it is."))
    return redirect("dashboards:run", pk=run.pk)
