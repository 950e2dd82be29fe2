"""Holders of accounts: what they were asked, and what they have proven."""

import re
from datetime import datetime, timedelta
from typing import Any

import pgtrigger
from django.test import Client
from django.utils import timezone

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
        return confirmations.ask(claim.agency, claim.profile, by=CLOCK)[0]


def told(claim: Binding, times: int = 2, days_ago: int = 9) -> Binding:
    """A claim made so long ago of which the account was told so often, and has not answered.

    The last message was delivered `days_ago`.
    """
    last = timezone.now() - timedelta(days=days_ago)
    known_since(claim, last - timedelta(days=1))
    for _n in range(times):
        question = asked(claim)
        with seeing(PASS):
            Confirmation.objects.filter(pk=question.pk).update(asked_at=last)
        told_of = Notice.objects.filter(pk=question.notice_id)
        told_of.update(delivered_at=last, acknowledged_by="key:x")
    return claim


def known_since(claim: Binding, at: datetime) -> None:
    """As if the claim had been made then as it is now, past the triggers that see to the truth."""
    with seeing(PASS), pgtrigger.ignore():
        Binding.objects.filter(pk=claim.pk).update(known_from=at)
        claim.refresh_from_db()


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
