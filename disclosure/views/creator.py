"""The desk of holders of accounts: showing that an account is one's own."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.values import grouped
from disclosure.forms import FindAccountForm
from disclosure.views.holders import (
    for_holders,
    forget,
    in_force,
    keep,
    link_actor,
    proofs_of,
    too_often,
    within,
)
from influencers.actions import proofs
from influencers.queries import called
from influencers.views.words import outside_address

STARTS = "20 per hour"


@for_holders
def desk(request: HttpRequest) -> HttpResponse:
    """The accounts that this browser has shown to be its own, and the way to show it."""
    if request.method == "POST" and not within(request, "creator", STARTS):
        return too_often(request)
    form = FindAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        response = _start(request, form)
        if response is not None:
            return response
    kept, now = proofs_of(request), timezone.now()
    proven = {each.profile_id: each for each in reversed(kept) if in_force(each, now)}
    waiting = [each for each in kept if each.status != "proven" and each.expires_at > now]
    context = {"form": form, "proven": list(proven.values()), "waiting": waiting}
    return render(request, "disclosure/creator.html", context)


def _start(request: HttpRequest, form: FindAccountForm) -> HttpResponse | None:
    profile = called(form.cleaned_data["platform"], form.cleaned_data["account"], timezone.now())
    actor = link_actor(request, "")
    if profile is None:
        form.add_error("account", _("The register knows no account of this name there."))
        return None
    try:
        if form.cleaned_data["way"] == "message":
            proofs.ask_message(profile, by=actor)
            return render(request, "disclosure/creator_sent.html", {"profile": profile})
        proof, secret = proofs.ask_code(profile, by=actor)
    except proofs.ProofRefused as refusal:
        form.add_error(None, str(refusal))
        return None
    response = redirect("disclosure:creator_code", public_id=proof.public_id)
    return keep(request, response, secret)


@for_holders
def code(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The code to put into the profile text, and what became of it."""
    proof = next((each for each in proofs_of(request) if each.public_id == public_id), None)
    if proof is None or proof.code is None:
        raise Http404
    if request.method == "POST":
        try:
            proofs.say_ready(proof, by=link_actor(request, proof.public_id))
        except proofs.ProofRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("disclosure:creator_code", public_id=public_id)
    late = proof.status != "proven" and proof.expires_at <= timezone.now()
    context = {"proof": proof, "code": grouped(proof.code), "late": late}
    context["outside"] = outside_address(proof.profile)
    return render(request, "disclosure/creator_code.html", context)


@for_holders
def prove(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a message. Opening it changes nothing; it works once."""
    if request.method != "POST":
        return render(request, "disclosure/creator_prove.html")
    if not within(request, "prove", STARTS):
        return too_often(request)
    try:
        proof, secret = proofs.redeem(token, by=link_actor(request, ""))
    except proofs.ProofRefused as refusal:
        context = {"refusal": str(refusal)}
        return render(request, "disclosure/creator_prove.html", context, status=410)
    response = redirect("disclosure:creator_account", public_id=proof.profile.public_id)
    return keep(request, response, secret)


@for_holders
@require_POST
def leave_browser(request: HttpRequest) -> HttpResponse:
    """Forgets what this browser has proven, here and there."""
    for proof in proofs_of(request):
        proofs.end(proof, by=link_actor(request, proof.public_id))
    messages.success(request, _("This browser proves nothing any more."))
    return forget(redirect("disclosure:creator"))
