"""How admissions stand: their checks, what agencies handed in, what is late."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from agencies.models import Admission, AdmissionCheck, Agency, Evidence, Filing
from journal.values import Actor


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One of the three checks: what was handed in for it, what this round found, and what earlier
    rounds did."""

    kind: str
    label: str
    evidence: list[Evidence]
    now: AdmissionCheck | None
    before: list[AdmissionCheck]


def with_checks(admissions: QuerySet[Admission, Any]) -> QuerySet[Any, Any]:
    """Adds `found`: what this round's checks say so far, as a list of {kind, outcome}."""
    checks = AdmissionCheck.objects.filter(admission=OuterRef("pk"), round=OuterRef("round"))
    said = checks.order_by("kind").values(json=JSONObject(kind="kind", outcome="outcome"))
    return admissions.annotate(found=ArraySubquery(said))


def check_rows(admission: Admission, actor: Actor) -> list[CheckRow]:
    """The three checks of an admission. Two queries."""
    handed = Evidence.objects.visible_to(actor).select_related("file")
    evidence = list(handed.filter(application=admission.application_id).order_by("pk"))
    checks = AdmissionCheck.objects.visible_to(actor).filter(admission=admission)
    found = list(checks.order_by("-round"))
    return [
        CheckRow(
            kind,
            str(label),
            [each for each in evidence if each.kind == kind],
            next((c for c in found if c.kind == kind and c.round == admission.round), None),
            [c for c in found if c.kind == kind and c.round < admission.round],
        )
        for kind, label in AdmissionCheck.Kind.choices
    ]


def overdue(actor: Actor, today: date) -> int:
    """How many filings of the actor's platforms are late. One query."""
    return Filing.objects.visible_to(actor).overdue(today).count()


def admitted_to(agencies: Iterable[Agency]) -> dict[int, list[Admission]]:
    """By agency, the admissions in force, by platform. One query."""
    rows = Admission.objects.in_force().filter(agency__in=[each.pk for each in agencies])
    found: dict[int, list[Admission]] = {}
    for row in rows.select_related("platform").order_by("platform__sort_order", "pk"):
        found.setdefault(row.agency_id, []).append(row)
    return found
