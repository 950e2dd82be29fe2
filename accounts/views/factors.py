"""Second factors: setting them up, what comes before and after allauth's own pages.

These stand in front of allauth's pages of the same addresses.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.actions import factors, users
from accounts.doors import require, sensitive
from accounts.doors.factors import forget_factor, next_page, note_factor, remember_next
from accounts.models import User
from accounts.permissions import Sensitive, Verb

_changes = method_decorator(sensitive(Sensitive.CHANGE_FACTOR), name="dispatch")


@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """Where pages send who has no second factor in this session: to set one up, or to show it."""
    wanted = remember_next(request)
    if not request.two_factor and Authenticator.objects.filter(user=request.user).exists():
        query = urlencode({"next": wanted or reverse("accounts:home")})
        return redirect(f"{reverse('mfa_reauthenticate')}?{query}")
    if request.two_factor:
        return redirect(wanted or "mfa_index")
    return render(request, "accounts/second_factor.html")


class _Added:
    """What follows a new factor: this session has it, the others end, the journal is told."""

    kind: str
    word: str

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        request: Any = self.request  # type: ignore[attr-defined]
        first = not Authenticator.objects.filter(user=request.user).exists()
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        if first:
            users.end_sessions(request.user, but=request.session.session_key)
        note_factor(request, self.kind)
        factors.changed(request.user, f"+{self.word}", by=request.actor)
        return response


@_changes
class AddApp(_Added, ActivateTOTPView):
    kind, word = Authenticator.Type.TOTP, "app"

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        # The code that proved it is used up.
        made = Authenticator.objects.get(user=self.request.user, type=self.kind)
        factors.use_code(made, form.cleaned_data["code"])
        return response


@_changes
class AddKey(_Added, AddWebAuthnView):
    kind, word = Authenticator.Type.WEBAUTHN, "key"


class _Removed:
    """What follows a factor that was taken away: without any other no session has one."""

    word: str

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        request: Any = self.request  # type: ignore[attr-defined]
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        if not Authenticator.objects.filter(user=request.user).exists():
            users.end_sessions(request.user, but=request.session.session_key)
            forget_factor(request)
        factors.changed(request.user, f"-{self.word}", by=request.actor)
        return response


@_changes
class RemoveApp(_Removed, DeactivateTOTPView):
    word = "app"


@_changes
class RemoveKey(_Removed, RemoveWebAuthnView):
    word = "key"


@_changes
class MakeCodes(GenerateRecoveryCodesView):
    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        factors.changed(self.request.user, "+codes", by=self.request.actor)
        return response


@method_decorator(never_cache, name="dispatch")
class Codes(ViewRecoveryCodesView):
    """The recovery codes, once, and from there on to where somebody was going."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "go_on": next_page(self.request)}


@require(Verb.MANAGE_GRANTS)
@sensitive(Sensitive.RESET_FACTORS)
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes the factors of somebody who lost them, after a page that asks."""
    user = get_object_or_404(User.objects.visible_to(request.actor), pk=pk)
    if request.method == "POST":
        try:
            users.reset_factors(user, by=request.actor)
        except PermissionError as refusal:
            raise PermissionDenied from refusal
        messages.success(request, _("Taken away. The person was signed out everywhere."))
        return redirect("accounts:person", pk=user.pk)
    kinds = Authenticator.objects.filter(user=user).exclude(type="recovery_codes")
    context = {"person": user, "number": kinds.count()}
    return render(request, "accounts/factors_reset.html", context)
