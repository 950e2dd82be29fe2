"""What everybody reads of agencies: the list, an agency with its roster on a day, a group."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone

from agencies.actions import agencies, bindings, groups
from agencies.models import Agency, Dispute
from agencies.views.agencies import SISTERS
from influencers.models import Influencer, Profile
from journal.actions.context import NOTHING, PASS, seeing, tell
from journal.values import CLOCK
from tests.factories.agencies import (
    CREATOR,
    confirmed,
    make_agency,
    make_claim,
    make_contract,
    make_profile,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
Y25, JAN, MAR, JUL = date(2025, 1, 1), date(2026, 1, 1), date(2026, 3, 1), date(2026, 7, 1)


@pytest.fixture(autouse=True)
def sight() -> Any:
    with seeing(PASS):
        yield


def names(client: Client, query: str = "") -> list[str]:
    return [each.name_en for each in client.get(f"/agencies/{query}").context["page"].items]


def rows(client: Client, agency: Agency, query: str = "") -> list[str]:
    page = client.get(f"/agencies/{agency.slug}/{query}")
    return [str(row.profile) for row in page.context["rows"]]


def held(agency: Agency, name: str, since: date = JAN, until: date | None = None, **of: Any) -> Any:
    of.setdefault("tier", 3)
    profile = of.pop("profile", None) or make_profile(display_name=name, **of)
    return confirmed(make_claim(make_contract(agency, since, until), profile))


# --- The list -----------------------------------------------------------------------------------


def test_agencies_are_found_by_names_of_any_day_and_by_code(client: Client) -> None:
    first = make_agency("Wuyou", since=Y25)
    second = make_agency("Taoyuan")
    agencies.rename(first, "另一个名字", "Another name", since=JAN, by=CLOCK)
    assert names(client) == ["Another name", "Taoyuan Culture"]
    assert names(client, "?q=wuyou") == ["Another name"]
    assert names(client, "?q=%E5%8F%A6%E4%B8%80") == ["Another name"]
    assert names(client, f"?q={second.credit_code.lower()}") == ["Taoyuan Culture"]
    assert names(client, "?q=nobody") == []


def test_list_counts_public_accounts_of_today(client: Client) -> None:
    agency = make_agency()
    held(agency, "a")
    held(agency, "small", tier=0)
    held(agency, "over", until=timezone.localdate())
    make_claim(make_contract(agency, JAN), make_profile(tier=3))
    (row,) = client.get("/agencies/").context["page"].items
    assert row.accounts == 1


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_the_same_queries_however_many(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        held(make_agency(f"A{number}"), "a")
    tell(NOTHING)
    with django_assert_num_queries(3):  # agencies; groups and platforms of the filter
        client.get("/agencies/")


# --- An agency ----------------------------------------------------------------------------------


def test_page_tells_names_with_their_days_code_and_sisters(client: Client) -> None:
    agency, sister = make_agency("Wuyou", since=Y25), make_agency("Wangshi")
    group = groups.make_group("子虚集团", "Zixu Group", by=CLOCK)
    for each in (agency, sister):
        groups.set_group(each, group, by=CLOCK)
    agencies.rename(agency, "新名", "New name", since=JAN, by=CLOCK)
    page = client.get(f"/agencies/{agency.slug}/").content.decode()
    for words in (
        agency.credit_code,
        "Zixu Group",
        f"/agencies/{sister.slug}/",
        "Wuyou Culture",
        "New name",
        "2025-12-31",
    ):
        assert words in page


def test_roster_is_that_of_the_day(client: Client) -> None:
    agency = make_agency()
    held(agency, "until March", JAN, MAR)
    held(agency, "from March", MAR)
    assert rows(client, agency) == ["from March"]
    assert rows(client, agency, "?on=2026-02-28") == ["until March"]
    assert rows(client, agency, "?on=2026-03-01") == ["from March"]
    assert rows(client, agency, "?on=2025-12-31") == []
    assert rows(client, agency, "?on=nonsense") == ["from March"]


def test_roster_lists_the_biggest_first_and_is_narrowed(client: Client) -> None:
    agency = make_agency()
    held(agency, "middle", tier=2, handle="mid")
    held(agency, "big", tier=5, platform="weibo")
    held(agency, "unknown", tier=None)
    assert rows(client, agency) == ["big", "middle", "unknown"]
    assert rows(client, agency, "?platform=weibo") == ["big"]
    assert rows(client, agency, "?q=@mid") == ["middle"]


def test_roster_says_nothing_that_is_not_public(client: Client, as_mcn_owner: Client) -> None:
    agency = Agency.objects.get(slug="mcn")
    contract = make_contract(agency, JAN)
    make_claim(contract, make_profile(tier=3, display_name="claimed"))
    held(agency, "too small", tier=0)
    gone = held(agency, "gone").profile
    Profile.objects.filter(pk=gone.pk).update(status="closed")
    young = make_profile(tier=3, display_name="young")
    young.influencer = Influencer.objects.create(kind="person", minor=True)
    young.save()
    held(agency, "young", profile=young)
    bindings.suspend(held(agency, "suspended"), by=CREATOR, reason="x")
    bindings.void(held(agency, "void"), by=CREATOR, reason="x")
    held(agency, "there")
    assert rows(client, agency) == ["there"]
    assert rows(as_mcn_owner, agency) == ["there"]


def test_account_is_listed_once_since_the_first_day_of_its_unbroken_run(client: Client) -> None:
    agency, profile = make_agency(), make_profile(tier=3)
    held(agency, "", Y25 - 2 * 365 * DAY, Y25 - DAY, profile=profile)
    held(agency, "", Y25, JAN, profile=profile)
    last = held(agency, "", JAN, profile=profile)
    page = client.get(f"/agencies/{agency.slug}/")
    (row,) = page.context["rows"]
    ((how, scope),) = row.held
    assert (how.since, how.bindings, how.contested) == (Y25, [last], False)
    assert scope == "all business lines · the whole world"


@pytest.mark.parametrize(("proven", "shown"), [(True, True), (False, False)])
def test_only_who_proved_control_is_seen_to_contest(
    client: Client, as_operator: Client, proven: bool, shown: bool
) -> None:
    agency = make_agency()
    binding = held(agency, "a")
    Dispute.objects.create(
        binding=binding,
        profile=binding.profile,
        proven=proven,
        from_day=JAN,
        due_at=timezone.now() + DAY,
    )
    for reader in (client, as_operator):
        (row,) = reader.get(f"/agencies/{agency.slug}/").context["rows"]
        assert row.held[0][0].contested is shown


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_the_same_queries_however_many_accounts(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    agency = make_agency()
    for number in range(count):
        held(agency, f"{number}")
    tell(NOTHING)
    # agency, names, platforms of the filter, accounts, tiers, bindings, lines and territories
    with django_assert_num_queries(11):
        client.get(f"/agencies/{agency.slug}/")


def test_roster_pages_by_key(client: Client) -> None:
    agency = make_agency()
    contract = make_contract(agency, JAN)
    for number in range(51):
        confirmed(make_claim(contract, make_profile(tier=number % 3 + 1)))
    first = client.get(f"/agencies/{agency.slug}/").context
    after = client.get(f"/agencies/{agency.slug}/?after={first['page'].next}").context
    assert (len(first["rows"]), len(after["rows"])) == (50, 1)
    seen = {row.profile.pk for row in [*first["rows"], *after["rows"]]}
    assert len(seen) == 51


# --- A group ------------------------------------------------------------------------------------


def test_group_shows_in_one_list_what_its_agencies_manage(client: Client) -> None:
    one, two = make_agency("One"), make_agency("Two")
    group = groups.make_group("子虚集团", "Zixu Group", by=CLOCK)
    for each in (one, two):
        groups.set_group(each, group, by=CLOCK)
    held(one, "first", tier=5)
    held(two, "second", tier=4)
    held(make_agency("Apart"), "third")
    page = client.get(f"/agencies/groups/{group.slug}/")
    shown = [(str(r.profile), r.held[0][0].agency.name_en) for r in page.context["rows"]]
    assert shown == [("first", "One Culture"), ("second", "Two Culture")]
    assert names(client, f"?group={group.slug}") == ["One Culture", "Two Culture"]


def test_group_of_many_agencies_shows_what_all_of_them_manage(client: Client) -> None:
    group = groups.make_group("子虚集团", "Zixu Group", by=CLOCK)
    for number in range(SISTERS):
        make_agency(f"A{number:02d}", group=group)
    whole = client.get(f"/agencies/groups/{group.slug}/")
    assert (len(whole.context["agencies"]), whole.context["more"]) == (SISTERS, False)
    last = make_agency("Z", group=group)
    held(last, "of the last")
    page = client.get(f"/agencies/groups/{group.slug}/")
    assert [str(row.profile) for row in page.context["rows"]] == ["of the last"]
    assert last not in page.context["agencies"]
    everywhere = f"/agencies/?group={group.slug}"
    sister = client.get("/agencies/a00-culture/")
    assert [everywhere in each.content.decode() for each in (whole, page, sister)] == [
        False,
        True,
        False,  # fifty sisters, all named
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_group_takes_the_same_queries_however_many_agencies(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    group = groups.make_group("子虚集团", "Zixu Group", by=CLOCK)
    for number in range(count):
        held(make_agency(f"A{number}", group=group), "a")
    tell(NOTHING)
    # group, agencies, platforms of the filter, accounts, tiers, bindings, lines and territories
    with django_assert_num_queries(11):
        client.get(f"/agencies/groups/{group.slug}/")


def test_two_agencies_with_half_contracts_on_one_account_are_both_named(client: Client) -> None:
    one, two = make_agency("One"), make_agency("Two")
    group = groups.make_group("子虚集团", "Zixu Group", by=CLOCK)
    profile = make_profile(tier=3)
    for each, lines in ((one, ((100, 200),)), (two, ((200, 300),))):
        groups.set_group(each, group, by=CLOCK)
        confirmed(make_claim(make_contract(each, JAN), profile, lines=lines))
    (row,) = client.get(f"/agencies/groups/{group.slug}/").context["rows"]
    assert [(each.agency, scope) for each, scope in row.held] == [
        (one, "Live streams · the whole world"),
        (two, "Selling goods · the whole world"),
    ]


def test_period_of_a_day(client: Client) -> None:
    agency = make_agency()
    claim = make_claim(
        make_contract(agency, JAN), make_profile(tier=3), during=DateRange(MAR, MAR + DAY)
    )
    confirmed(claim)
    days = {on: len(rows(client, agency, f"?on={on}")) for on in (MAR - DAY, MAR, MAR + DAY)}
    assert days == {MAR - DAY: 0, MAR: 1, MAR + DAY: 0}
