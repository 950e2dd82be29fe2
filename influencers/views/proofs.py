"""Codes that are said to stand in profile texts, for the people who look."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import keyset, require
from accounts.permissions import Verb
from accounts.values import grouped
from influencers.actions import proofs
from influencers.filters.proofs import ProofFilter
from influencers.models import ControlProof
from influencers.views.words import outside_address


@require(Verb.CHECK_PROOFS)
@require_safe
def proof_list(request: HttpRequest) -> HttpResponse:
    """What is to be looked for, the oldest first."""
    rows = ControlProof.objects.visible_to(request.actor).to_check(timezone.now())  # type: ignore[attr-defined]
    chosen = ProofFilter(request.GET, rows.select_related("profile__platform"))
    page = keyset(chosen.qs, request, ("ready_at", "pk"))
    lines = [(each, grouped(each.code), outside_address(each.profile)) for each in page]
    context = {"filter": chosen, "page": page, "lines": lines}
    context["witness"] = f"{request.actor.kind}:{request.actor.id}"  # type: ignore[attr-defined]
    return render(request, "influencers/proofs.html", context)


@require(Verb.CHECK_PROOFS)
@require_POST
def proof_check(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Found, or not found."""
    actor = request.actor  # type: ignore[attr-defined]
    proof = get_object_or_404(ControlProof.objects.visible_to(actor), public_id=public_id)
    try:
        proof = proofs.check(proof, found=request.POST.get("found") == "1", by=actor)
    except proofs.ProofRefused as refusal:
        messages.error(request, str(refusal))
    except PermissionError as refusal:
        raise PermissionDenied from refusal
    else:
        once = proof.status == ControlProof.Status.FOUND
        told = _("Taken down. Another person looks too.") if once else _("Taken down.")
        messages.success(request, told)
    return redirect("influencers:proofs")
