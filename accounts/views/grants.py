"""Who may do what: lists, giving, taking. For operators."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actions import grants, proposals, users
from accounts.doors import keyset, require, sensitive
from accounts.filters import GrantFilter
from accounts.forms import GrantForm
from accounts.models import Grant, User
from accounts.permissions import Sensitive, Verb


@require(Verb.MANAGE_GRANTS)
@require_safe
def grant_list(request: HttpRequest) -> HttpResponse:
    rows = Grant.objects.visible_to(request.actor).select_related("user")
    filtered = GrantFilter(request.GET, queryset=rows)
    page = keyset(filtered.qs, request, order=["-pk"])
    context = {"filter": filtered, "page": page, "today": timezone.localdate()}
    return render(request, "accounts/grants.html", context)


@require(Verb.MANAGE_GRANTS)
@sensitive(Sensitive.GRANT_ROLE)
def grant_give(request: HttpRequest) -> HttpResponse:
    """Proposes a role; somebody without an account is invited once it is approved."""
    form = GrantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            proposal = grants.propose(by=request.actor, **said)
        except (grants.GrantRefused, proposals.ProposalRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Proposed. Another operator approves it."))
            return redirect("accounts:approval", pk=proposal.pk)
    return render(request, "accounts/grant_give.html", {"form": form})


@require(Verb.MANAGE_GRANTS)
def grant_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Grant.objects.visible_to(request.actor).select_related("user")
    grant = get_object_or_404(rows, pk=pk)
    problem = ""
    if request.method == "POST":
        try:
            grants.revoke(grant, by=request.actor)
        except grants.GrantRefused as refusal:
            problem = str(refusal)
        else:
            messages.success(request, _("Revoked; it counts from now on."))
            return redirect("accounts:person", pk=grant.user_id)
    return render(request, "accounts/grant_revoke.html", {"grant": grant, "problem": problem})


@require(Verb.MANAGE_GRANTS)
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    user = get_object_or_404(User.objects.visible_to(request.actor), pk=pk)
    rows = Grant.objects.visible_to(request.actor).filter(user=user).order_by("-pk")
    context = {"person": user, "grants": rows, "today": timezone.localdate()}
    return render(request, "accounts/person.html", context)


@require(Verb.MANAGE_GRANTS)
@sensitive(Sensitive.CHANGE_ACCESS)
def access(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends or gives back somebody's sign-in, after a page that asks."""
    user = get_object_or_404(User.objects.visible_to(request.actor), pk=pk)
    if request.method == "POST":
        try:
            users.set_active(user, request.POST.get("active") == "1", by=request.actor)
        except PermissionError as refusal:
            raise PermissionDenied from refusal
        messages.success(request, _("Saved."))
        return redirect("accounts:person", pk=user.pk)
    return render(request, "accounts/access.html", {"person": user})
