"""Panels over the tallies: each with its finding, its picture, its table and its file."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
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
    by_tier,
    coverage,
    duty_trend,
    latest_imports,
    runs_under_way,
)
from influencers.models import Platform

HEADLINE_FLOOR = 10_000_000  # the step of the regulator's own statistic

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


def trend_chart() -> dict[str, Any] | None:
    days = duty_trend()
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


def finding(head: CoverageRow) -> str:
    """The headline as a sentence: what is answered at least, and at most could be."""
    known = head.managed + head.independent
    return ngettext(
        "Of %(all)d account above 10 million followers, %(known)d says who stands behind it.",
        "Of %(all)d accounts above 10 million followers, %(known)d say who stands behind them.",
        head.profiles,
    ) % {"all": head.profiles, "known": known}


@require(Verb.SEE_DASHBOARDS)
def overview(request: HttpRequest) -> HttpResponse:
    """The first page of regulators and operators."""
    found = coverage()
    tiers = by_tier(found.rows)
    head = next((row for row in tiers if row.tier_floor == HEADLINE_FLOOR), None)
    return render(
        request,
        "dashboards/overview.html",
        {
            "coverage": found,
            "total": found.total,
            "head": head,
            "finding": finding(head) if head else "",
            "tiers": tier_chart(tiers),
            "trend": trend_chart(),
            "imports": latest_imports(),
            "under_way": runs_under_way(),
        },
    )


@require(Verb.SEE_DASHBOARDS)
def coverage_page(request: HttpRequest) -> HttpResponse:
    """Coverage per platform and tier."""
    chosen = CoverageFilter(request.GET, Tally.objects.all())
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
    chosen = CoverageFilter(request.GET, Tally.objects.all())
    found = coverage(chosen.qs if chosen.is_valid() else Tally.objects.none())
    response = HttpResponse(coverage_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="coverage.csv"'
    return response
