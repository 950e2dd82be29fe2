"""Claims that stay without an answer, and what two people of the platform make of them."""

from typing import Any

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
from agencies.models import Binding, Establishment
from agencies.queries.disputes import questions, unanswered
from agencies.queries.scopes import Scopes
from agencies.views.words import scope_of
from journal.values import Actor


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
    binding: Any = get_object_or_404(unanswered(actor), pk=pk)
    proposals = list(binding.establishments.order_by("-pk"))
    waiting = next((each for each in proposals if each.status == "proposed"), None)
    form = (SecondForm if waiting else ProposalForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _done(binding, waiting, form.cleaned_data, actor))
            return redirect("agencies:claims")
        except (establishing.EstablishingRefused, bindings.BindingRefused) as refusal:
            form.add_error(None, str(refusal))
        except PermissionError as refusal:
            raise PermissionDenied from refusal
    context = {"binding": binding, "form": form, "waiting": waiting, "proposals": proposals}
    context["own"] = waiting is not None and waiting.proposed_by == f"{actor.kind}:{actor.id}"
    context |= {"questions": questions(binding), "scope": scope_of(binding, Scopes.known())}
    ripe_at = binding.told_last + establishing.SILENT_FOR
    context |= {"ripe_at": ripe_at, "ripe": ripe_at < timezone.now()}
    return render(request, "agencies/claim.html", context)


def _done(binding: Binding, waiting: Establishment | None, said: dict[str, Any], by: Actor) -> str:
    """Proposes, or decides on what was proposed; returns what the person is told."""
    if waiting is None:
        establishing.propose(binding, documents=said["documents"], by=by)
        return _("Proposed. Another operator decides.")
    if said["outcome"] == "approve":
        establishing.approve(waiting, by=by)
        return _("Approved. The account’s page follows in a moment.")
    establishing.reject(waiting, reason=said["reason"], by=by)
    return _("Rejected. The claim goes on waiting.")
