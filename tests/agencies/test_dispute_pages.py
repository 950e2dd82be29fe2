"""Disputes and unanswered claims on pages: the agency's, the platform's."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Notice, Proposal
from accounts.permissions import Role
from agencies.actions import disputes
from agencies.models import Agency, Binding, Confirmation, Dispute
from journal.actions.context import PASS, seeing
from journal.values import CLOCK
from tests.factories.agencies import confirmed, make_claim, make_contract, make_profile
from tests.factories.creators import browser_of, proven, token_of, told
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)


def bound(agency: Agency, name: str = "周周测评") -> Binding:
    contract = make_contract(agency, JAN)
    return confirmed(make_claim(contract, make_profile(display_name=name)))


def contested(binding: Binding, *, wish: str = "void", proven: bool = True) -> Dispute:
    with seeing(PASS):
        dispute = disputes.open(
            binding, by=CLOCK, statement="I never signed", proven=proven and wish == "void"
        )
        Dispute.objects.filter(pk=dispute.pk).update(wish=wish)
        return dispute


def fresh(thing: Dispute | Binding) -> None:
    with seeing(PASS):
        thing.refresh_from_db()


def test_agency_sees_its_disputes_and_answers(
    mcn: Agency, rival: Agency, as_mcn_editor: Client, as_rival_owner: Client
) -> None:
    dispute = contested(bound(mcn))
    page = as_mcn_editor.get("/portal/disputes/").content.decode()
    assert ("周周测评" in page, "Waits for the agency" in page) == (True, True)
    assert "周周测评" not in as_rival_owner.get("/portal/disputes/").content.decode()
    address = f"/portal/disputes/{dispute.pk}/"
    assert as_rival_owner.post(address, {"answer": "ours"}).status_code == 404
    assert "I never signed" in as_mcn_editor.get(address).content.decode()
    assert as_mcn_editor.post(address, {"answer": "Here is page 3"}).status_code == 302
    fresh(dispute)
    assert (dispute.status, dispute.answer) == ("answered", "Here is page 3")
    assert "Send the answer" not in as_mcn_editor.get(address).content.decode()


def test_agency_reads_that_an_account_has_left_and_owes_no_answer(
    mcn: Agency, as_mcn_editor: Client
) -> None:
    binding = bound(mcn)
    with seeing(PASS):
        disputes.leave(binding, by=proven(binding.profile), statement="I want out")
        left = Dispute.objects.get()
    assert "The account has left" in as_mcn_editor.get("/portal/disputes/").content.decode()
    page = as_mcn_editor.get(f"/portal/disputes/{left.pk}/").content.decode()
    assert ("周周测评 has left" in page, "I want out" in page) == (True, True)
    assert "Send the answer" not in page
    held = browser_of(binding.profile).get(f"/creator/{binding.profile.public_id}/data/")
    assert "The account has left" in held.content.decode()


def test_viewer_reads_and_does_not_answer(mcn: Agency, as_mcn_viewer: Client) -> None:
    dispute = contested(bound(mcn))
    address = f"/portal/disputes/{dispute.pk}/"
    assert "Send the answer" not in as_mcn_viewer.get(address).content.decode()
    assert as_mcn_viewer.post(address, {"answer": "x"}).status_code == 403
    fresh(dispute)
    assert dispute.status == "open"


def test_agency_lets_an_account_go(mcn: Agency, as_mcn_editor: Client) -> None:
    binding = bound(mcn)
    wish = contested(binding, wish="end")
    today = timezone.localdate()
    address = f"/portal/disputes/{wish.pk}/"
    late = as_mcn_editor.post(address, {"last_day": (today + timedelta(days=1)).isoformat()})
    assert "choose today or an earlier day" in late.content.decode()
    assert as_mcn_editor.post(address, {"last_day": today.isoformat()}).status_code == 302
    fresh(wish)
    fresh(binding)
    assert (wish.status, binding.during.upper) == ("upheld", today + timedelta(days=1))


def test_lead_decides_once_the_agency_has_answered(
    mcn: Agency, as_lead_moderator: Client, as_regulator: Client, as_moderator: Client
) -> None:
    binding = bound(mcn)
    dispute = contested(binding)
    address = f"/disputes/{dispute.pk}/"
    said = {"outcome": "upheld", "reason": "The signature is another person's."}
    assert "still has time to answer" in as_lead_moderator.get(address).content.decode()
    early = as_lead_moderator.post(address, said)
    assert "still has time" in early.content.decode()
    with seeing(PASS):
        Dispute.objects.update(due_at=timezone.now())
    assert as_moderator.get(address).status_code == 403
    assert as_regulator.get(address).status_code == 200
    assert as_regulator.post(address, said).status_code == 403
    assert as_lead_moderator.post(address, said).status_code == 302
    fresh(dispute)
    fresh(binding)
    assert (dispute.status, binding.status) == ("open", "confirmed")
    waiting = as_lead_moderator.get(address).content.decode()
    assert "It waits for a second person." in waiting
    again = as_lead_moderator.post(address, said | {"outcome": "rejected"})
    assert "It waits for a second person" in again.content.decode()
    second = signed_in(make_person("second", Role.OPERATOR))
    with seeing(PASS):
        approval = f"/approvals/{Proposal.objects.get().pk}/"
    assert "another person" in as_lead_moderator.get(approval).content.decode()
    yes = {"outcome": "approve", "typed": str(binding.profile)}
    assert second.post(approval, yes).status_code == 302
    fresh(dispute)
    fresh(binding)
    assert (dispute.status, binding.status) == ("upheld", "void")


def test_staff_of_one_platform_sees_its_disputes_only(mcn: Agency) -> None:
    dispute = contested(bound(mcn))
    weibo = signed_in(make_person("wei", Role.OPERATOR, platform="weibo"))
    assert "周周测评" not in weibo.get("/disputes/").content.decode()
    assert weibo.get(f"/disputes/{dispute.pk}/").status_code == 404


@pytest.mark.parametrize(("state", "n"), [("open", 1), ("answered", 0), ("over", 0)])
def test_list_is_narrowed(mcn: Agency, as_mcn_viewer: Client, state: str, n: int) -> None:
    contested(bound(mcn))
    page = as_mcn_viewer.get("/portal/disputes/", {"state": state, "q": "周周"})
    assert len(page.context["page"]) == n


# --- Claims without an answer -------------------------------------------------------------------


def silent(agency: Agency) -> Binding:
    claim = make_claim(make_contract(agency, JAN), make_profile(display_name="不出声"))
    return told(claim)


def test_two_operators_establish_a_claim(mcn: Agency, as_operator: Client) -> None:
    claim = silent(mcn)
    second = signed_in(make_person("second", Role.OPERATOR))
    assert "不出声" in as_operator.get("/claims/").content.decode()
    address = f"/claims/{claim.pk}/"
    proposed = as_operator.post(address, {"documents": "Contract, page 3"})
    approval = proposed.headers["Location"]
    shown = as_operator.get(address).content.decode()
    assert "all business lines · the whole world" in shown
    assert "It waits for a second person" in shown
    said = {"outcome": "approve", "typed": "不出声"}
    refused = as_operator.post(approval, said)
    assert "another person decides" in refused.content.decode()
    assert "Waits for a second person" in second.get("/claims/?state=proposed").content.decode()
    assert "Contract, page 3" in second.get(approval).content.decode()
    assert second.post(approval, {**said, "typed": "出声"}).status_code == 200
    fresh(claim)
    assert claim.status == "claimed"
    assert second.post(approval, said).status_code == 302
    fresh(claim)
    assert (claim.status, claim.basis) == ("confirmed", "documents")
    assert second.get(address).status_code == 404


def test_operator_sees_that_it_was_asked_and_by_no_link(mcn: Agency, as_operator: Client) -> None:
    claim = silent(mcn)
    with seeing(PASS):
        secrets = [
            word
            for question in Confirmation.objects.all()
            for word in (token_of(question), question.token_hash, question.check_code)
        ]
    pages = "".join(
        as_operator.get(address).content.decode()
        for address in ("/claims/", f"/claims/{claim.pk}/", "/disputes/", "/proofs/", "/me/")
    )
    assert [secret for secret in secrets if secret in pages] == []


def test_claim_that_was_told_once_is_not_listed(mcn: Agency, as_operator: Client) -> None:
    claim = silent(mcn)
    Notice.objects.filter(pk=Notice.objects.order_by("pk")[0].pk).update(
        delivered_at=None, acknowledged_by=""
    )
    assert "不出声" not in as_operator.get("/claims/").content.decode()
    assert as_operator.get(f"/claims/{claim.pk}/").status_code == 404
    with seeing(PASS):
        assert Proposal.objects.count() == 0


@pytest.mark.parametrize("n", [1, 3])
def test_lists_ask_as_much_for_three_as_for_one(
    n: int,
    mcn: Agency,
    as_mcn_viewer: Client,
    as_operator: Client,
    django_assert_num_queries,
) -> None:
    for _n in range(n):
        contested(bound(mcn))
        silent(mcn)
    # session, user, grants or memberships, sight given and taken, agency, rows, platforms
    with django_assert_num_queries(8):
        as_mcn_viewer.get("/portal/disputes/")
    with django_assert_num_queries(7):
        as_operator.get("/disputes/")
    with django_assert_num_queries(7):
        as_operator.get("/claims/")
