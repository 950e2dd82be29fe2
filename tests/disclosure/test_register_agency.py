"""The register by agency: whose label names it today."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from agencies.actions import bindings
from journal.actions.context import PASS, seeing
from journal.values import CLOCK
from tests.disclosure.labels import account, label_pass
from tests.factories.agencies import confirmed, make_agency, make_claim, make_contract

pytestmark = pytest.mark.django_db

LIST = "/api/v1/profiles"
JAN = date(2026, 1, 1)


@pytest.fixture
def story() -> None:
    """One holds two accounts and held a third; Two has claimed the fourth."""
    contract = make_contract(make_agency("One"), JAN)
    for name in ("a", "b"):
        confirmed(make_claim(contract, account(name)))
    over = confirmed(make_claim(contract, account("c")))
    with seeing(PASS):
        bindings.end(over, last_day=date(2026, 2, 1), by=CLOCK)
    make_claim(make_contract(make_agency("Two"), JAN), account("d"))
    label_pass(200)


def ids(client: Client, agency: str) -> list[str]:
    answer = client.get(LIST, {"agency": agency})
    assert answer.status_code == 200
    return sorted(row["external_id"] for row in answer.json()["results"])


@pytest.mark.parametrize("name", ["one-culture", "One Culture", "ONE culture", "One文化"])
def test_accounts_of_an_agency_are_those_that_its_label_is_on(
    client: Client, story: None, name: str
) -> None:
    assert ids(client, name) == ["a", "b"]


def test_claims_are_no_accounts_of_an_agency(client: Client, story: None) -> None:
    assert ids(client, "two-culture") == []


def test_unknown_agency_is_named_as_such(client: Client, story: None) -> None:
    answer = client.get(LIST, {"agency": "nobody"})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "agency"
    page = client.get("/", {"agency": "nobody"}).content.decode()
    assert "No agency of this name is known." in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_by_agency_asks_the_database_the_same_whatever_the_size(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    contract = make_contract(make_agency("One"), JAN)
    for number in range(count):
        confirmed(make_claim(contract, account(f"id{number}")))
    label_pass(200)
    ids(client, "one-culture")
    with django_assert_num_queries(3):  # platforms, the agency, the accounts
        assert len(ids(client, "one-culture")) == count
