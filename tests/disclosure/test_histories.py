"""What an account's page and its history tell of the past."""

from datetime import date
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse

from agencies.actions import agencies
from influencers.models import Profile, ProfileHandle, ProfileStatusChange, TierChange
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.values import CLOCK, Audience
from tests.disclosure.labels import World, account, day, silent
from tests.factories.agencies import confirmed, make_agency, make_claim, make_contract

pytestmark = pytest.mark.django_db


def address(profile: Profile) -> str:
    return reverse("disclosure:profile", args=[profile.platform.code, profile.external_id])


def happened(profile: Profile, state: str, **label: Any) -> None:
    """What the label pass writes into the journal."""
    changes = {"state": state, "valid_from": None} | label
    journal.record(
        "label.changed",
        profile,
        by=CLOCK,
        audience=Audience.PUBLIC,
        changes=changes,
        platform=profile.platform.code,
        profile_id=profile.pk,
    )
    journal.sequence()


def test_history_tells_labels_tiers_handles_and_status_newest_first(client: Client) -> None:
    profile = account(handle="new")
    scheme = profile.platform.schemes.get()
    World(handles=[("old", 0, 20), ("new", 20, None)]).write(profile)
    for effective, before, tier, cause in ((1, None, 4, 6_000_000), (12, 4, 5, 11_000_000)):
        TierChange.objects.create(
            profile=profile,
            scheme=scheme,
            effective_on=day(effective),
            from_tier=before,
            tier=tier,
            cause_day=day(effective),
            cause_followers=cause,
        )
    ProfileStatusChange.objects.create(profile=profile, effective_on=day(30), status="suspended")
    happened(profile, "independent", valid_from="2026-06-01")
    happened(profile, "undisclosed")
    page = client.get(f"/p/{profile.public_id}/history/")
    assert [entry["title"] for entry in page.context["timeline"]] == [
        "The label says: has not answered yet",
        "The label says: independent",
        "The platform suspended the account",
        "Handle changed from @old to @new",
        "Rose to the tier 10 M and more",
        "First tier: 5 M and more",
        "Handle @old",
    ]
    assert page.context["timeline"][1]["text"] == "True from 2026-06-01 on."
    assert page.context["timeline"][4]["text"] == "11 M followers were counted on 2026-03-13."


def test_history_leaves_out_what_a_later_record_took_back(client: Client) -> None:
    profile = account()
    scheme = profile.platform.schemes.get()
    for before, tier in ((None, 5), (3, 3), (None, 3)):
        TierChange.objects.create(
            profile=profile, scheme=scheme, effective_on=day(1), from_tier=before, tier=tier
        )
    page = client.get(f"/p/{profile.public_id}/history/")
    assert [entry["title"] for entry in page.context["timeline"]] == ["First tier: 1 M and more"]


def test_history_tells_nothing_that_is_not_public(client: Client) -> None:
    profile = account()
    for verb, audience in (("duty.opened", Audience.STAFF), ("label.changed", Audience.STAFF)):
        journal.record(
            verb,
            profile,
            by=CLOCK,
            audience=audience,
            changes={"state": "managed"},
            profile_id=profile.pk,
        )
    journal.sequence()
    assert client.get(f"/p/{profile.public_id}/history/").context["timeline"] == []


def test_page_shows_the_latest_turns_and_leads_to_the_whole_history(client: Client) -> None:
    profile = account()
    for _ in range(10):
        happened(profile, "independent")
        happened(profile, "none")
    page = client.get(address(profile))
    assert len(page.context["timeline"]) == 8
    assert f"/p/{profile.public_id}/history/" in page.content.decode()
    whole = client.get(f"/p/{profile.public_id}/history/")
    assert len(whole.context["timeline"]) == 20


def test_history_tells_who_managed_it_by_the_name_of_the_day(client: Client) -> None:
    profile = account(handle="h")
    first, second, never = (
        make_agency(name, since=date(2024, 1, 1)) for name in ("One", "Two", "Three")
    )
    with seeing(PASS):
        agencies.rename(first, "壹", "Once", since=date(2026, 1, 1), by=CLOCK)
        agencies.rename(second, "贰", "Twice", since=date(2026, 3, 1), by=CLOCK)
    for agency, since, until in (
        (first, date(2025, 5, 1), date(2025, 8, 1)),
        (first, date(2025, 8, 1), date(2026, 3, 1)),  # the same time, in two contracts
        (second, date(2026, 3, 1), None),
    ):
        confirmed(make_claim(make_contract(agency, since, until), profile))
    make_claim(make_contract(never, date(2024, 1, 1), date(2024, 6, 1)), profile)  # only claimed
    page = client.get(address(profile))
    assert [(e["day"], e["title"]) for e in page.context["timeline"]] == [
        (date(2026, 3, 1), "Managed by Twice from this day on"),
        (date(2026, 3, 1), "Managed by Once no longer"),
        (date(2026, 1, 1), "The agency One Culture is called Once now"),
        (date(2025, 5, 1), "Managed by One Culture from this day on"),
    ]
    assert page.context["so_far"] == {"count": 2, "since": date(2025, 5, 1)}


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_as_many_queries_for_three_turns_as_for_one(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    profile = account(handle="h0")
    World(duties=[silent()]).write(profile)
    scheme = profile.platform.schemes.get()
    for number in range(count):
        happened(profile, "undisclosed")
        TierChange.objects.create(
            profile=profile,
            scheme=scheme,
            effective_on=day(number),
            from_tier=number,
            tier=number + 1,
        )
        ProfileHandle.objects.create(
            platform=profile.platform,
            profile=profile,
            handle=f"h{number}",
            during=DateRange(day(number), day(number + 1)),
        )
    client.get(address(profile))  # this process learns the platforms
    # The account, its label, the rule, the floors of its tiers; its labels, handles, status, tiers;
    # who managed it.
    with django_assert_num_queries(9):
        client.get(address(profile))
    with django_assert_num_queries(7):
        client.get(f"/p/{profile.public_id}/history/")
