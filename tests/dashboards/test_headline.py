"""The regulator's figure: at least so many, at most so many of the biggest accounts are managed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from dashboards.models import Tally, TallyDay
from dashboards.queries import Headline, coverage, headline, headline_before
from influencers.models import Platform, TierScheme
from journal.values import CLOCK

pytestmark = pytest.mark.django_db

STATES = ("managed", "independent", "unanswered", "undisclosed", "disputed", "none")


def platform(code: str, floors: list[int]) -> Platform:
    made = Platform.objects.create(code=code, name_en=code, name_zh=code)
    TierScheme.objects.create(platform=made, floors=floors)
    return made


def tally(where: Platform, tier: int, **states: int) -> None:
    for state, profiles in states.items():
        Tally.objects.create(platform_id=where.pk, tier=tier, state=state, profiles=profiles)


@pytest.fixture
def big() -> Platform:
    """Fifty accounts above ten million, some of them above fifty million, and smaller ones."""
    here = platform("here", [1_000_000, 10_000_000, 50_000_000])
    there = platform("there", [500_000, 10_000_000])
    tally(here, 3, managed=4, independent=2)
    tally(here, 2, managed=10, independent=20, unanswered=1)
    tally(there, 2, managed=6, disputed=1, undisclosed=1, none=5)
    tally(here, 1, managed=1000)
    tally(there, 1, unanswered=1000)
    tally(here, -1, none=77)
    return here


def test_headline_is_exact(big: Platform) -> None:
    head = headline(coverage().rows)
    assert head == Headline(accounts=50, managed=20, possible=23)
    assert head is not None
    assert (head.at_least, head.at_most) == (Decimal("40.0"), Decimal("46.0"))


@pytest.mark.parametrize(
    ("accounts", "managed", "possible", "least", "most"),
    [
        (50, 19, 23, "38.0", "46.0"),
        (3, 1, 2, "33.3", "66.7"),
        (3, 0, 0, "0.0", "0.0"),
        (7, 7, 7, "100.0", "100.0"),
        (1001, 1, 1, "0.0", "0.1"),
    ],
)
def test_share_is_never_said_bigger_or_smaller_than_it_is(
    accounts: int, managed: int, possible: int, least: str, most: str
) -> None:
    head = Headline(accounts, managed, possible)
    assert (str(head.at_least), str(head.at_most)) == (least, most)


def test_register_without_big_accounts_has_no_headline() -> None:
    assert headline(coverage().rows) is None
    assert headline_before(timezone.localdate(), CLOCK) is None


def test_overview_says_at_least_and_at_most(as_regulator: Client, big: Platform) -> None:
    page = as_regulator.get("/dashboards/").content.decode()
    assert (
        "Of 50 accounts above 10 million followers, at least 40.0 % and at most 46.0 % are managed"
        " by an agency." in page
    )


def test_overview_says_one_figure_where_everybody_has_answered(as_operator: Client) -> None:
    tally(platform("here", [10_000_000]), 1, managed=1, independent=2)
    page = as_operator.get("/dashboards/").content.decode()
    assert "Of 3 accounts above 10 million followers, 33.3 % are managed by an agency." in page


def test_overview_says_how_the_share_moved(as_regulator: Client, big: Platform) -> None:
    today = timezone.localdate()
    for days, managed in ((70, 1), (40, 19), (10, 30)):
        for state, profiles in (("managed", managed), ("independent", 50 - managed)):
            TallyDay.objects.create(
                day=today - timedelta(days=days),
                platform_id=big.pk,
                tier=2,
                state=state,
                profiles=profiles,
                duties_open=0,
                duties_met=0,
                duties_overdue=0,
            )
    assert headline_before(today - timedelta(days=30), CLOCK) == Headline(50, 19, 19)
    page = as_regulator.get("/dashboards/").content.decode()
    assert "▲ 2.0 points more than a month ago" in page
