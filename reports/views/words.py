"""What the pages of cases say, in the reader's language."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agencies.models import Agency, Binding, Dispute
from agencies.queries import Manager
from influencers.models import TierScheme
from influencers.views.words import tier_name
from reports.models import BORNE_OUT, Case, Decision, Template
from reports.models.reports import in_language

TOLD = (Decision.Outcome.WARNING, Decision.Outcome.LABEL_CORRECTED)  # the account hears of these


def floors() -> dict[int, list[int]]:
    """The floors of the current tiers, by platform."""
    return {s.platform_id: s.floors for s in TierScheme.objects.filter(current=True)}


def tier(case: Case, known: dict[int, list[int]]) -> str:
    """How far the account reaches, "" for what is no account."""
    if case.profile is None:
        return ""
    return tier_name(case.profile.tier, known.get(case.profile.platform_id, []))


def sources(case: Case) -> str:
    """How many reports from how many sources, as far as these could be told apart."""
    reports = ngettext("%(n)d report", "%(n)d reports", case.report_count) % {
        "n": case.report_count
    }
    several = ngettext("%(n)d source", "%(n)d sources", case.source_count) % {
        "n": case.source_count
    }
    return _("%(reports)s, %(sources)s") % {"reports": reports, "sources": several}


def age(case: Case, at: datetime) -> str:
    days = (timezone.localdate(at) - case.opened_on).days
    return ngettext("%(n)d day old", "%(n)d days old", days) % {"n": days} if days else _("today")


def name(agency: Manager | Agency) -> str:
    """An agency by its name: of the day for who managed then, else of today."""
    return in_language(agency.name_en, agency.name_zh)


def names(agencies: Iterable[Manager | Agency]) -> str:
    return ", ".join(name(each) for each in agencies)


def filled(
    template: Template, case: Case, managers: Sequence[Manager], day: date
) -> dict[str, str]:
    """What a decision begins with: the template's words with the case's facts in them."""
    known = {
        "about": case.about,
        "day": day.isoformat(),
        "category": case.category.name,
        "agency": names(managers) or _("no agency"),
        "reports": str(case.report_count),
    }
    return {
        "outcome": template.outcome,
        "ground": case.category.ground,
        "ground_text": case.category.basis,
        "facts": _put(template.facts, known),
        "explanation": _put(template.explanation, known),
    }


def _put(text: str, known: dict[str, str]) -> str:
    """Only words that are known, and once: a name may hold braces, and is no template."""
    return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], found[0]), text)


def effects_of(
    case: Case, outcome: str, binding: Binding | None, answerable: Sequence[Agency]
) -> list[str]:
    """What becomes of it for whom, before it is decided."""
    effects = []
    if binding is not None and outcome == Decision.Outcome.LABEL_CORRECTED:
        words = {"agency": str(binding.agency), "about": case.about}
        effects.append(
            _(
                "The binding of %(agency)s ends today: after that the page of %(about)s no longer "
                "names it."
            )
            % words
            if case.dispute and case.dispute.wish == Dispute.Wish.END
            else _(
                "The binding of %(agency)s is void from its first day. The page of %(about)s no "
                "longer names %(agency)s for any day; what it said before stays in its history."
            )
            % words
        )
    if outcome in TOLD and case.profile_id:
        effects.append(_("The account is told through its platform, with these reasons."))
    if outcome in BORNE_OUT:
        effects.append(_("A public entry says category, outcome and ground, and names nobody."))
        if answerable:
            effects.append(
                _("The decision is kept with %(agency)s, who managed the account on that day.")
                % {"agency": names(answerable)}
            )
    else:
        effects.append(_("Nothing becomes public."))
    if case.report_count:
        effects.append(
            ngettext(
                "Whoever holds the receipt of the report reads the outcome with these reasons.",
                "Whoever holds a receipt of one of the %(n)d reports reads the outcome with these "
                "reasons.",
                case.report_count,
            )
            % {"n": case.report_count}
        )
    return effects


def time_left(case: Case) -> tuple[date, date]:
    """The last day to decide, and today: what `days_left` compares."""
    return case.due_on, timezone.localdate()
