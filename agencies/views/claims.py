"""Claims that stay without an answer, and what two people of the platform make of them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.doors import keyset, require
from accounts.permissions import Verb
from agencies.actions import bindings, establishing
from agencies.filters.disputes import ClaimFilter
from agencies.forms.disputes import ProposalForm, SecondForm
from agencies.models import Binding
from agencies.queries.disputes import questions, unanswered


@require(Verb.ESTABLISH_BINDINGS)
@require_safe
def claim_list(request: HttpRequest) -> HttpResponse:
    """Claims of which the account was told twice and more, and which it has not answered."""
    chosen = ClaimFilter(request.GET, unanswered(request.actor))  # type: ignore[attr-defined]
    context = {"filter": chosen, "page": keyset(chosen.qs, request, ("-pk",))}
    return render(request, "agencies/claims.html", context)


@require(Verb.ESTABLISH_BINDINGS)
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: proposed by one person, decided by another."""
    actor = request.actor  # type: ignore[attr-defined]
    binding: Binding = get_object_or_404(unanswered(actor), pk=pk)
    proposals = list(binding.establishments.order_by("-pk"))
    waiting = next((each for each in proposals if each.status == "proposed"), None)
    form = (SecondForm if waiting else ProposalForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            if waiting is None:
                establishing.propose(binding, documents=said["documents"], by=actor)
                done = _("Proposed. Another operator decides.")
            elif said["outcome"] == "approve":
                establishing.approve(waiting, by=actor)
                done = _("Approved. The account’s page follows in a moment.")
            else:
                establishing.reject(waiting, reason=said["reason"], by=actor)
                done = _("Rejected. The claim goes on waiting.")
        except (establishing.EstablishingRefused, bindings.BindingRefused) as refusal:
            form.add_error(None, str(refusal))
        except PermissionError as refusal:
            raise PermissionDenied from refusal
        else:
            messages.success(request, done)
            return redirect("agencies:claims")
    context = {"binding": binding, "form": form, "waiting": waiting, "proposals": proposals}
    context["own"] = waiting is not None and waiting.proposed_by == f"{actor.kind}:{actor.id}"
    context["questions"] = questions(binding)
    ripe_at = binding.told_last + establishing.SILENT_FOR  # type: ignore[attr-defined]
    context |= {"ripe_at": ripe_at, "ripe": ripe_at < timezone.now()}
    return render(request, "agencies/claim.html", context)
