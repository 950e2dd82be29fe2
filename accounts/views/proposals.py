"""What waits for a second person: the list, the page of one proposal, the decision."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import proposals
from accounts.doors import keyset, require, sensitive
from accounts.filters import ProposalFilter
from accounts.forms import ApprovalForm
from accounts.models import Proposal, acting
from accounts.permissions import Sensitive, Verb, may_second
from journal.values import Actor

TABS = {
    "waiting": gettext_lazy("Waiting for me"),
    "mine": gettext_lazy("Proposed by me"),
    "open": gettext_lazy("All that wait"),
    "over": gettext_lazy("Decided"),
}


@require(Verb.SEE_APPROVALS)
@require_safe
def proposal_list(request: HttpRequest) -> HttpResponse:
    """Proposals that the actor may make or decide on, newest first, by tab."""
    actor = request.actor
    chosen = request.GET.get("tab", "")
    chosen = chosen if chosen in TABS else "waiting"
    parts = _parts(actor)
    rows = Proposal.objects.visible_to(actor)
    filtered = ProposalFilter(request.GET, queryset=rows.filter(parts[chosen]))
    counts = rows.aggregate(**{word: Count("pk", filter=part) for word, part in parts.items()})
    tabs = [
        {"label": label, "url": f"?tab={word}", "count": counts[word], "current": word == chosen}
        for word, label in TABS.items()
    ]
    page = keyset(filtered.qs, request, order=["-pk"])
    context = {"filter": filtered, "page": page, "tabs": tabs, "tab": chosen}
    return render(request, "accounts/approvals.html", context)


def _parts(actor: Actor) -> dict[str, Q]:
    mine, opened = Q(proposed_by=acting(actor)), Q(status=Proposal.Status.PROPOSED)
    waiting = Proposal.objects.waiting_for(actor, timezone.now()).values("pk")
    return {"waiting": Q(pk__in=waiting), "mine": mine, "open": opened, "over": ~opened}


@require(Verb.SEE_APPROVALS)
@sensitive(Sensitive.DECIDE_PROPOSAL, when=lambda request: request.method == "POST")
def proposal_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What is proposed, what supports it and what follows; the second person decides."""
    actor = request.actor
    proposal = get_object_or_404(Proposal.objects.visible_to(actor), pk=pk)
    form = ApprovalForm(request.POST or None, name=proposal.subject_name)
    if request.method == "POST" and form.is_valid() and _decided(request, proposal, form):
        return redirect("accounts:approval", pk=pk)
    own = proposal.proposed_by == acting(actor)
    in_time = proposal.is_open and proposal.lapses_at > timezone.now()
    context = {
        "proposal": proposal,
        "form": form,
        "own": own,
        "in_time": in_time,
        "may_decide": in_time and not own and may_second(actor, Sensitive(proposal.action)),
        "support": f"accounts/proposals/{proposal.action}_{proposal.subject_type}.html",
    }
    context |= proposals.facts_of(proposal, actor)
    return render(request, "accounts/approval.html", context)


def _decided(request: HttpRequest, proposal: Proposal, form: Any) -> bool:
    """Carries the decision out and says so; a refusal becomes an error of the form."""
    said, actor = form.cleaned_data, request.actor
    try:
        if said["outcome"] == "approve":
            proposals.approve(proposal, by=actor, note=said["note"])
            messages.success(request, _("Approved and carried out."))
        else:
            proposals.reject(proposal, note=said["note"], by=actor)
            messages.success(request, _("Rejected. Nothing was done."))
    except proposals.ProposalRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    except PermissionError as refusal:
        raise PermissionDenied from refusal
    return True


@require(Verb.SEE_APPROVALS)
@require_POST
def proposal_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = get_object_or_404(Proposal.objects.visible_to(request.actor), pk=pk)
    try:
        proposals.withdraw(proposal, by=request.actor)
        messages.success(request, _("Withdrawn. Nothing was done."))
    except proposals.ProposalRefused as refusal:
        messages.error(request, str(refusal))
    except PermissionError as refusal:
        raise PermissionDenied from refusal
    return redirect("accounts:approval", pk=pk)
