"""The homes of agencies and staff and the account's page with agencies, in a browser."""

import os
from datetime import date
from typing import Any

import pytest

from accounts.models import User
from agencies.actions import disputes
from agencies.models import Agency, Group
from dashboards.models import Tally
from influencers.models import Profile
from journal.actions.context import PASS, seeing
from journal.values import CLOCK
from tests.browser import LOOKS, dress, look, sign_in
from tests.factories.agencies import confirmed, make_agency, make_claim, make_contract, make_profile
from tests.factories.reviews import make_review

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

JAN = date(2026, 1, 1)


def seen(page: Any, name: str) -> None:
    """Says what is wrong with the open page; keeps a picture where a folder for these is named."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    assert look(page) == []


@LOOKS
def test_home_of_an_agency_is_readable(
    page: Any,
    live_server: Any,
    mcn: Agency,
    mcn_owner: User,
    language: str,
    scheme: str,
    width: int,
) -> None:
    for tier, followers in ((5, 12_400_000), (4, 7_100_000), (3, 1_300_000)):
        profile = make_profile(tier=tier, followers=followers, observed_on=JAN)
        confirmed(make_claim(make_contract(mcn, JAN), profile))
    make_claim(make_contract(mcn, JAN), make_profile())
    make_contract(mcn, JAN)
    make_review()
    dress(page, live_server.url, language, scheme, width)
    sign_in(page, live_server.url, mcn_owner)
    page.goto(f"{live_server.url}/portal/")
    seen(page, f"portal-{language}-{width}")


@LOOKS
def test_overview_with_its_bounds_is_readable(
    page: Any, live_server: Any, operator: User, language: str, scheme: str, width: int
) -> None:
    make_contract(make_agency(), JAN)
    make_review()
    douyin = make_profile().platform
    tallies = {"managed": 20, "independent": 27, "unanswered": 2, "disputed": 1}
    for state, profiles in tallies.items():
        Tally.objects.create(platform_id=douyin.pk, tier=5, state=state, profiles=profiles)
    dress(page, live_server.url, language, scheme, width)
    sign_in(page, live_server.url, operator)
    page.goto(f"{live_server.url}/dashboards/")
    seen(page, f"overview-{language}-{width}")


def managed() -> Profile:
    group = Group.objects.create(slug="zixu", name_en="Zixu Group", name_zh="子虚集团")
    profile = make_profile(
        external_id="atang",
        display_name="阿棠不吃辣",
        tier=5,
        tier_since=JAN,
        followers=12_400_000,
        observed_on=JAN,
    )
    live, video = ((100, 200),), ((300, 400),)
    for name, lines in (("Wuyou", live), ("Wangshi", video)):
        agency = make_agency(name, since=JAN, group=group)
        confirmed(make_claim(make_contract(agency, JAN), profile, lines=lines))
    return profile


@LOOKS
def test_page_of_a_managed_account_is_readable(
    page: Any, live_server: Any, language: str, scheme: str, width: int
) -> None:
    managed()
    dress(page, live_server.url, language, scheme, width)
    page.goto(f"{live_server.url}/profiles/douyin/atang/")
    seen(page, f"managed-{language}-{width}")


@LOOKS
def test_page_of_a_contested_account_is_readable(
    page: Any, live_server: Any, language: str, scheme: str, width: int
) -> None:
    binding = managed().bindings.first()
    with seeing(PASS):
        disputes.open(binding, by=CLOCK, statement="never", proven=True)
    dress(page, live_server.url, language, scheme, width)
    page.goto(f"{live_server.url}/profiles/douyin/atang/")
    seen(page, f"contested-{language}-{width}")
