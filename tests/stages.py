"""Every act that takes two people, set up up to the moment before it happens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.actions import grants
from accounts.models import Grant, Proposal, User
from accounts.permissions import Role, Sensitive
from accounts.queries import actor_of_user
from agencies.actions import (
    admissions,
    bindings,
    disputes,
    endings,
    establishing,
    upholding,
)
from agencies.models import Admission, Agency, Binding, Dispute
from journal.actions.context import PARTIES, seeing
from journal.values import Actor, ActorKind
from reports.actions import cases, decisions
from reports.models import Case, Decision
from tests.factories.admissions import admitted
from tests.factories.agencies import (
    CREATOR,
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.factories.creators import told
from tests.factories.reports import make_case
from tests.people import make_person

JAN = date(2026, 1, 1)
REFUSED = (PermissionError, grants.GrantRefused, cases.CaseRefused)
Act = Callable[[Actor, Actor | None], Any]


@dataclass
class Stage:
    """One act: who may propose it and who may approve it, what it would change, and every function
    that carries it out (called with `by` and `proposed_by`)."""

    first: User
    second: User
    proposal: Proposal
    state: Callable[[], Any]
    before: Any
    after: Any
    functions: list[Act]


def person(name: str, role: Role) -> User:
    return make_person(name, role)


def granting() -> Stage:
    first, second = person("anna", Role.OPERATOR), person("bert", Role.OPERATOR)
    chosen = make_person("chosen")

    def give(by: Actor, proposed_by: Actor | None) -> Any:
        return grants.grant(chosen, Role.MODERATOR, by=by, proposed_by=proposed_by)

    proposal = grants.propose(
        chosen.email, "", Role.MODERATOR, reason="Needed.", by=actor_of_user(first)
    )
    return Stage(
        *(first, second, proposal),
        lambda: [grant.role for grant in Grant.objects.filter(user=chosen)],
        *([], ["moderator"]),
        [give],
    )


def establishment() -> Stage:
    first, second = person("anna", Role.OPERATOR), person("bert", Role.OPERATOR)
    claim = told(make_claim(make_contract(make_agency(), JAN), make_profile()))

    def confirm(by: Actor, proposed_by: Actor | None) -> Any:
        return bindings.confirm(claim, by=by, basis="documents", proof="x", proposed_by=proposed_by)

    proposal = establishing.propose(claim, documents="Page 3", by=actor_of_user(first))
    return Stage(
        *(first, second, proposal),
        lambda: Binding.objects.values_list("status", "basis").get(pk=claim.pk),
        *(("claimed", ""), ("confirmed", "documents")),
        [confirm],
    )


def contested() -> Dispute:
    binding = confirmed(make_claim(make_contract(make_agency(), JAN), make_profile()))
    dispute = disputes.open(binding, by=CREATOR, statement="Never", proven=True)
    editor = Actor(ActorKind.USER, id="7", memberships=frozenset({(binding.agency_id, "editor")}))
    with seeing(PARTIES, [binding.agency_id]):
        return disputes.answer(dispute, "It is signed.", by=editor)


def dispute() -> Stage:
    first, second = person("anna", Role.LEAD_MODERATOR), person("bert", Role.OPERATOR)
    about = contested()

    def decide(by: Actor, proposed_by: Actor | None) -> Any:
        return disputes.decide(about, upheld=True, reason="x", by=by, proposed_by=proposed_by)

    def void(by: Actor, proposed_by: Actor | None) -> Any:
        return bindings.void(about.binding, by=by, reason="x", proposed_by=proposed_by)

    proposal = upholding.propose(about, reason="Not signed", by=actor_of_user(first))
    return Stage(
        *(first, second, proposal),
        lambda: (
            Binding.objects.get(pk=about.binding_id).status,
            Dispute.objects.get(pk=about.pk).status,
        ),
        *(("confirmed", "answered"), ("void", "upheld")),
        [decide, void],
    )


def case() -> Stage:
    first, second = person("anna", Role.MODERATOR), person("bert", Role.LEAD_MODERATOR)
    profile = make_profile()
    binding = confirmed(make_claim(make_contract(make_agency(), JAN), profile))
    about = make_case(profile, of="wrong-label")
    said: dict[str, Any] = {
        "ground": "law",
        "ground_text": "x",
        "facts": "x",
        "explanation": "x",
        "act_day": JAN,
        "binding": binding,
    }

    def decide(by: Actor, proposed_by: Actor | None) -> Any:
        return decisions.decide(
            about, outcome="label_corrected", by=by, proposed_by=proposed_by, **said
        )

    cases.claim(about, by=actor_of_user(first))
    proposal = decisions.propose(about, by=actor_of_user(first), **said)
    return Stage(
        *(first, second, proposal),
        lambda: (
            Binding.objects.get(pk=binding.pk).status,
            Case.objects.get(pk=about.pk).status,
            Decision.objects.count(),
        ),
        *(("confirmed", "open", 0), ("void", "decided", 1)),
        [decide],
    )


def suspension() -> Stage:
    first, second = person("anna", Role.OPERATOR), person("bert", Role.OPERATOR)
    about = admitted(make_agency())

    def suspend(by: Actor, proposed_by: Actor | None) -> Any:
        return admissions.suspend(about, reason="x", by=by, proposed_by=proposed_by)

    def end(by: Actor, proposed_by: Actor | None) -> Any:
        return admissions.end(about, reason="x", by=by, proposed_by=proposed_by)

    proposal = admissions.propose(about, "suspended", reason="Late", by=actor_of_user(first))
    return Stage(
        *(first, second, proposal),
        lambda: Admission.objects.get(pk=about.pk).status,
        *("admitted", "suspended"),
        [suspend, end],
    )


def ending() -> Stage:
    first, second = person("anna", Role.OPERATOR), person("bert", Role.OPERATOR)
    binding = confirmed(make_claim(make_contract(make_agency(since=JAN), JAN), make_profile()))
    agency, other, day = binding.agency, make_agency("Other"), date(2026, 3, 1)

    def deregister(by: Actor, proposed_by: Actor | None) -> Any:
        return endings.deregister(agency, day=day, by=by, proposed_by=proposed_by)

    def merge(by: Actor, proposed_by: Actor | None) -> Any:
        return endings.merge(agency, other, day=day, by=by, proposed_by=proposed_by)

    proposal = endings.propose(agency, day=day, reason="Register", by=actor_of_user(first))
    return Stage(
        *(first, second, proposal),
        lambda: (
            Agency.objects.get(pk=agency.pk).ending,
            Binding.objects.get(pk=binding.pk).during.upper,
        ),
        *(("", None), ("deregistered", day)),
        [deregister, merge],
    )


STAGES = {
    (Sensitive.GRANT_ROLE, "person"): granting,
    (Sensitive.ESTABLISH_BINDING, "binding"): establishment,
    (Sensitive.VOID_LABEL, "dispute"): dispute,
    (Sensitive.VOID_LABEL, "case"): case,
    (Sensitive.SUSPEND_AGENCY, "admission"): suspension,
    (Sensitive.CLOSE_AGENCY, "agency"): ending,
}
