"""What the holder of an account does: answers claims, contests, leaves, declares."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agencies.actions import confirmations, disputes
from agencies.actions.bindings import BindingRefused
from agencies.models import Binding, Dispute
from disclosure.actions import declarations
from disclosure.forms import DeclareOwnForm, LeaveForm, StatementForm
from disclosure.models import Declaration
from disclosure.views.confirm import claim_forms
from disclosure.views.creator_account import for_account, show_account
from disclosure.views.holders import link_actor
from influencers.models import ControlProof


def _back(proof: ControlProof) -> HttpResponse:
    return redirect("disclosure:creator_account", public_id=proof.profile.public_id)


@for_account
@require_POST
def claims(request: HttpRequest, proof: ControlProof) -> HttpResponse:
    """Answers to the claims that wait; those without one go on waiting."""
    rows = Binding.objects.filter(profile=proof.profile, status=Binding.Status.CLAIMED)
    rows = rows.select_related("agency", "profile__platform").order_by("pk")
    waiting = [each for each in rows if f"claim-{each.pk}-seen" in request.POST]
    said = [
        form for form in claim_forms(waiting, request.POST) if form.add_prefix("reply") in form.data
    ]
    if not said:
        messages.info(request, _("Nothing was chosen, so nothing has changed."))
        return _back(proof)
    if all(form.is_valid() for form in said):
        answers = {form.claim.pk: form.answer for form in said}
        try:
            confirmations.answer_claims(
                proof.profile, answers, by=link_actor(request, proof.public_id)
            )
        except confirmations.AnswerRefused as refusal:
            next(form for form in said if form.claim.pk == refusal.binding_id).refuse(refusal)
        else:
            messages.success(request, _("Thank you. What you said is recorded."))
            return _back(proof)
    wrong = {form.claim.pk: form for form in said}
    forms = [wrong.get(form.claim.pk, form) for form in claim_forms(waiting, None)]
    return show_account(request, proof, forms)


@for_account
@require_POST
def affirm(request: HttpRequest, proof: ControlProof, pk: int) -> HttpResponse:
    """What an earlier holder of the account confirmed is still right."""
    try:
        confirmations.affirm(_public(proof, pk), by=link_actor(request, proof.public_id))
    except BindingRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Thank you. What you said is recorded."))
    return _back(proof)


@for_account
def contest(request: HttpRequest, proof: ControlProof, pk: int) -> HttpResponse:
    """ "This is wrong", "I never signed"."""
    binding = _public(proof, pk)
    form = StatementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            disputes.open(
                binding,
                by=link_actor(request, proof.public_id),
                statement=form.cleaned_data["statement"],
                proven=True,
            )
        except disputes.DisputeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Recorded. The account’s page says so in a moment."))
            return _back(proof)
    context = _context(proof, form, binding)
    return render(request, "disclosure/creator_contest.html", context)


@for_account
def leave(request: HttpRequest, proof: ControlProof, pk: int) -> HttpResponse:
    """The holder wants out of what was right."""
    binding = _public(proof, pk)
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actor = link_actor(request, proof.public_id)
        try:
            wish = disputes.leave(binding, by=actor, statement=form.cleaned_data["statement"])
        except disputes.DisputeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            told = _("It ends with today.") if wish is None else _("The agency was asked.")
            messages.success(request, told)
            return _back(proof)
    now = timezone.now()
    context = _context(proof, form, binding) | {"free": disputes.may_leave(binding, now)}
    return render(request, "disclosure/creator_leave.html", context)


@for_account
@require_POST
def take_back(request: HttpRequest, proof: ControlProof, pk: int) -> HttpResponse:
    """A dispute, or a wish to leave, is no more."""
    dispute = get_object_or_404(Dispute, pk=pk, profile=proof.profile)
    try:
        disputes.withdraw(dispute, by=link_actor(request, proof.public_id))
    except disputes.DisputeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken back."))
    return _back(proof)


@for_account
def declare(request: HttpRequest, proof: ControlProof) -> HttpResponse:
    """The account's own word that no agency manages it."""
    form = DeclareOwnForm(request.POST or None, profile=proof.profile)
    if request.method == "POST" and form.is_valid():
        try:
            declarations.declare(
                proof.profile,
                since=form.cleaned_data["since"],
                by=link_actor(request, proof.public_id),
                basis=Declaration.Basis.CREATOR,
            )
        except declarations.DeclarationRefused as refusal:
            form.add_error("since", str(refusal))
        else:
            messages.success(request, _("Recorded. The account’s page says so in a moment."))
            return _back(proof)
    return render(request, "disclosure/creator_declare.html", _context(proof, form))


@for_account
@require_POST
def undeclare(request: HttpRequest, proof: ControlProof, pk: int) -> HttpResponse:
    """The declaration holds until yesterday; from today on the account says nothing."""
    declaration = get_object_or_404(Declaration, pk=pk, profile=proof.profile)
    today = proof.profile.platform.today(timezone.now())
    actor = link_actor(request, proof.public_id)
    try:
        declarations.withdraw(declaration, until=today, by=actor)
    except declarations.DeclarationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken back. The account’s page says so in a moment."))
    return _back(proof)


def _public(proof: ControlProof, pk: int) -> Binding:
    rows = Binding.objects.select_related("agency", "profile__platform")
    binding: Binding | None = rows.filter(
        pk=pk, profile=proof.profile, status__in=("confirmed", "suspended")
    ).first()
    if binding is None:
        raise Http404
    return binding


def _context(proof: ControlProof, form: Any, binding: Binding | None = None) -> dict[str, Any]:
    return {"proof": proof, "profile": proof.profile, "form": form, "binding": binding}
