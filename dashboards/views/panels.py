"""Panels over the tallies: each with its finding, its picture, its table and its file."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.doors import require
from accounts.permissions import Verb
from accounts.templatetags.house import followers
from dashboards.exports import coverage_csv
from dashboards.filters import CoverageFilter
from dashboards.models import Tally
from dashboards.queries import (
    STATES,
    CoverageRow,
    Headline,
    by_tier,
    coverage,
    duty_trend,
    headline,
    headline_before,
    latest_imports,
    runs_under_way,
    within,
)
from dashboards.queries.desk import staff_work
from influencers.models import Platform
from journal.values import Actor

A_MONTH = timedelta(days=30)

STATE_NAMES = {
    "managed": gettext_lazy("managed by an agency"),
    "independent": gettext_lazy("independent"),
    "unanswered": gettext_lazy("has an open duty"),
    "undisclosed": gettext_lazy("has not answered yet"),
    "disputed": gettext_lazy("disputed"),
    "none": gettext_lazy("nothing to disclose"),
}

# The style sheet's colours of series, where a state has none of its own name.
TONES = {"unanswered": "6", "open": "managed", "met": "independent", "overdue": "disputed"}


def state_names() -> dict[str, str]:
    """The words for the states of a coverage row, in the language of the page."""
    return {state: str(STATE_NAMES[state]) for state in STATES}


def tier_name(row: CoverageRow) -> str:
    if row.tier_floor is None:
        return _("not known")
    if row.tier_floor == 0:
        return _("below the lowest tier")
    return _("from %(floor)s") % {"floor": followers(row.tier_floor)}


def tier_chart(rows: list[CoverageRow]) -> dict[str, Any]:
    """Shares of the states per tier, for the stacked bars."""
    names = state_names()
    shown = [row for row in rows if row.profiles]
    return {
        "kind": "stacked",
        "x": [tier_name(row) for row in shown],
        "series": [
            {
                "name": names[state],
                "data": [getattr(row, state) for row in shown],
                "tone": TONES.get(state, state),
            }
            for state in STATES
        ],
        "unit": "",
    }


def trend_chart(actor: Actor) -> dict[str, Any] | None:
    days = duty_trend(actor)
    if not days:
        return None
    return {
        "kind": "line",
        "x": [day.day.isoformat() for day in days],
        "series": [
            {"name": _("open"), "data": [day.open for day in days], "tone": TONES["open"]},
            {"name": _("met"), "data": [day.met for day in days], "tone": TONES["met"]},
            {
                "name": _("overdue"),
                "data": [day.overdue for day in days],
                "tone": TONES["overdue"],
            },
        ],
        "unit": "",
    }


def finding(head: Headline) -> str:
    """The headline as a sentence: what is managed at least, and at most could be."""
    words = {
        "all": head.accounts,
        "least": number_format(head.at_least, 1),
        "most": number_format(head.at_most, 1),
    }
    if head.managed == head.possible:
        text = ngettext(
            "Of %(all)d account above 10 million followers, %(least)s %% are managed by an agency.",
            "Of %(all)d accounts above 10 million followers,"
            " %(least)s %% are managed by an agency.",
            head.accounts,
        )
    else:
        text = ngettext(
            "Of %(all)d account above 10 million followers, at least %(least)s %% and at most"
            " %(most)s %% are managed by an agency.",
            "Of %(all)d accounts above 10 million followers, at least %(least)s %% and at most"
            " %(most)s %% are managed by an agency.",
            head.accounts,
        )
    return text % words


def moved(head: Headline, before: Headline | None) -> str:
    """How the share moved since the last month, in words; empty where it is not known."""
    if before is None:
        return ""
    points: Decimal = head.at_least - before.at_least
    words = {"points": number_format(abs(points), 1)}
    if points > 0:
        return _("▲ %(points)s points more than a month ago") % words
    if points < 0:
        return _("▼ %(points)s points less than a month ago") % words
    return _("the same share as a month ago")


def _tallies(request: HttpRequest) -> Any:
    return within(Tally.objects.all(), request.actor)  # type: ignore[attr-defined]


def _moved(head: Headline, actor: Actor) -> str:
    return moved(head, headline_before(timezone.localdate() - A_MONTH, actor))


@require(Verb.SEE_DASHBOARDS)
def overview(request: HttpRequest) -> HttpResponse:
    """The first page of regulators and operators."""
    actor = request.actor  # type: ignore[attr-defined]
    found = coverage(_tallies(request))
    tiers = by_tier(found.rows)
    head = headline(tiers)
    return render(
        request,
        "dashboards/overview.html",
        {
            "coverage": found,
            "total": found.total,
            "head": head,
            "finding": finding(head) if head else "",
            "moved": _moved(head, actor) if head else "",
            "work": staff_work(actor, timezone.now()),
            "tiers": tier_chart(tiers),
            "trend": trend_chart(actor),
            "imports": latest_imports(actor),
            "under_way": runs_under_way(actor),
        },
    )


@require(Verb.SEE_DASHBOARDS)
def coverage_page(request: HttpRequest) -> HttpResponse:
    """Coverage per platform and tier."""
    chosen = CoverageFilter(request.GET, _tallies(request))
    found = coverage(chosen.qs if chosen.is_valid() else Tally.objects.none())
    names = {platform.code: platform.name for platform in Platform.objects.all()}
    rows = [
        (row, names[row.platform], tier_name(row), [getattr(row, state) for state in STATES])
        for row in found.rows
    ]
    return render(
        request,
        "dashboards/coverage.html",
        {
            "filter": chosen,
            "coverage": found,
            "rows": rows,
            "total": found.total,
            "states": state_names().values(),
            "tiers": tier_chart(by_tier(found.rows)),
            "query": request.GET.urlencode(),
        },
    )


@require(Verb.SEE_DASHBOARDS)
def coverage_file(request: HttpRequest) -> HttpResponse:
    """The same rows as CSV."""
    chosen = CoverageFilter(request.GET, _tallies(request))
    if not chosen.is_valid():  # an empty file would say that there are no such accounts
        raise BadRequest(str(chosen.errors.as_json()))
    found = coverage(chosen.qs)
    response = HttpResponse(coverage_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="coverage.csv"'
    return response
