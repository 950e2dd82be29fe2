"""Agencies that are no more, and groups that belong to groups. Staff without limits."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.doors import require, sensitive
from accounts.permissions import Sensitive, Verb
from agencies.actions import endings, groups
from agencies.forms.endings import EndingForm, OwnerForm
from agencies.models import Agency, Group
from agencies.views.people import tried


@require(Verb.CLOSE_AGENCIES)
@sensitive(Sensitive.CLOSE_AGENCY)
def end_agency(request: HttpRequest, slug: str) -> HttpResponse:
    """A merger or a deregistration: proposed here, decided by a second person."""
    by = request.actor  # type: ignore[attr-defined]
    agency = get_object_or_404(Agency.objects.kept_by(by), slug=slug)
    form = EndingForm(request.POST or None, initial={"day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            made = endings.propose(agency, by=by, **form.cleaned_data)
            messages.success(request, _("Proposed. Another operator decides."))
            return redirect("accounts:approval", pk=made.pk)
        except endings.EndingRefused as refusal:
            form.add_error(None, str(refusal))
        except PermissionError as refusal:
            raise PermissionDenied from refusal
    title, submit = _("Merger or deregistration"), _("Propose")
    context = {"agency": agency, "form": form, "title": title, "submit": submit}
    return render(request, "agencies/record_form.html", context)


@require(Verb.CLOSE_AGENCIES)
def set_owner(request: HttpRequest, slug: str) -> HttpResponse:
    """To which group a group belongs, from a day on."""
    by = request.actor  # type: ignore[attr-defined]
    group = get_object_or_404(Group, slug=slug)
    form = OwnerForm(request.POST or None, initial={"since": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = form.cleaned_data

        def act() -> None:
            groups.set_owner(group, said["group"], since=said["since"], by=by)

        if tried(form, act, request, _("Saved.")):
            return redirect("agencies:group", slug=slug)
    return render(request, "agencies/group_owner.html", {"group": group, "form": form})
