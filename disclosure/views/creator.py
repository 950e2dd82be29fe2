"""The desk of holders of accounts: showing that an account is one's own."""

from contextlib import suppress
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
    codes_of,
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
from influencers.models import ControlProof, Platform, Profile
from influencers.queries import called
from journal.values import Actor

STARTS = "20 per hour"


@for_holders
def desk(request: HttpRequest) -> HttpResponse:
    """The accounts that this browser has shown to be its own, and the way to show it."""
    if request.method == "POST" and not within(request, "creator", STARTS):
        return too_often(request)
    form = FindAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _start(request, **form.cleaned_data)
    kept, now = proofs_of(request), timezone.now()
    proven = {each.profile_id: each for each in reversed(kept) if in_force(each, now)}
    codes = codes_of(request)
    waiting = [each for each in codes if each.status != "proven" and each.expires_at > now]
    context = {"form": form, "proven": list(proven.values()), "waiting": waiting}
    return render(request, "disclosure/creator.html", context)


def _start(request: HttpRequest, platform: Platform, account: str, way: str) -> HttpResponse:
    """Answers the same for an account that the register keeps and for any other: nobody learns by
    asking whether it keeps one that it does not show."""
    profile = called(platform, account, timezone.now())
    actor = link_actor(request, "")
    if way == "message":
        if profile is not None:
            with suppress(proofs.ProofRefused):
                proofs.ask_message(profile, by=actor)
        context = {"platform": platform, "typed": account}
        return render(request, "disclosure/creator_sent.html", context)
    public_id, secret = _ask_code(profile, platform, account, actor)
    return keep(request, redirect("disclosure:creator_code", public_id=public_id), secret)


def _ask_code(
    profile: Profile | None, platform: Platform, typed: str, by: Actor
) -> tuple[UUID, str]:
    """By what address the code is shown, and the secret of it."""
    if profile is not None:
        with suppress(proofs.ProofRefused):
            proof, secret = proofs.ask_code(profile, typed=typed, by=by)
            return proof.public_id, secret
    stray, secret = proofs.ask_stray(platform, typed)
    return stray.public_id, secret


@for_holders
def code(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The code to put into the profile text, and whether it was found by now."""
    asked = next((each for each in codes_of(request) if each.public_id == public_id), None)
    if asked is None:
        raise Http404
    if request.method == "POST":
        try:
            if isinstance(asked, ControlProof):
                proofs.say_ready(asked, by=link_actor(request, public_id))
            else:
                proofs.say_stray_ready(asked)
        except proofs.ProofRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("disclosure:creator_code", public_id=public_id)
    late = asked.status != "proven" and asked.expires_at <= timezone.now()
    context = {"proof": asked, "code": grouped(str(asked.code)), "late": late}
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
