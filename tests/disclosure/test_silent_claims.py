"""What agencies claim, and what is contested without a proof, changes nothing for the public."""

import re
from datetime import date
from itertools import product

import pytest
from django.test import Client
from django.utils import timezone

from agencies.actions import bindings, disputes
from agencies.models import Binding, Contract, Dispute
from influencers.models import Profile
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.values import CLOCK, Actor, ActorKind
from tests.disclosure.labels import account
from tests.factories.agencies import confirmed, make_agency, make_claim, make_contract

pytestmark = pytest.mark.django_db(transaction=True)

JAN = date(2026, 1, 1)
SOMEBODY = Actor(ActorKind.USER, id="1", name="somebody")


def public_bytes(client: Client, profiles: list[Profile]) -> dict[str, bytes]:
    """Every public page and answer that speaks of the accounts or their agencies."""
    addresses = ["/", "/?q=id", "/?state=managed", "/agencies/", "/agencies/public-culture/"]
    addresses += [
        "/api/v1/profiles",
        "/api/v1/profiles?state=managed",
        "/api/v1/coverage",
        "/api/v1/changes",
        "/api/v1/changes?limit=1",
        "/api/v1/agencies",
    ]
    for profile in profiles:
        name = f"{profile.platform.code}/{profile.external_id}"
        addresses += [
            f"/profiles/{name}/",
            f"/profiles/{name}/?on=2026-03-01",
            f"/p/{profile.public_id}/history/",
            f"/api/v1/labels/{name}",
            f"/api/v1/labels/{name}?on=2026-03-01",
        ]
    answers = {address: client.get(address) for address in addresses}
    assert {address: answer.status_code for address, answer in answers.items()} == dict.fromkeys(
        addresses, 200
    )
    return {address: stable(answer.content) for address, answer in answers.items()}


def stable(page: bytes) -> bytes:
    """Without the tokens of forms, which differ on each page."""
    return re.sub(rb"[A-Za-z0-9]{64}", b"token", page)


def claim_and_contest(held: list[Binding], rivals: list[Contract], profiles: list[Profile]) -> None:
    """A claim of each rival on each account and as many disputes: the first hundred of both by the
    actions, with all that they tell the journal, the others straight into the tables."""
    pairs = list(product(rivals, profiles))
    for number, (contract, profile) in enumerate(pairs[:100]):
        bindings.claim(contract, profile, during=contract.during, by=CLOCK)
        disputes.open(held[number % 2], by=SOMEBODY, statement=f"not mine, {number}", proven=False)
    Binding.objects.bulk_create(
        Binding(
            contract=contract,
            agency_id=contract.agency_id,
            profile=profile,
            during=contract.during,
        )
        for contract, profile in pairs[100:]
    )
    Dispute.objects.bulk_create(
        Dispute(
            binding=held[number % 2],
            profile=profiles[number % 2],
            from_day=JAN,
            due_at=timezone.now(),
        )
        for number in range(len(pairs) - 100)
    )


def test_a_thousand_claims_and_unproven_disputes_change_no_byte(client: Client) -> None:
    profiles = [account(f"id{n}", tier=3, display_name=f"id {n}") for n in range(20)]
    public = make_agency("Public")
    held = [confirmed(make_claim(make_contract(public, JAN), profile)) for profile in profiles[:2]]
    rivals = [make_contract(make_agency(f"R{n}"), JAN) for n in range(50)]
    journal.follow_all()
    before = public_bytes(client, profiles[:4])
    with seeing(PASS):
        claim_and_contest(held, rivals, profiles)
        assert Binding.objects.filter(status="claimed").count() == 1000
        assert Dispute.objects.filter(status="open", proven=False).count() == 1000
    journal.follow_all()
    assert public_bytes(client, profiles[:4]) == before


def test_proven_dispute_and_confirmation_do(client: Client) -> None:
    """The same comparison sees what it must see."""
    profile = account("id0", tier=3)
    binding = confirmed(make_claim(make_contract(make_agency("Public"), JAN), profile))
    journal.follow_all()
    before = public_bytes(client, [profile])
    with seeing(PASS):
        disputes.open(binding, by=CLOCK, statement="never", proven=True)
    journal.follow_all()
    after = public_bytes(client, [profile])
    assert b"disputed" in after["/api/v1/labels/douyin/id0"]
    moved = {address for address in before if before[address] != after[address]}
    assert {"/", "/profiles/douyin/id0/", "/api/v1/profiles", "/api/v1/changes"} <= moved
