"""The home of those who work for an agency."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.permissions import Verb, may
from accounts.templatetags.house import followers
from agencies.models import Agency
from agencies.views.desk import at_desk
from dashboards.queries.desk import OwnAccounts, open_reviews, own_accounts, to_do, uncovered

SHOWN = 5


@at_desk(Verb.SEE_DESK)
@require_safe
def home(request: HttpRequest, agency: Agency) -> HttpResponse:
    """What waits for the agency, how far its reviews are, and what it manages."""
    actor, today = request.actor, timezone.localdate()  # type: ignore[attr-defined]
    own = own_accounts(agency, today)
    context = {
        "agency": agency,
        "today": today,
        "reviews": open_reviews(agency),
        "to_do": to_do(agency, today),
        "uncovered": uncovered(agency, today)[:SHOWN],
        "own": own,
        "tiers": _chart(own),
        "may_edit": may(actor, Verb.EDIT_CONTRACTS, agency=agency.pk),
    }
    return render(request, "dashboards/portal.html", context)


def _chart(own: OwnAccounts) -> dict[str, Any]:
    return {
        "kind": "bar",
        "x": [_tier(floor) for floor, _ in own.tiers],
        "series": [{"name": _("accounts"), "data": [n for _, n in own.tiers], "tone": "managed"}],
        "unit": "",
    }


def _tier(floor: int | None) -> str:
    if floor is None:
        return _("not known")
    return (
        _("from %(floor)s") % {"floor": followers(floor)} if floor else _("below the lowest tier")
    )
