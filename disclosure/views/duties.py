"""Duties: who was asked, who has answered, who is late."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.doors import keyset, require
from accounts.models import Notice
from accounts.permissions import Verb, may
from disclosure.actions import duties
from disclosure.filters.duties import DutyFilter
from disclosure.forms import WaiveForm
from disclosure.models import Duty
from disclosure.views.happened import timeline
from influencers.models import TierScheme
from influencers.views.words import tier_name
from journal.models import Event

# The most urgent first, where the list is of open ones; else the newest.
URGENT, NEWEST = ("due", "pk"), ("-pk",)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list."""

    duty: Duty
    tier: str
    state: str  # a word of STATE_TAGS["duty"]


@require(Verb.SEE_DUTIES)
@require_safe
def duty_list(request: HttpRequest) -> HttpResponse:
    visible = Duty.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    chosen = DutyFilter(request.GET, visible.select_related("profile__platform", "rule"))
    order = URGENT if request.GET.get("state") in ("open", "overdue") else NEWEST
    page = keyset(chosen.qs, request, order, size=50)
    context = {"filter": chosen, "page": page, "rows": _rows(page.items)}
    return render(request, "disclosure/duties.html", context)


def _rows(found: list[Duty]) -> list[Row]:
    now = timezone.now()
    current = TierScheme.objects.filter(current=True)
    floors = {scheme.platform_id: scheme.floors for scheme in current}
    return [
        Row(
            duty,
            tier_name(duty.profile.tier, floors.get(duty.profile.platform_id, [])),
            duty.state_on(duty.profile.platform.today(now)),
        )
        for duty in found
    ]


@require(Verb.SEE_DUTIES)
@require_safe
def duty_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One duty: the days that matter, what the account was told, what happened."""
    actor = request.actor  # type: ignore[attr-defined]
    duty = _duty(request, pk)
    notices = Notice.objects.filter(subject_type="duty", subject_id=str(pk))
    visible = Event.objects.visible_to(actor, profile_id=duty.profile_id)
    events = visible.filter(subject_type="duty", subject_id=str(pk))
    context = {
        "duty": duty,
        "row": _rows([duty])[0],
        "notices": [_told(notice) for notice in notices.order_by("pk")],
        "timeline": timeline(events.order_by("pk")[:100]),
        "may_waive": duty.status == Duty.Status.OPEN and may(actor, Verb.WAIVE_DUTIES),
        "today": duty.profile.platform.today(timezone.now()),
    }
    return render(request, "disclosure/duty.html", context)


def _told(notice: Notice) -> dict[str, Any]:
    return {
        "english": notice.body["en"],
        "chinese": notice.body["zh-Hans"],
        "created_at": notice.created_at,
        "delivered_at": notice.delivered_at,
    }


@require(Verb.WAIVE_DUTIES)
def duty_waive(request: HttpRequest, pk: int) -> HttpResponse:
    duty = _duty(request, pk)
    form = WaiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            duties.waive(duty, reason=form.cleaned_data["reason"], by=request.actor)  # type: ignore[attr-defined]
            messages.success(request, _("Waived. This duty does not open again by itself."))
        except duties.DutyRefused as refusal:
            messages.error(request, str(refusal))
        except PermissionError as error:
            raise PermissionDenied from error
        return redirect("disclosure:duty", pk=pk)
    return render(request, "disclosure/duty_waive.html", {"form": form, "duty": duty})


def _duty(request: HttpRequest, pk: int) -> Duty:
    visible = Duty.objects.visible_to(request.actor)  # type: ignore[attr-defined]
    return get_object_or_404(visible.select_related("profile__platform", "rule"), pk=pk)
