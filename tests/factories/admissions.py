"""Applications and admissions for tests, made by the actions that people use."""

from collections.abc import Sequence
from typing import Any

from agencies.actions import admissions, applications
from agencies.actions.applications import Handed
from agencies.models import Admission, AdmissionCheck, Agency, Application
from influencers.models import Platform
from journal.actions.context import PASS, seeing
from journal.values import CLOCK, Actor
from tests.factories.agencies import credit_code

PERSON = {"responsible": "Ms Li", "reviewers": 3, "contact_email": "li@example.org"}
WORDS = {"registration": Handed("Licence 1"), "people": Handed("Ms Li, three reviewers")}


def applied(
    *platforms: str, code: str = "", legal_number: str = "", name: str = "Wuyou"
) -> tuple[Application, str]:
    """An application of somebody outside, with its reference."""
    facts: dict[str, Any] = {
        **PERSON,
        "credit_code": code or credit_code(),
        "name_zh": f"{name}文化",
        "name_en": f"{name} Culture",
        "legal_number": legal_number,
    }
    there = list(Platform.objects.filter(code__in=platforms or ["douyin"]))
    return applications.apply(facts, there, WORDS)


def asked_in(agency: Agency, platform: str = "douyin") -> Admission:
    """An admission that waits for its checks."""
    there: Sequence[Platform] = [Platform.objects.get(code=platform)]
    with seeing(PASS):
        (made,) = applications.apply_from_desk(agency, PERSON, there, WORDS, by=CLOCK)
    return made


def checked(admission: Admission, by: Actor = CLOCK, **outcomes: str) -> Admission:
    """All three checks, passed unless `outcomes` says otherwise."""
    with seeing(PASS):
        for kind in AdmissionCheck.Kind.values:
            outcome = outcomes.get(kind, "passed")
            admissions.check(admission, kind, outcome=outcome, note="Seen", by=by)
    admission.refresh_from_db()
    return admission


def admitted(agency: Agency, platform: str = "douyin", by: Actor = CLOCK) -> Admission:
    """An agency that a platform has let in."""
    with seeing(PASS):
        made = admissions.admit(checked(asked_in(agency, platform), by), by=by)
    made.refresh_from_db()
    return made
