"""Claims that the account never answered: two people, two delivered messages, one week."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.actions import proposals
from accounts.actions.proposals import ProposalRefused
from accounts.models import Notice, Proposal, User
from accounts.permissions import Role
from accounts.queries import actor_of_user
from agencies.actions import bindings, establishing
from agencies.actions.establishing import EstablishingRefused
from agencies.models import Binding
from journal.actions.context import PARTIES, PASS, PUBLIC, STAFF, seeing
from journal.values import CLOCK, Actor, ActorKind
from tests.factories.agencies import (
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)
from tests.factories.creators import told
from tests.people import make_person

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)


def operator(number: int, **more: object) -> Actor:
    """One of several operators; `more` is how the door sees it otherwise."""
    email = f"operator{number}@example.org"
    user = User.objects.filter(email=email).first() or make_person(
        f"operator{number}", Role.OPERATOR
    )
    return replace(actor_of_user(user), **more)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def sight():
    with seeing(STAFF):
        yield


@pytest.fixture
def claim() -> Binding:
    return told(make_claim(make_contract(make_agency(), JAN), make_profile()))


def test_two_people_establish_what_was_never_answered(claim: Binding) -> None:
    proposal = establishing.propose(claim, documents="Contract, page 3", by=operator(1))
    with pytest.raises(ProposalRefused, match="yourself"):
        proposals.approve(proposal, by=operator(1))
    proposals.approve(proposal, by=operator(2))
    claim.refresh_from_db()
    assert (claim.status, claim.basis) == ("confirmed", "documents")
    assert claim.proof == f"proposal:{proposal.pk}"


def test_second_person_says_no(claim: Binding) -> None:
    proposal = establishing.propose(claim, documents="A photograph", by=operator(1))
    proposal = proposals.reject(proposal, note="Not signed", by=operator(2))
    claim.refresh_from_db()
    assert (proposal.status, claim.status) == ("rejected", "claimed")
    with pytest.raises(ProposalRefused, match="before"):
        proposals.approve(proposal, by=operator(2))
    assert establishing.propose(claim, documents="The contract", by=operator(1)).pk


@pytest.mark.parametrize(("times", "days_ago"), [(0, 8), (1, 8), (2, 6)])
def test_account_must_have_been_told_and_had_time(times: int, days_ago: int) -> None:
    claim = told(make_claim(make_contract(make_agency(), JAN), make_profile()), times, days_ago)
    with pytest.raises(EstablishingRefused, match="twice"):
        establishing.propose(claim, documents="…", by=operator(1))


def test_message_that_was_not_delivered_does_not_count(claim: Binding) -> None:
    Notice.objects.filter(pk=Notice.objects.first().pk).update(  # type: ignore[union-attr]
        delivered_at=None, acknowledged_by=""
    )
    with pytest.raises(EstablishingRefused, match="twice"):
        establishing.propose(claim, documents="…", by=operator(1))


def test_answer_in_the_meantime_counts_more(claim: Binding) -> None:
    proposal = establishing.propose(claim, documents="…", by=operator(1))
    with seeing(PASS):
        Binding.objects.filter(pk=claim.pk).update(status="refused")
    with pytest.raises(ProposalRefused, match="wait"):
        proposals.approve(proposal, by=operator(2))


def test_documents_are_for_the_claim_that_was_read(claim: Binding) -> None:
    """An agency lets a modest claim be proposed, and then puts what it wants in its place."""
    proposal = establishing.propose(claim, documents="…", by=operator(1))
    with seeing(PASS):
        bindings.amend(claim, during=DateRange(date(2026, 2, 1), None), by=CLOCK)
    with pytest.raises(ProposalRefused, match="changed"):
        proposals.approve(proposal, by=operator(2))
    claim.refresh_from_db()
    assert claim.status == "claimed"
    assert proposals.reject(proposal, note="It is another claim", by=operator(2)).pk
    with pytest.raises(EstablishingRefused, match="twice"):  # of this claim it was told not once
        establishing.propose(claim, documents="…", by=operator(1))


def test_documents_do_not_beat_another_binding(claim: Binding) -> None:
    proposal = establishing.propose(claim, documents="…", by=operator(1))
    confirmed(make_claim(make_contract(make_agency("Rival"), JAN), claim.profile))
    with pytest.raises(ProposalRefused, match="bound exclusively"):
        proposals.approve(proposal, by=operator(2))


def test_who_may_establish(claim: Binding) -> None:
    lead = Actor(ActorKind.USER, id="5", roles=frozenset({Role.LEAD_MODERATOR.value}))
    members = frozenset({(claim.agency_id, "viewer")})
    for who in (
        lead,
        operator(3, platforms=frozenset({"weibo"})),
        operator(4, memberships=members),
        Actor(ActorKind.USER, id="6", memberships=frozenset({(claim.agency_id, "owner")})),
    ):
        with pytest.raises(PermissionError):
            establishing.propose(claim, documents="…", by=who)
    proposal = establishing.propose(claim, documents="…", by=operator(1))
    with pytest.raises(PermissionError):
        proposals.approve(proposal, by=operator(4, memberships=members))
    with pytest.raises(EstablishingRefused, match="already"):
        establishing.propose(claim, documents="…", by=operator(2))


def test_database_wants_two_people_and_shows_it_to_staff_only(claim: Binding) -> None:
    proposal = establishing.propose(claim, documents="…", by=operator(1))
    with pytest.raises(DatabaseError, match="proposal_by_two"), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(
            status="approved", decided_by=proposal.proposed_by, decided_at=timezone.now()
        )
    with seeing(PARTIES, [claim.agency_id], [claim.profile_id]):
        assert Proposal.objects.count() == 0
    with seeing(PUBLIC):
        assert Proposal.objects.count() == 0
