"""GET /api/v1/changes: the feed of labels."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from agencies.actions import bindings
from disclosure.queries import labels
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.models import Event, Leaf
from tests.disclosure.labels import account
from tests.factories.agencies import CREATOR, confirmed, make_agency, make_claim, make_contract

pytestmark = pytest.mark.django_db(transaction=True)

FEED = "/api/v1/changes"
JAN = date(2026, 1, 1)


@pytest.fixture
def story() -> list[str]:
    """Three accounts get an agency; the first loses it again."""
    made = []
    for number in range(3):
        contract = make_contract(make_agency(f"A{number}"), JAN)
        made.append(confirmed(make_claim(contract, account(f"id {number}"))))
        journal.follow_all()
    with seeing(PASS):
        bindings.void(made[0], by=CREATOR, reason="never signed")
    journal.follow_all()
    return ["id 0", "id 1", "id 2", "id 0"]


def test_feed_tells_each_change_in_order(client: Client, story: list[str]) -> None:
    body = client.get(FEED).json()
    rows = body["results"]
    assert [row["label"]["external_id"] for row in rows] == story
    assert [row["label"]["state"] for row in rows] == ["managed"] * 3 + ["none"]
    assert [row["type"] for row in rows] == ["label.changed"] * 4
    assert [row["seq"] for row in rows] == sorted({row["seq"] for row in rows})
    assert (body["next_since"], body["more"]) == (rows[-1]["seq"], False)


def test_copy_that_applies_the_feed_holds_the_labels(client: Client, story: list[str]) -> None:
    copy = {}
    for row in client.get(FEED).json()["results"]:
        copy[row["label"]["external_id"]] = row["label"]
    for name, told in copy.items():
        found = labels.label("douyin", name)
        assert found is not None
        assert told == found.data


def test_feed_goes_on_from_any_place(client: Client, story: list[str]) -> None:
    seen, since = [], 0
    for _ in range(10):
        body = client.get(FEED, {"since": since, "limit": 1}).json()
        seen += [row["label"]["external_id"] for row in body["results"]]
        since = body["next_since"]
        if not body["more"]:
            break
    assert seen == story
    last = client.get(FEED, {"since": since}).json()
    assert last == {"results": [], "next_since": since, "more": False}


@pytest.mark.parametrize(
    "query", ["since=-1", "since=x", "limit=0", "limit=1001", f"since={10**20}"]
)
def test_feed_names_a_wrong_place(client: Client, query: str) -> None:
    answer = client.get(f"{FEED}?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query.split("=")[0]


def test_feed_says_that_a_part_is_in_the_archive(client: Client, story: list[str]) -> None:
    rows = client.get(FEED).json()["results"]
    last = Leaf.objects.order_by("-seq")[0]
    # A place whose event is not there any more.
    Leaf.objects.create(
        seq=last.seq + 1, event_id=10**12, at=timezone.now(), profile_id=last.profile_id or 1
    )
    answer = client.get(FEED, {"since": rows[-1]["seq"]})
    assert (answer.status_code, answer.json()["code"]) == (410, "detached")


@pytest.mark.parametrize("count", [1, 3])
def test_feed_is_one_query(
    client: Client, story: list[str], count: int, django_assert_num_queries: Callable
) -> None:
    with django_assert_num_queries(1):
        client.get(FEED, {"limit": count})


def test_feed_holds_nothing_but_labels(client: Client, story: list[str]) -> None:
    verbs = set(Event.objects.filter(audience="public").values_list("verb", flat=True))
    assert "binding.confirmed" in verbs
    assert "binding" not in client.get(FEED).content.decode().replace("managed_by", "")
