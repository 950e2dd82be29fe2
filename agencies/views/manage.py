"""Agencies as operators keep them: registering, names, groups, the people who begin there."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.doors import keyset, require, sensitive
from accounts.permissions import Sensitive, Verb, may
from agencies.actions import agencies, groups
from agencies.filters.agencies import AgencyFilter
from agencies.forms.agencies import GroupForm, NameForm, RegisterForm, RenameForm
from agencies.forms.people import MemberForm
from agencies.models import Agency, AgencyName, Membership
from agencies.queries.roster import with_accounts
from agencies.views import words
from agencies.views.people import added, makes_owner, tried
from journal.models import Event

IN_JOURNAL = 50


def _agency(request: HttpRequest, slug: str) -> Agency:
    visible = Agency.objects.kept_by(request.actor)  # type: ignore[attr-defined]
    return get_object_or_404(visible.select_related("group", "successor"), slug=slug)


@require(Verb.REGISTER_AGENCIES)
@require_safe
def agency_list(request: HttpRequest) -> HttpResponse:
    """All agencies that the actor's grant reaches, newest first."""
    visible = Agency.objects.kept_by(request.actor)  # type: ignore[attr-defined]
    chosen = AgencyFilter(request.GET, visible.select_related("group"))
    counted = with_accounts(chosen.qs, timezone.localdate())
    context = {"filter": chosen, "page": keyset(counted, request, ("-pk",))}
    return render(request, "agencies/manage.html", context)


@require(Verb.REGISTER_AGENCIES)
def register(request: HttpRequest) -> HttpResponse:
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by, made = request.actor, list[Agency]()  # type: ignore[attr-defined]

        def act() -> None:
            made.append(agencies.register(by=by, **form.cleaned_data))

        if tried(form, act, request, _("Registered. Add the first owner.")):
            return redirect("agencies:member_first", slug=made[0].slug)
    return render(request, "agencies/register.html", {"form": form})


@require(Verb.REGISTER_AGENCIES)
@require_safe
def record(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that is kept of one agency."""
    agency, actor = _agency(request, slug), request.actor  # type: ignore[attr-defined]
    members = Membership.objects.visible_to(actor).filter(agency=agency).select_related("user")
    events = Event.objects.visible_to(actor).filter(
        subject_type="agency", subject_id=str(agency.pk)
    )
    context = {
        "agency": agency,
        "names": agency.names.order_by("-during"),
        "owners": agency.ownerships.filter(during__isempty=False)
        .select_related("group")
        .order_by("-during"),
        "predecessors": agency.predecessors.order_by("ended_on"),
        "may_close": may(actor, Verb.CLOSE_AGENCIES),
        "members": members.order_by("-pk"),
        "today": timezone.localdate(),
        "timeline": words.timeline(events.order_by("-pk")[:IN_JOURNAL]),
    }
    return render(request, "agencies/record.html", context)


@require(Verb.REGISTER_AGENCIES)
def rename(request: HttpRequest, slug: str) -> HttpResponse:
    agency, by = _agency(request, slug), request.actor  # type: ignore[attr-defined]
    form = RenameForm(agency, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if tried(form, lambda: agencies.rename(agency, by=by, **said), request, _("Renamed.")):
            return redirect("agencies:record", slug=slug)
    return _page(request, agency, form, _("Rename"))


@require(Verb.REGISTER_AGENCIES)
def correct_name(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The name of certain days was taken down wrongly."""
    agency, by = _agency(request, slug), request.actor  # type: ignore[attr-defined]
    row = get_object_or_404(AgencyName, pk=pk, agency=agency)
    form = NameForm(row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        if tried(form, lambda: agencies.correct_name(row, by=by, **said), request, _("Saved.")):
            return redirect("agencies:record", slug=slug)
    return _page(request, agency, form, _("Correct a name"))


@require(Verb.REGISTER_AGENCIES)
def set_group(request: HttpRequest, slug: str) -> HttpResponse:
    agency, by = _agency(request, slug), request.actor  # type: ignore[attr-defined]
    now = {"group": agency.group, "since": timezone.localdate()}
    form = GroupForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def act() -> None:
            group = said["group"]
            if said["name_zh"]:
                group = groups.make_group(said["name_zh"], said["name_en"], by=by)
            groups.set_group(agency, group, since=said["since"], by=by)

        if tried(form, act, request, _("Saved.")):
            return redirect("agencies:record", slug=slug)
    return _page(request, agency, form, _("Group"))


@require(Verb.REGISTER_AGENCIES)
@sensitive(Sensitive.INVITE_OWNER, when=makes_owner)
def member_first(request: HttpRequest, slug: str) -> HttpResponse:
    """Somebody with whom the agency begins; its owners add the others themselves."""
    agency = _agency(request, slug)
    form = MemberForm(request.POST or None, initial={"role": Membership.Role.OWNER})
    if request.method == "POST" and form.is_valid() and added(request, agency, form):
        return redirect("agencies:record", slug=slug)
    return _page(request, agency, form, _("Add a member"))


def _page(request: HttpRequest, agency: Agency, form: Any, title: str) -> HttpResponse:
    context = {"agency": agency, "form": form, "title": title}
    return render(request, "agencies/record_form.html", context)
