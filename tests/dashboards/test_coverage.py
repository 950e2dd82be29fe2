"""Coverage as people, integrators and spreadsheets read it."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from dashboards.models import Tally
from dashboards.queries import by_tier, coverage
from influencers.models import Platform, TierScheme

pytestmark = pytest.mark.django_db

FLOORS = [100_000, 500_000, 1_000_000, 5_000_000, 10_000_000]


@pytest.fixture
def platforms() -> list[Platform]:
    made = []
    for number, code in enumerate(("here", "there")):
        platform = Platform.objects.create(
            code=code, name_en=code, name_zh=code, sort_order=100 + number
        )
        TierScheme.objects.create(platform=platform, floors=FLOORS)
        made.append(platform)
    return made


def tally(platform: Platform, tier: int, state: str, profiles: int, *duties: int) -> None:
    opened, met, overdue = duties or (0, 0, 0)
    Tally.objects.create(
        platform_id=platform.pk,
        tier=tier,
        state=state,
        profiles=profiles,
        duties_open=opened,
        duties_met=met,
        duties_overdue=overdue,
    )


@pytest.fixture
def some(platforms: list[Platform]) -> None:
    tally(platforms[0], 5, "independent", 4, 0, 4, 0)
    tally(platforms[0], 5, "unanswered", 6, 6, 0, 2)
    tally(platforms[0], -1, "none", 3)
    tally(platforms[1], 5, "undisclosed", 1, 1, 0, 1)
    tally(platforms[1], 0, "none", 9)
    tally(platforms[1], 1, "none", 0)


def test_rows_are_platforms_in_order_highest_tier_first(some: None) -> None:
    rows = [(r.platform, r.tier, r.tier_floor, r.profiles) for r in coverage().rows]
    assert rows == [
        ("here", 5, 10_000_000, 10),
        ("here", None, None, 3),
        ("there", 5, 10_000_000, 1),
        ("there", 0, 0, 9),
    ]


def test_accounts_are_the_sum_of_their_states(some: None) -> None:
    for row in coverage().rows:
        states = (
            row.managed
            + row.independent
            + row.unanswered
            + row.undisclosed
            + row.disputed
            + row.none
        )
        assert row.profiles == states


def test_tiers_of_platforms_add_up_by_floor(some: None) -> None:
    tiers = [(row.tier_floor, row.profiles, row.duties_overdue) for row in by_tier(coverage().rows)]
    assert tiers == [(10_000_000, 11, 3), (0, 9, 0), (None, 3, 0)]


def test_api_gives_the_rows_to_everybody(client: Client, some: None) -> None:
    answer = client.get("/api/v1/coverage?platform=here&tier_from=0")
    assert answer.status_code == 200
    assert answer.json() == {
        "as_of": None,
        "results": [
            {
                "platform": "here",
                "tier": 5,
                "tier_floor": 10_000_000,
                "profiles": 10,
                "managed": 0,
                "independent": 4,
                "unanswered": 6,
                "undisclosed": 0,
                "disputed": 0,
                "none": 0,
                "duties_open": 6,
                "duties_met": 4,
                "duties_overdue": 2,
            }
        ],
    }


@pytest.mark.parametrize("query", ["platform=nowhere", "tier_from=abc", "tier_from=-4"])
def test_api_names_a_wrong_filter(client: Client, some: None, query: str) -> None:
    answer = client.get(f"/api/v1/coverage?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("count", [1, 3])
def test_api_asks_the_database_the_same_whatever_the_size(
    client: Client,
    platforms: list[Platform],
    count: int,
    django_assert_num_queries: Any,
) -> None:
    for tier in range(count):
        tally(platforms[0], tier, "none", 1)
    with django_assert_num_queries(4):
        client.get("/api/v1/coverage")


def test_file_holds_the_same_rows(as_regulator: Client, some: None) -> None:
    answer = as_regulator.get("/dashboards/coverage.csv?platform=there")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [(r["platform"], r["tier"], r["profiles"]) for r in rows] == [
        ("there", "5", "1"),
        ("there", "0", "9"),
    ]
    assert answer["Content-Disposition"] == 'attachment; filename="coverage.csv"'


@pytest.mark.parametrize("wrong", ["tier_from=x", "platform=nowhere", "platform=%00"])
def test_file_is_refused_where_the_filter_is_wrong(as_regulator: Client, wrong: str) -> None:
    assert as_regulator.get(f"/dashboards/coverage.csv?{wrong}").status_code == 400


def test_page_shows_rows_and_their_sum(as_regulator: Client, some: None) -> None:
    page = as_regulator.get("/dashboards/coverage/?platform=here").content.decode()
    assert "from 10 M" in page
    assert "not known" in page
    assert '<td class="m-num-col">13</td>' in page


def test_overview_of_an_empty_register_says_what_to_do(as_regulator: Client) -> None:
    page = as_regulator.get("/dashboards/").content.decode()
    assert "The register is empty" in page


def test_visitor_is_sent_to_sign_in(client: Client) -> None:
    answer = client.get("/dashboards/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
