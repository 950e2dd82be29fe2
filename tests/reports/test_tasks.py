"""Contested disputes become cases, and a decision on a case decides the dispute."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.permissions import Role
from agencies.actions import disputes
from agencies.models import Binding, Dispute
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.models import Event
from journal.values import CLOCK, NOBODY, Actor, ActorKind
from reports import tasks
from reports.actions import cases, decisions
from reports.models import Case
from tests.factories.agencies import (
    CREATOR,
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.factories.reports import LENA, MO, decided
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def sight() -> Any:
    with seeing(PASS):
        yield


@pytest.fixture
def dispute() -> Dispute:
    """ "I never signed", by who proved control of the account."""
    binding = confirmed(make_claim(make_contract(make_agency(), JAN), make_profile()))
    return disputes.open(binding, by=CREATOR, statement="I never signed.", proven=True)


def answered(dispute: Dispute) -> Dispute:
    members = frozenset({(dispute.binding.agency_id, "editor")})
    editor = Actor(ActorKind.USER, id="7", memberships=members)
    disputes.answer(dispute, "Here is the contract.", by=editor)
    journal.follow_all()
    dispute.refresh_from_db()
    return dispute


def test_dispute_that_the_agency_contests_becomes_one_case(dispute: Dispute) -> None:
    journal.follow_all()
    assert Case.objects.count() == 0
    answered(dispute)
    case = Case.objects.get()
    assert (case.kind, case.dispute, case.profile) == ("dispute", dispute, dispute.profile)
    assert (case.platform, case.act_day) == ("douyin", dispute.from_day)
    tasks.take(list(Event.objects.filter(subject_type="dispute")))
    assert Case.objects.count() == 1


def test_unanswered_dispute_becomes_a_case_when_its_time_is_over(
    dispute: Dispute, time_machine: Any
) -> None:
    assert tasks.take_unanswered() == 0
    time_machine.move_to(dispute.due_at + timedelta(seconds=5))
    assert (tasks.take_unanswered(), tasks.take_unanswered()) == (1, 0)
    assert Case.objects.get().dispute == dispute


def test_case_06_upheld_dispute_voids_the_binding_from_its_start(dispute: Dispute) -> None:
    case = Case.objects.get(dispute=answered(dispute))
    assert case.outcomes == {"no_action", "label_corrected"}
    decision = decided(case, "label_corrected", by=LENA)
    dispute.refresh_from_db()
    binding = Binding.objects.get(pk=dispute.binding_id)
    assert (dispute.status, binding.status) == ("upheld", "void")
    assert (decision.binding, decision.case.status) == (binding, "decided")


def test_rejected_dispute_leaves_the_binding(dispute: Dispute) -> None:
    decided(Case.objects.get(dispute=answered(dispute)), "no_action", by=LENA)
    dispute.refresh_from_db()
    assert (dispute.status, dispute.binding.status) == ("rejected", "confirmed")
    journal.follow_all()
    assert Case.objects.get().status == "decided"


@pytest.mark.parametrize("how", ["withdrawn", "decided"])
def test_case_of_a_dispute_that_ended_elsewhere_is_dropped(dispute: Dispute, how: str) -> None:
    case = Case.objects.get(dispute=answered(dispute))
    cases.claim(case, by=LENA)
    if how == "decided":
        disputes.decide(dispute, upheld=False, reason="Seen the papers.", by=CLOCK)
    else:
        Dispute.objects.filter(pk=dispute.pk).update(
            status="withdrawn", closed_at=timezone.now(), to_day=timezone.localdate()
        )
        journal_entry(dispute)
    journal.follow_all()
    case.refresh_from_db()
    assert (case.status, case.claimed_by) == ("dropped", "")
    with pytest.raises(cases.CaseRefused):
        cases.claim(case, by=LENA)


def journal_entry(dispute: Dispute) -> None:
    journal.record("dispute.withdrawn", dispute, by=CREATOR, audience="parties")  # type: ignore[arg-type]


def test_dispute_ends_only_as_disputes_do(dispute: Dispute) -> None:
    case = Case.objects.get(dispute=answered(dispute))
    with pytest.raises(decisions.DecisionRefused):
        decided(case, "warning", by=LENA)


def test_dispute_is_for_who_may_decide_disputes(dispute: Dispute) -> None:
    case = Case.objects.get(dispute=answered(dispute))
    assert cases.claim_next(by=MO) is None
    with pytest.raises(cases.CaseRefused, match="lead moderator"):
        cases.claim(case, by=MO)
    assert cases.claim_next(by=LENA) == case


def test_dispute_that_was_decided_in_between_becomes_no_case(
    dispute: Dispute, time_machine: Any
) -> None:
    time_machine.move_to(dispute.due_at + timedelta(seconds=5))
    listed = Dispute.objects.get(pk=dispute.pk)  # as the clock read it, a moment ago
    disputes.decide(dispute, upheld=False, reason="Seen the papers.", by=LENA)
    assert cases.open_for_dispute(listed, by=CLOCK) is None
    assert Case.objects.count() == 0


@pytest.fixture
def objections(dispute: Dispute) -> list[Dispute]:
    """What three people say against the binding, none with proof, before who has proof does."""
    return [
        disputes.open(dispute.binding, by=NOBODY, statement=f"Witness {number}", proven=False)
        for number in range(3)
    ]


def test_all_that_is_said_against_a_binding_is_one_case(
    dispute: Dispute, objections: list[Dispute], time_machine: Any
) -> None:
    answered(objections[0])
    case = Case.objects.get()
    assert case.dispute == objections[0]
    time_machine.move_to(max(each.due_at for each in objections) + timedelta(seconds=5))
    assert (tasks.take_unanswered(), Case.objects.count()) == (0, 1)
    client = signed_in(make_person("Lena", Role.LEAD_MODERATOR))
    page = client.get(f"/moderation/cases/{case.public_id}/").content.decode()
    said = ["Witness 0", "Witness 1", "Witness 2", "I never signed."]
    assert [text for text in said if text not in page] == []
    decided(case, "no_action", by=LENA)
    assert set(Dispute.objects.values_list("status", flat=True)) == {"rejected"}
    journal.follow_all()
    assert (tasks.take_unanswered(), Case.objects.count()) == (0, 1)


def test_objections_left_unanswered_are_one_case_and_go_on_without_the_first(
    objections: list[Dispute], time_machine: Any
) -> None:
    Dispute.objects.filter(proven=True).update(
        status="withdrawn", closed_at=timezone.now(), to_day=timezone.localdate()
    )
    time_machine.move_to(max(each.due_at for each in objections) + timedelta(seconds=5))
    assert (tasks.take_unanswered(), tasks.take_unanswered()) == (1, 0)
    first = Case.objects.get()
    assert first.dispute is not None
    disputes.decide(first.dispute, upheld=False, reason="Seen the papers.", by=LENA)
    journal.follow_all()
    states = Case.objects.order_by("pk").values_list("status", flat=True)
    assert list(states) == ["dropped", "open"]
    decided(Case.objects.get(status="open"), "label_corrected", by=LENA)
    ends = Dispute.objects.filter(proven=False).order_by("status")
    assert list(ends.values_list("status", flat=True)) == ["rejected", "upheld", "upheld"]
