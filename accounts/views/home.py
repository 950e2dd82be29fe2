"""Where people go after sign-in, and what they say about themselves."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, gettext, override
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from accounts.actions import users
from accounts.doors import require
from accounts.doors.cookies import drop_cookie, keep_cookie
from accounts.forms import ProfileForm
from accounts.models import Grant, User
from accounts.permissions import Verb, may

# Whoever may do the first of these begins there.
DESKS = (
    (Verb.WORK_CASES, "reports:queue"),
    (Verb.SEE_DASHBOARDS, "dashboards:overview"),
    (Verb.SEE_DESK, "dashboards:portal"),
)
A_YEAR = 365 * 24 * 3600


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The desk of who has just signed in; who needs a second factor goes there first."""
    if request.lacks_factor:
        return redirect("accounts:second_factor")
    return redirect(next((desk for verb, desk in DESKS if may(request.actor, verb)), "accounts:me"))


def me(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    form = ProfileForm(request.POST or None, initial={"name": user.name, "language": user.language})
    if request.method == "POST" and form.is_valid():
        users.change_profile(user, by=request.actor, **form.cleaned_data)
        with override(user.language or None):
            messages.success(request, gettext("Saved."))
        return redirect("accounts:me")
    grants = Grant.objects.filter(user=user).in_force(timezone.localdate()).order_by("pk")
    return render(request, "accounts/me.html", {"form": form, "user": user, "grants": grants})


@login_not_required
def language(request: HttpRequest) -> HttpResponse:
    """The language switch: for this browser, and for the account of who is signed in."""
    chosen = request.POST.get("language", "")
    if request.method == "POST" and request.user.is_authenticated and check_for_language(chosen):
        users.set_language(request.user, chosen)
    return set_language(request)


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device says: a cookie that the shell reads."""
    following = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        following, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        following = "/"
    response = HttpResponseRedirect(following)
    chosen = request.POST.get("theme")
    if chosen in ("light", "dark"):
        keep_cookie(response, "theme", chosen, A_YEAR)
    else:
        drop_cookie(response, "theme")
    return response


@require(Verb.SEE_DESIGN)
@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """The components in all their states."""
    return render(request, "accounts/design.html")


@require_safe
def email(request: HttpRequest) -> HttpResponse:
    """The address is what somebody signs in by: it is shown here and changed by operators."""
    return render(request, "accounts/email.html")
