"""Holders of accounts: what they were asked, and what they have proven."""

import re
from typing import Any

from django.test import Client

from accounts.models import Notice
from agencies.actions import confirmations
from agencies.models import Binding, Confirmation
from influencers.actions import proofs
from influencers.models import ControlProof, Profile
from journal.actions.context import PASS, seeing
from journal.values import CLOCK, NOBODY, Actor, ActorKind


def asked(claim: Binding) -> Confirmation:
    """The question about a claim, as its agency asks it."""
    with seeing(PASS):
        return confirmations.ask(claim.agency, claim.profile, by=CLOCK)


def token_of(question: Confirmation) -> str:
    """The secret of its address, which stands in the message to the account alone."""
    text = Notice.objects.get(pk=question.notice_id).body["en"]
    found = re.search(r"/confirm/([^/\s]+)/", text)
    assert found is not None
    return found[1]


def link(thing: Confirmation | ControlProof) -> Actor:
    """Whoever holds the address of a question, or the secret of a proof."""
    return Actor(ActorKind.LINK, id=str(thing.public_id), name="holder of the account")


def proven(profile: Profile) -> Actor:
    """Whoever has proven control of an account."""
    return link(proofs.grant(profile, witness="test", by=NOBODY)[0])


def browser_of(profile: Profile, client: Client | None = None, **options: Any) -> Client:
    """A browser in which control of the account is proven, by the message's link."""
    client = client or Client(**options)
    proof = proofs.ask_message(profile, by=NOBODY)
    text = Notice.objects.get(pk=proof.notice_id).body["en"]
    found = re.search(r"(/creator/prove/[^/\s]+/)", text)
    assert found is not None
    answer = client.post(found[1])
    assert answer.status_code == 302
    return client
