"""Claims that stay without an answer, and what two people of the platform make of them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.doors import keyset, require, sensitive
from accounts.models import Proposal
from accounts.permissions import Sensitive, Verb
from agencies.actions import establishing
from agencies.filters.disputes import ClaimFilter
from agencies.forms.disputes import ProposalForm
from agencies.queries.disputes import questions, unanswered
from agencies.queries.scopes import Scopes
from agencies.views.words import scope_of


@require(Verb.ESTABLISH_BINDINGS)
@require_safe
def claim_list(request: HttpRequest) -> HttpResponse:
    """Claims of which the account was told twice and more, and which it has not answered."""
    chosen = ClaimFilter(request.GET, unanswered(request.actor))  # type: ignore[attr-defined]
    context = {"filter": chosen, "page": keyset(chosen.qs, request, ("-pk",))}
    return render(request, "agencies/claims.html", context)


@require(Verb.ESTABLISH_BINDINGS)
@sensitive(Sensitive.ESTABLISH_BINDING)
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: proposed here by one person, decided among the approvals by another."""
    actor = request.actor  # type: ignore[attr-defined]
    binding: Any = get_object_or_404(unanswered(actor), pk=pk)
    act = Sensitive.ESTABLISH_BINDING
    proposals = list(Proposal.objects.visible_to(actor).about(act, "binding", pk))
    waiting = next((each for each in proposals if each.is_open), None)
    form = ProposalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = establishing.propose(binding, documents=form.cleaned_data["documents"], by=actor)
            messages.success(request, _("Proposed. Another operator decides."))
            return redirect("accounts:approval", pk=made.pk)
        except establishing.EstablishingRefused as refusal:
            form.add_error(None, str(refusal))
        except PermissionError as refusal:
            raise PermissionDenied from refusal
    context = {"binding": binding, "form": form, "waiting": waiting, "proposals": proposals}
    context |= {"questions": questions(binding), "scope": scope_of(binding, Scopes.known())}
    ripe_at = binding.told_last + establishing.SILENT_FOR
    context |= {"ripe_at": ripe_at, "ripe": ripe_at < timezone.now()}
    return render(request, "agencies/claim.html", context)
