"""From an agency's claim to the public label and back, each by their own door."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Proposal
from accounts.permissions import Right, Role
from agencies.models import Agency, Binding, Dispute
from influencers.models import Profile
from journal import actions as journal
from journal.actions.context import PASS, STAFF, seeing
from tests.factories.accounts import calling_with, make_key
from tests.factories.agencies import make_claim, make_contract, make_profile
from tests.factories.creators import browser_of
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db(transaction=True)

JAN = date(2026, 1, 1)


@pytest.fixture
def profile() -> Profile:
    return make_profile(display_name="小鹿的一天", tier=3)


@pytest.fixture
def claim(mcn: Agency, profile: Profile) -> Binding:
    return make_claim(make_contract(mcn, JAN), profile)


def label(profile: Profile) -> dict[str, Any]:
    journal.follow_all()
    said = Client().get(f"/api/v1/labels/douyin/{profile.external_id}")
    return said.json()  # type: ignore[no-any-return]


def asked_by(browser: Client, claim: Binding) -> str:
    """The agency asks, the platform delivers; returns the address in the message."""
    browser.post(f"/portal/bindings/{claim.pk}/ask/")
    platform = calling_with(make_key([Right.MESSAGES])[1])
    message = platform.get("/api/v1/messages?undelivered=true").json()["results"][0]
    assert message["external_id"] == claim.profile.external_id
    platform.post(f"/api/v1/messages/{message['id']}/delivered")
    return re.search(r"(/confirm/[^/\s]+/)", message["text"]["zh-Hans"])[1]  # type: ignore[index]


def test_claim_answered_contested_and_void(
    mcn: Agency,
    as_mcn_editor: Client,
    as_lead_moderator: Client,
    profile: Profile,
    claim: Binding,
) -> None:
    assert label(profile)["state"] == "none"
    address = asked_by(as_mcn_editor, claim)
    assert label(profile)["state"] == "none"

    holder = Client()
    page = holder.get(address)
    prefix, version = f"claim-{claim.pk}", page.context["forms"][0].version
    answer = {"reply": "other", "since": "2026-01-03", "seen": version}
    holder.post(address, {f"{prefix}-{name}": value for name, value in answer.items()})
    said = label(profile)
    named = said["managed_by"][0]
    assert (said["state"], named["agency"]["slug"]) == ("managed", "mcn")
    assert (named["since"], named["until"], named["basis"]) == ("2026-01-03", None, "creator")

    desk = f"/creator/{profile.public_id}/"
    holder.post(f"{desk}contest/{claim.pk}/", {"statement": "It was another contract"})
    assert label(profile)["state"] == "disputed"
    with seeing(PASS):
        dispute = Dispute.objects.get()
    as_mcn_editor.post(f"/portal/disputes/{dispute.pk}/", {"answer": "We were wrong"})
    assert label(profile)["state"] == "disputed"
    said_of_it = {"outcome": "upheld", "reason": "The agency says so itself."}
    as_lead_moderator.post(f"/disputes/{dispute.pk}/", said_of_it)
    assert label(profile)["state"] == "disputed"  # until a second person approves
    with seeing(STAFF):
        proposal = Proposal.objects.get()
    second = signed_in(make_person("second", Role.OPERATOR))
    yes = {"outcome": "approve", "typed": proposal.subject_name}
    second.post(f"/approvals/{proposal.pk}/", yes)
    assert label(profile)["state"] == "none"


def test_case_18_leaving_keeps_the_days_before_in_the_history(
    as_mcn_editor: Client, profile: Profile, claim: Binding
) -> None:
    address = asked_by(as_mcn_editor, claim)
    holder = Client()
    version = holder.get(address).context["forms"][0].version
    prefix = f"claim-{claim.pk}"
    holder.post(address, {f"{prefix}-reply": "right", f"{prefix}-seen": version})
    holder.post(f"/creator/{profile.public_id}/leave/{claim.pk}/", {})
    said = label(profile)
    today = profile.platform.today(timezone.now())
    tomorrow = date.fromordinal(today.toordinal() + 1)
    assert (said["state"], said["managed_by"][0]["until"]) == ("managed", tomorrow.isoformat())
    after = Client().get(f"/api/v1/labels/douyin/{profile.external_id}?on=2026-02-01").json()
    assert after["state"] == "managed"


def test_holder_declares_independent(profile: Profile) -> None:
    browser = browser_of(profile)
    day = profile.platform.today(timezone.now()).isoformat()
    browser.post(f"/creator/{profile.public_id}/declare/", {"since": day, "true": "on"})
    said = label(profile)
    assert (said["state"], said["valid_from"]) == ("independent", day)
