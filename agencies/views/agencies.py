"""What everybody may read of agencies: which there are, whom they belong to, whom they manage."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import keyset
from accounts.permissions import Verb, may
from agencies.filters.agencies import AgencyFilter, RosterFilter
from agencies.forms.agencies import DayForm
from agencies.models import Agency, Group
from agencies.queries.admissions import admitted_to
from agencies.queries.groups import groups_below, groups_up, owners_of, parts_of_group
from agencies.queries.roster import ORDER, Agencies, held, roster, with_accounts
from agencies.queries.scopes import Scopes
from agencies.views import words

SISTERS = 50  # that a page names; the list of agencies has all of them


@login_not_required
@require_safe
def agency_list(request: HttpRequest) -> HttpResponse:
    """All agencies by their English name."""
    visible = Agency.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    chosen = AgencyFilter(request.GET, visible.select_related("group"))
    counted = with_accounts(chosen.qs, timezone.localdate())
    context = {
        "filter": chosen,
        "page": keyset(counted, request, ("name_en", "pk")),
        "may_register": may(request.actor, Verb.REGISTER_AGENCIES),  # type: ignore[attr-defined]
    }
    return render(request, "agencies/agencies.html", context)


@login_not_required
@require_safe
def agency_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One agency: its names, its group, the accounts that it manages, now or on a day."""
    visible = Agency.objects.visible_to(request.actor).select_related("successor")  # type: ignore[attr-defined]
    agency = get_object_or_404(visible, slug=slug)
    day = DayForm(request.GET).day
    owner, *above = owners_of(agency, day) or [None]
    sisters = parts_of_group([owner.pk], day).exclude(pk=agency.pk) if owner else None
    named, more = _named(sisters.order_by("name_en")) if sisters is not None else ([], False)
    context = {
        "agency": agency,
        "owner": owner,
        "owners": above,
        "admissions": admitted_to([agency]).get(agency.pk, []),
        "predecessors": agency.predecessors.order_by("ended_on"),
        "names": agency.names.order_by("-during"),
        "sisters": named,
        "more": more,
        "may_register": may(request.actor, Verb.REGISTER_AGENCIES),  # type: ignore[attr-defined]
        **_roster(request, [agency]),
    }
    return render(request, "agencies/agency.html", context)


@login_not_required
@require_safe
def group_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One group: its agencies, and everything that they manage in one list, now or on a day. What
    belongs to groups below it counts as its own."""
    group = get_object_or_404(Group, slug=slug)
    day = DayForm(request.GET).day
    _self, *above = groups_up(group, day)
    below = groups_below(group, day)
    members = parts_of_group([group.pk, *[each.pk for each in below]], day)
    named, more = _named(with_accounts(members.order_by("name_en"), day))
    context = {
        "group": group,
        "owners": above,
        "parts": below,
        "may_close": may(request.actor, Verb.CLOSE_AGENCIES),  # type: ignore[attr-defined]
        "agencies": named,
        "more": more,
        **_roster(request, members),
    }
    return render(request, "agencies/group.html", context)


def _named(agencies: QuerySet[Agency, Any]) -> tuple[list[Agency], bool]:
    """Those that a page names, and whether there are more."""
    found = list(agencies[: SISTERS + 1])
    return found[:SISTERS], len(found) > SISTERS


def _roster(request: HttpRequest, agencies: Agencies) -> dict[str, Any]:
    form = DayForm(request.GET)
    day = form.day
    chosen = RosterFilter(request.GET, roster(agencies, day))
    page = keyset(chosen.qs, request, ORDER)
    return {
        "as_of": form,
        "day": day,
        "today": timezone.localdate(),
        "filter": chosen,
        "page": page,
        "rows": words.roster_rows(page.items, held(agencies, page.items, day), Scopes.known()),
    }
