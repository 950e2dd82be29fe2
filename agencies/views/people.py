"""Who works for an agency, and the keys by which its own programs call."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.actions import keys, users
from accounts.doors import keyset, sensitive
from accounts.doors.keys import WORD
from accounts.models import ApiKey, User
from accounts.permissions import Sensitive, Verb, may
from accounts.views.keys import sent_before
from agencies.actions import agencies
from agencies.forms.people import LEAVES, AgencyKeyForm, MemberForm, RoleForm
from agencies.models import Agency, Membership
from agencies.views.desk import at_desk
from journal.values import Actor


@at_desk(Verb.SEE_DESK)
@require_safe
def people_list(request: HttpRequest, agency: Agency) -> HttpResponse:
    """Everybody who works for the agency or did, newest first."""
    page = keyset(_members(request, agency), request, ("-pk",))
    context = {
        "agency": agency,
        "page": page,
        "today": timezone.localdate(),
        "may_manage": may(request.actor, Verb.MANAGE_AGENCY, agency=agency.pk),  # type: ignore[attr-defined]
    }
    return render(request, "agencies/people.html", context)


def _members(request: HttpRequest, agency: Agency) -> Any:
    visible = Membership.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    return visible.filter(agency=agency).select_related("user")


def makes_owner(request: HttpRequest) -> bool:
    """Whether the form that is sent makes somebody an owner."""
    return request.POST.get("role") == Membership.Role.OWNER


@at_desk(Verb.MANAGE_AGENCY)
@sensitive(Sensitive.INVITE_OWNER, when=makes_owner)
def member_add(request: HttpRequest, agency: Agency) -> HttpResponse:
    form = MemberForm(request.POST or None, initial={"role": Membership.Role.EDITOR})
    if request.method == "POST" and form.is_valid() and added(request, agency, form):
        return redirect("agencies:people")
    return render(request, "agencies/member_add.html", {"form": form, "agency": agency})


def added(request: HttpRequest, agency: Agency, form: MemberForm) -> bool:
    """Makes somebody a member as the form says; who has no account yet is invited."""
    said, by = form.cleaned_data, request.actor  # type: ignore[attr-defined]
    return tried(form, lambda: _add(agency, said, by), request, _("Added."))


@transaction.atomic
def _add(agency: Agency, said: dict[str, Any], by: Actor) -> None:
    user = User.objects.filter(email=said["email"]).first()
    user = user or users.invite(said["email"], said["name"], by=by)
    agencies.add_member(agency, user, said["role"], by=by)


def tried(form: forms.Form, act: Callable[[], object], request: HttpRequest, words: str) -> bool:
    """Carries the act out and says so; a refusal becomes an error of the form."""
    try:
        act()
    except agencies.AgencyRefused as refusal:
        form.add_error(None, str(refusal))
        return False
    except users.AddressTaken:
        form.add_error("email", _("This address has just got an account: try again."))
        return False
    except PermissionError as refusal:
        raise PermissionDenied from refusal
    messages.success(request, words)
    return True


@at_desk(Verb.MANAGE_AGENCY)
@sensitive(Sensitive.INVITE_OWNER, when=makes_owner)
def member_change(request: HttpRequest, agency: Agency, pk: int) -> HttpResponse:
    """Another role, or the end of somebody's work for the agency."""
    row = get_object_or_404(_members(request, agency).filter(until__isnull=True), pk=pk)
    form = RoleForm(request.POST or None, initial={"role": row.role})
    if request.method == "POST" and form.is_valid():
        role, by = form.cleaned_data["role"], request.actor  # type: ignore[attr-defined]

        def act() -> None:
            if role == LEAVES:
                agencies.end_membership(row, by=by)
            else:
                agencies.set_role(row, role, by=by)

        if tried(form, act, request, _("Saved; it counts from now on.")):
            return redirect("agencies:people")
    return render(request, "agencies/member.html", {"form": form, "agency": agency, "row": row})


@at_desk(Verb.MANAGE_AGENCY)
@require_safe
def key_list(request: HttpRequest, agency: Agency) -> HttpResponse:
    # By prefix, not by primary key: that holds the hash, and a cursor stands in the address.
    page = keyset(_keys(request, agency), request, ("-created", "-prefix"))
    context = {"page": page, "now": timezone.now()} | _here(agency)
    return render(request, "accounts/keys.html", context)


def _here(agency: Agency) -> dict[str, Any]:
    """What the pages of keys need to stand at the desk of an agency."""
    return {"agency": agency, "shell": "agencies/desk.html", "places": "agencies"}


def _keys(request: HttpRequest, agency: Agency) -> Any:
    visible = ApiKey.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    return visible.filter(agency_id=agency.pk)


@at_desk(Verb.MANAGE_AGENCY)
@sensitive(Sensitive.ISSUE_KEY)
@never_cache
def key_issue(request: HttpRequest, agency: Agency) -> HttpResponse:
    """The answer to the form is the only page that ever shows the key."""
    form = AgencyKeyForm(request.POST or None, initial={"asked_as": uuid4()})
    if request.method == "POST" and form.is_valid():
        if sent_before(request, form.cleaned_data.pop("asked_as")):
            return redirect("agencies:keys")
        by = request.actor  # type: ignore[attr-defined]
        key, secret = keys.issue(platform="", agency_id=agency.pk, by=by, **form.cleaned_data)
        header = f"Authorization: {WORD} {secret}"
        context = {"key": key, "secret": secret, "header": header} | _here(agency)
        return render(request, "accounts/key_issued.html", context)
    return render(request, "accounts/key_issue.html", {"form": form} | _here(agency))


@at_desk(Verb.MANAGE_AGENCY)
def key_revoke(request: HttpRequest, agency: Agency, prefix: str) -> HttpResponse:
    key = get_object_or_404(_keys(request, agency), prefix=prefix)
    if request.method == "POST":
        keys.revoke(key, by=request.actor)  # type: ignore[attr-defined]
        messages.success(request, _("Revoked; the key no longer opens anything."))
        return redirect("agencies:keys")
    return render(request, "accounts/key_revoke.html", {"key": key} | _here(agency))
