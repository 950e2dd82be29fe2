"""The home of those who work for an agency."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies.actions import disputes
from agencies.models import Agency
from dashboards.queries.desk import OwnAccounts, ToDo, own_accounts, to_do, uncovered
from journal.actions.context import PASS, seeing
from journal.values import CLOCK
from tests.factories.agencies import confirmed, make_claim, make_contract, make_profile
from tests.factories.reviews import items, make_review

pytestmark = pytest.mark.django_db

JAN = date(2026, 1, 1)


def held(agency: Agency, **facts: Any) -> Any:
    if "followers" in facts:
        facts["observed_on"] = JAN
    return confirmed(make_claim(make_contract(agency, JAN), make_profile(**facts)))


def test_home_counts_what_the_agency_manages(mcn: Agency, rival: Agency) -> None:
    held(mcn, tier=5, followers=12_000_000)
    held(mcn, tier=5, followers=10_000_000)
    held(mcn, tier=None, platform="wechat")
    held(rival, tier=5, followers=99_000_000)
    make_claim(make_contract(mcn, JAN), make_profile(tier=5))
    over = make_contract(mcn, JAN, date(2026, 2, 1))
    confirmed(make_claim(over, make_profile(tier=5)))
    with seeing(PASS):
        found = own_accounts(mcn, timezone.localdate())
    assert found == OwnAccounts(3, 22_000_000, [(10_000_000, 2), (None, 1)])


def test_home_counts_what_waits(mcn: Agency, rival: Agency) -> None:
    today = timezone.localdate()
    with seeing(PASS):
        disputes.open(held(mcn), by=CLOCK, statement="never", proven=True)
        disputes.open(held(rival), by=CLOCK, statement="never", proven=True)
        make_claim(make_contract(mcn, JAN, today + timedelta(days=10)), make_profile())
        bare = make_contract(mcn, JAN)
        make_contract(mcn, JAN, today)  # over: nobody need look for its account
        found = to_do(mcn, today)
        assert list(uncovered(mcn, today)) == [bare]
    assert (found.disputes, found.uncovered) == (1, 1)
    assert (found.contracts["awaiting"], found.contracts["expiring"]) == (1, 1)
    assert isinstance(found, ToDo)


def test_home_shows_the_review_and_the_contract_without_an_account(
    as_mcn_editor: Client, mcn: Agency
) -> None:
    contract = make_contract(mcn, JAN)
    make_review()
    page = as_mcn_editor.get("/portal/").content.decode()
    assert "Autumn review" in page
    assert "0 of 1 answered" in page
    assert contract.reference in page
    assert f"/portal/contracts/{contract.pk}/bind/?q=somebody" in page


def test_viewer_is_offered_no_binding(as_mcn_viewer: Client, mcn: Agency) -> None:
    contract = make_contract(mcn, JAN)
    page = as_mcn_viewer.get("/portal/").content.decode()
    assert contract.reference in page
    assert "/bind/" not in page


def test_home_shows_nothing_of_a_rival(as_rival_owner: Client, mcn: Agency, rival: Agency) -> None:
    contract = make_contract(mcn, JAN)
    held(mcn, tier=5, followers=12_000_000)
    page = as_rival_owner.get("/portal/").content.decode()
    assert contract.reference not in page
    assert "12 M" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_home_asks_the_database_the_same_whatever_the_size(
    as_mcn_editor: Client, mcn: Agency, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make_contract(mcn, JAN)
        held(mcn, tier=5)
    make_review()
    as_mcn_editor.get("/portal/")
    with django_assert_num_queries(13):
        as_mcn_editor.get("/portal/")


def test_review_goes_on_with_what_is_left(as_mcn_editor: Client, mcn: Agency) -> None:
    for _ in range(2):
        make_contract(mcn, JAN)
    review = make_review()
    address = f"/portal/reviews/{review.pk}/"
    assert f'href="{address}">Start' in as_mcn_editor.get("/portal/").content.decode()
    item = min(items(review).values())
    as_mcn_editor.post(f"{address}{item}/", {"answer": "unchanged"})
    assert f'href="{address}?state=todo">Go on' in as_mcn_editor.get("/portal/").content.decode()


@pytest.mark.parametrize(
    ("who", "home"),
    [
        ("operator", "/dashboards/"),
        ("regulator", "/dashboards/"),
        ("moderator", "/moderation/"),
        ("lead_moderator", "/moderation/"),
        ("mcn_viewer", "/portal/"),
        ("mcn_owner", "/portal/"),
        ("newcomer", "/accounts/me/"),
    ],
)
def test_everybody_is_sent_to_the_own_home(
    request: pytest.FixtureRequest, who: str, home: str
) -> None:
    client: Client = request.getfixturevalue(f"as_{who}")
    answer = client.get("/accounts/")
    assert (answer.status_code, answer["Location"]) == (302, home)
