"""GET /api/v1/profiles: the register's list for machines."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from disclosure.models import Standing
from influencers.models import Influencer
from tests.disclosure.labels import account
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db

LIST = "/api/v1/profiles"


def ids(client: Client, **query: str) -> list[str]:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    return [row["external_id"] for row in answer.json()["results"]]


def test_profiles_have_the_shape_that_is_documented(client: Client) -> None:
    profile = account(
        "a/b#c d",
        handle="atang",
        display_name="阿棠不吃辣",
        followers=50_000_000,
        at_least=True,
        observed_on=date(2026, 11, 20),
        tier_since=date(2026, 3, 2),
        ip_territory="44",
        ip_territory_on=date(2026, 11, 19),
        content_fields=["美食"],
    )
    Standing.objects.create(profile=profile, state="independent")
    answer = client.get(LIST)
    assert answer.json() == {
        "next": None,
        "previous": None,
        "results": [
            {
                "platform": "douyin",
                "external_id": "a/b#c d",
                "provisional": False,
                "handle": "atang",
                "display_name": "阿棠不吃辣",
                "content_fields": ["美食"],
                "followers": 50_000_000,
                "followers_at_least": True,
                "observed_on": "2026-11-20",
                "tier": 5,
                "tier_floor": 10_000_000,
                "tier_since": "2026-03-02",
                "ip_territory": {"code": "44", "seen_on": "2026-11-19"},
                "status": "active",
                "state": "independent",
                "address": "http://testserver/profiles/douyin/a/b%23c%20d/",
            }
        ],
    }
    assert client.get(answer.json()["results"][0]["address"]).status_code == 200


@pytest.mark.parametrize(("tier", "floor"), [(None, None), (0, 0), (1, 100_000), (9, None)])
def test_profiles_say_where_their_tier_begins(
    client: Client, tier: int | None, floor: int | None
) -> None:
    account(tier=tier, public_anyway=True)
    row = client.get(LIST).json()["results"][0]
    assert (row["tier"], row["tier_floor"], row["ip_territory"]) == (tier, floor, None)


def test_profiles_answer_with_and_without_their_last_slash(client: Client) -> None:
    assert [client.get(LIST + end).status_code for end in ("", "/")] == [200, 200]


def test_profiles_leave_out_the_hidden_and_minors_for_everybody(client: Client) -> None:
    account("public")
    account("hidden", tier=0)
    account("minor", handle="kid", influencer=Influencer.objects.create(minor=True))
    assert ids(client) == ["public"]
    assert ids(client, q="kid") == []
    assert ids(signed_in(make_person("olga"))) == ["public"]


def test_profiles_share_the_search_and_filters_of_the_page(client: Client) -> None:
    account("1", display_name="深圳美食", tier=3)
    account("2", display_name="科技深圳", tier=5, platform="weibo", ip_territory="JP")
    account("77", display_name="Somebody", handle="tang", tier=1)
    assert ids(client, q="深圳") == ["2", "1"]
    assert ids(client, q="77") == ["77"]
    assert ids(client, q="@TANG") == ["77"]
    assert ids(client, q="https://weibo.com/u/2") == ["2"]
    assert ids(client, q="👑") == []
    assert ids(client, q=" ") == ["2", "1", "77"]
    assert ids(client, platform="weibo", ip_territory="Japan", tier="5", state="none") == ["2"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"platform": "nowhere"}, "platform"),
        ({"tier": "99"}, "tier"),
        ({"state": "happy"}, "state"),
        ({"ip_territory": "Atlantis"}, "ip_territory"),
        ({"q": "x" * 1001}, "q"),
        ({"q": "a\0b"}, "q"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"limit": "0"}, "limit"),
    ],
)
def test_profiles_say_what_is_wrong_with_a_query(
    client: Client, query: dict[str, str], field: str
) -> None:
    answer = client.get(LIST, query)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_profiles_follow_next_through_all_rows_once(client: Client) -> None:
    for number in range(25):
        account(f"n{number}", tier=None if number % 4 == 0 else number % 3 + 1)
    seen: list[str] = []
    there = f"{LIST}?limit=10"
    while there:
        body = client.get(there).json()
        seen += [row["external_id"] for row in body["results"]]
        there = body["next"]
    assert sorted(seen) == sorted(f"n{number}" for number in range(25))


@pytest.mark.parametrize("count", [1, 3])
def test_profiles_ask_as_many_queries_for_three_as_for_one(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    for number in range(count):
        account(f"n{number}", display_name=f"Tang {number}", ip_territory="44")
    with django_assert_num_queries(2):  # platforms with their tiers, accounts
        client.get(LIST)
    with django_assert_num_queries(3):  # and who is called exactly so
        client.get(LIST, {"q": "tang", "platform": "douyin", "ip_territory": "44"})
