"""Somebody of two agencies with two tabs: what was meant for one is not saved to the other."""

from typing import Any

import pytest
from django.test import Client

from agencies.actions import agencies
from agencies.models import Agency, Contract
from journal.actions.context import PASS, seeing
from journal.values import CLOCK
from tests.agencies.test_contract_pages import GOOD, JAN
from tests.factories.agencies import make_claim, make_contract, make_profile
from tests.factories.reviews import make_contracts, make_review
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def of_both(mcn_owner: Any, mcn: Agency, rival: Agency) -> Client:
    with seeing(PASS):
        agencies.add_member(rival, mcn_owner, "editor", by=CLOCK)
    return signed_in(mcn_owner)


def test_form_opened_for_one_agency_is_not_saved_to_the_other(of_both: Client) -> None:
    assert 'name="desk" value="mcn"' in of_both.get("/portal/contracts/new/").content.decode()
    of_both.post("/portal/switch/", {"agency": "rival"})  # in the other tab
    answer = of_both.post("/portal/contracts/new/", GOOD | {"desk": "mcn"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "opened for Mcn Culture, and meanwhile you have changed to Rival Culture" in page
    assert of_both.post("/portal/contracts/new/", GOOD | {"desk": "\0"}).status_code == 409
    with seeing(PASS):
        assert Contract.objects.count() == 0
    of_both.post("/portal/switch/", {"agency": "mcn"})
    assert of_both.post("/portal/contracts/new/", GOOD | {"desk": "mcn"}).status_code == 302
    with seeing(PASS):
        assert Contract.objects.get().agency.slug == "mcn"


def test_every_form_of_the_desk_says_for_whom_it_is(of_both: Client, mcn: Agency) -> None:
    make_contracts(mcn, "A-1")
    held = make_contract(mcn, JAN)
    claim = make_claim(held, make_profile())
    review = make_review()
    many = f"/portal/reviews/{review.pk}/many/"
    pages = [
        of_both.get("/portal/contracts/"),
        of_both.get(f"/portal/contracts/{held.pk}/"),
        of_both.get(f"/portal/bindings/{claim.pk}/amend/"),
        of_both.get("/portal/people/new/"),
        of_both.get(f"/portal/reviews/{review.pk}/"),
        of_both.post(many, {"answer": "unchanged", "everything": "1", "query": ""}),
        of_both.post("/portal/contracts/confirm/", {"everything": "1", "query": ""}),
    ]
    assert [page.status_code for page in pages] == [200] * len(pages)
    for page in pages:
        text = page.content.decode().split("<main")[1].split("</main>")[0]
        forms = text.count('name="csrfmiddlewaretoken"')
        assert 0 < forms == text.count('name="desk" value="mcn"')
