"""Contract reviews as staff sees them; contracts that an agency confirms of its own accord."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.permissions import Role
from agencies.actions import contracts
from agencies.models import (
    Agency,
    Binding,
    Contract,
    ContractReview,
)
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.models import Run
from journal.values import CLOCK
from tests.factories.agencies import confirmed, make_agency, make_claim, make_contract, make_profile
from tests.factories.reviews import answer_all, close, items, make_contracts, make_review
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


# --- Staff ----------------------------------------------------------------------------------------

OPENED = {
    "title_en": "Autumn review",
    "title_zh": "秋季自查",
    "due": timezone.localdate() + timedelta(days=12),
}


def test_operator_opens_a_review_and_follows_it(
    as_operator: Client, as_mcn_owner: Client, mcn: Agency, rival: Agency
) -> None:
    make_contracts(mcn, "A-1", "A-2")
    make_contracts(rival, "R-1")
    preview = as_operator.post("/reviews/new/", OPENED)
    assert "Contracts: 3. Agencies: 2." in preview.content.decode()
    make_contracts(rival, "R-2")
    # One more than it said: it is shown again.
    preview = as_operator.post("/reviews/new/", OPENED | {"shown": 3})
    assert preview.context["preview"] == {"contracts": 4, "agencies": 2}
    assert preview.context["form"]["shown"].value() == "4"
    assert not ContractReview.objects.exists()
    answer = as_operator.post("/reviews/new/", OPENED | {"shown": 4})
    with seeing(PASS):
        review = ContractReview.objects.get()
    where = f"/reviews/{review.pk}/"
    assert answer["Location"] == where
    assert "A worker is still putting contracts in" in text(as_operator, where)
    journal.follow_all()
    assert "0 of 4 answered" in text(as_operator, where)
    answer_all(review, rival)
    assert review.title_en in text(as_operator, "/reviews/")
    answer = as_operator.get(where)
    progress = {each.slug: (each.asked, each.answered) for each in answer.context["page"].items}
    assert progress == {"mcn": (2, 0), "rival": (2, 2)}
    answer = as_operator.get(where + "?state=open")
    assert [each.slug for each in answer.context["page"].items] == ["mcn"]
    answer = as_operator.get(where + "?q=rival")
    assert [each.slug for each in answer.context["page"].items] == ["rival"]


def test_double_click_opens_one_review(as_operator: Client, mcn: Agency) -> None:
    make_contracts(mcn, "A-1")

    def preview() -> dict[str, Any]:
        form = as_operator.post("/reviews/new/", OPENED).context["form"]
        return OPENED | {name: form[name].value() for name in ("shown", "asked_as")}

    said = preview()
    answers = [as_operator.post("/reviews/new/", said) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    review = ContractReview.objects.get()
    assert {answer["Location"] for answer in answers} == {f"/reviews/{review.pk}/"}
    assert Run.objects.filter(kind="reviews").count() == 1
    # Looked at again, it is another one.
    as_operator.post("/reviews/new/", preview())
    assert ContractReview.objects.count() == 2


def test_review_of_named_agencies_and_platforms(as_operator: Client, mcn: Agency) -> None:
    make_contracts(mcn, "A-1")
    other = make_agency("Other")
    (contract,) = make_contracts(other, "O-1")
    make_claim(contract, make_profile("weibo"))
    named = {
        "platforms": ["weibo"],
        "agencies": f"{mcn.credit_code}\n{other.credit_code.lower()}\n",
    }
    as_operator.post("/reviews/new/", OPENED | named | {"shown": 1})
    journal.follow_all()
    with seeing(PASS):
        review = ContractReview.objects.get()
        assert (review.platforms, items(review).keys()) == (["weibo"], {"O-1"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title_en", ""),
        ("title_zh", ""),
        ("due", timezone.localdate()),
        ("due", timezone.localdate() + timedelta(days=367)),
        ("due", "tomorrow"),
        ("platforms", ["myspace"]),
        ("agencies", "91440300MA5FXXXX1K"),
        pytest.param("agencies", "\n".join(str(n) for n in range(1001)), id="too many"),
    ],
)
def test_form_names_what_is_wrong(as_operator: Client, field: str, value: Any) -> None:
    answer = as_operator.post("/reviews/new/", OPENED | {field: value})
    assert list(answer.context["form"].errors) == [field]
    assert not ContractReview.objects.exists()


def test_operator_of_a_platform_asks_about_that_platform_only() -> None:
    client = signed_in(make_person("dora", Role.OPERATOR, platform="douyin"))
    for platforms in ([], ["weibo"]):
        answer = client.post("/reviews/new/", OPENED | {"platforms": platforms})
        assert list(answer.context["form"].errors) == ["platforms"]
    meant = OPENED | {"platforms": ["douyin"], "shown": 0}
    assert client.post("/reviews/new/", meant).status_code == 302
    mine = ContractReview.objects.get()
    others = make_review(platforms=["weibo"])
    assert client.get(f"/reviews/{mine.pk}/").status_code == 200
    assert client.get(f"/reviews/{others.pk}/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_staff_pages_cost_the_same_for_any_number_of_agencies(
    as_regulator: Client, number: int, django_assert_num_queries: Any
) -> None:
    for _ in range(number):
        make_contract(make_agency(), JAN)
        make_review()
    review = make_review()
    # Of each page: session, user, grants, arrival; leaving.
    with django_assert_num_queries(5 + 1):  # reviews
        as_regulator.get("/reviews/")
    with django_assert_num_queries(5 + 3):  # review, agencies, whether a run is at it
        as_regulator.get(f"/reviews/{review.pk}/")


def test_regulator_opens_none(as_regulator: Client) -> None:
    assert as_regulator.post("/reviews/new/", OPENED).status_code == 403
    assert "Open a review" not in text(as_regulator, "/reviews/")


# --- Without a review -----------------------------------------------------------------------------


def test_agency_confirms_contracts_of_its_own_accord(as_mcn_editor: Client, mcn: Agency) -> None:
    first, second, over = make_contracts(mcn, "A-1", "A-2", "A-3")
    binding = confirmed(make_claim(first, make_profile()))
    with seeing(PASS):
        close(make_review())
        contracts.end(over, last_day=date(2026, 6, 30), by=CLOCK)
        Binding.objects.update(last_confirmed_on=JAN)
    picks = {"pick": [first.pk, over.pk], "query": "state=unconfirmed"}
    preview = as_mcn_editor.post("/portal/contracts/confirm/", picks)
    assert "Confirm 1 contract as unchanged?" in preview.content.decode()
    answer = as_mcn_editor.post("/portal/contracts/confirm/", picks | {"expected": 1}, follow=True)
    assert answer.redirect_chain == [("/portal/contracts/?state=unconfirmed", 302)]
    assert [str(message) for message in answer.context["messages"]] == ["1 contract confirmed."]
    with seeing(PASS):
        for each in (first, second, over):
            each.refresh_from_db()
    today = timezone.localdate()
    assert (first.last_confirmed_on, first.unconfirmed_since) == (today, None)
    assert (second.last_confirmed_on, over.last_confirmed_on) == (None, None)
    assert second.unconfirmed_since is not None
    binding.refresh_from_db()
    assert binding.last_confirmed_on == binding.profile.platform.today(timezone.now())


def test_all_that_the_list_finds_are_confirmed(as_mcn_owner: Client, mcn: Agency) -> None:
    make_contracts(mcn, "A-1", "A-2", "B-1")
    every = {"everything": "1", "query": "q=A-", "expected": 2}
    as_mcn_owner.post("/portal/contracts/confirm/", every)
    with seeing(PASS):
        done = Contract.objects.exclude(last_confirmed_on=None).values_list("reference", flat=True)
        assert sorted(done) == ["A-1", "A-2"]


def test_another_one_s_contract_is_not_confirmed(
    as_rival_owner: Client, as_mcn_viewer: Client, mcn: Agency
) -> None:
    (contract,) = make_contracts(mcn, "A-1")
    sent = {"pick": [contract.pk], "expected": 1}
    assert as_mcn_viewer.post("/portal/contracts/confirm/", sent).status_code == 403
    answer = as_rival_owner.post("/portal/contracts/confirm/", sent, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [
        "Tick contracts that are in force or still to begin."
    ]
    with seeing(PASS):
        contract.refresh_from_db()
    assert contract.last_confirmed_on is None
