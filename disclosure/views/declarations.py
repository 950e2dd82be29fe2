"""Declarations of independence, recorded by staff from the platform's own record."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.doors import require
from accounts.permissions import Verb
from disclosure.actions import declarations
from disclosure.forms import DeclareForm, WithdrawForm
from disclosure.models import Declaration
from influencers.models import Profile


@require(Verb.RECORD_DECLARATION)
def declare(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What an account has declared so far, and a new declaration."""
    profile = _profile(request, public_id)
    form = DeclareForm(request.POST or None, profile=profile)
    if request.method == "POST" and form.is_valid():
        try:
            declarations.declare(profile, since=form.cleaned_data["since"], by=request.actor)  # type: ignore[attr-defined]
        except declarations.DeclarationRefused as refusal:
            form.add_error("since", str(refusal))
        except PermissionError as error:
            raise PermissionDenied from error
        else:
            messages.success(request, _("Recorded. The account's page says so in a moment."))
            return redirect("disclosure:declare", public_id=public_id)
    said = list(profile.declarations.order_by("-pk"))
    active = any(each.status == Declaration.Status.ACTIVE for each in said)
    context = {"form": form, "profile": profile, "declarations": said, "active": active}
    return render(request, "disclosure/declaration.html", context)


@require(Verb.RECORD_DECLARATION)
def withdraw(request: HttpRequest, public_id: UUID, pk: int) -> HttpResponse:
    profile = _profile(request, public_id)
    declaration = get_object_or_404(Declaration, pk=pk, profile=profile)
    form = WithdrawForm(request.POST or None, profile=profile)
    if request.method == "POST" and form.is_valid():
        try:
            declarations.withdraw(
                declaration,
                until=form.cleaned_data["until"],
                by=request.actor,  # type: ignore[attr-defined]
            )
        except declarations.DeclarationRefused as refusal:
            form.add_error(None, str(refusal))
        except PermissionError as error:
            raise PermissionDenied from error
        else:
            messages.success(request, _("Withdrawn. The account's page says so in a moment."))
            return redirect("disclosure:declare", public_id=public_id)
    context = {"form": form, "profile": profile, "declaration": declaration}
    return render(request, "disclosure/declaration_withdraw.html", context)


def _profile(request: HttpRequest, public_id: UUID) -> Profile:
    visible = Profile.objects.visible_to(request.actor).select_related("platform")  # type: ignore[attr-defined]
    return get_object_or_404(visible, public_id=public_id)
