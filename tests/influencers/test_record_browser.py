"""The record of an account in a browser: readable for everybody, and a fact is changed by hand."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from influencers.actions import people, profiles
from influencers.models import Platform, Profile, ProfileHandle
from influencers.values.statuses import StatusReason
from journal import actions as journal
from journal.values import CLOCK
from tests.accounts.test_pages import LOOKS, dress, look, sign_in
from tests.influencers.histories import day, observe, tiers_pass

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def some_account() -> Profile:
    """With everything that a record can show."""
    profile = Profile.objects.create(
        platform=Platform.objects.get(code="douyin"),
        external_id="MS4wLjABAAAA-1",
        handle="atang",
        display_name="阿棠不吃辣",
        ip_territory="44",
        ip_territory_on=day(40),
    )
    for n in range(40):
        observe(profile, day(n), 460_000 + 13_000 * n, at_least=n == 4)
    observe(profile, day(38), 930_000)
    observe(profile, day(41), 1_200_000)
    observe(profile, day(42), 800_000)
    tiers_pass(day(43))
    ProfileHandle.objects.create(
        platform=profile.platform,
        profile=profile,
        handle="atang_old",
        during=DateRange(day(0), day(20)),
    )
    ProfileHandle.objects.create(
        platform=profile.platform, profile=profile, handle="atang", during=DateRange(day(20), None)
    )
    profiles.set_content_fields(profile, ["美食", "travel"], by=CLOCK)
    person = people.introduce(profile, "person", by=CLOCK)
    people.verify_identity(person, on=timezone.localdate() - timedelta(days=9), by=CLOCK)
    other = Profile.objects.create(
        platform=Platform.objects.get(code="weibo"), external_id="2", display_name="阿棠"
    )
    people.link_influencer(other, person, by=CLOCK)
    profiles.set_status(
        profile,
        "suspended",
        effective_on=timezone.localdate(),
        by=CLOCK,
        reason=StatusReason.PLATFORM,
    )
    journal.sequence()
    profile.refresh_from_db()
    return profile


def address(profile: Profile) -> str:
    return reverse("influencers:record", args=[profile.public_id])


@LOOKS
def test_record_is_readable_for_everybody(
    page: Any, live_server: Any, operator: User, language: str, scheme: str, width: int
) -> None:
    full = some_account()
    empty = Profile.objects.create(platform=full.platform, external_id="x" * 200)
    sign_in(page, live_server.url, operator)
    dress(page, live_server.url, language, scheme, width)
    found = {}
    for profile in (full, empty):
        page.goto(live_server.url + address(profile))
        for each in page.locator("details.m-data").all():
            each.evaluate("box => { box.open = true }")
        found[profile.external_id[:4]] = look(page)
    assert found == {"MS4w": [], "xxxx": []}


def test_fact_is_changed_and_a_refusal_is_read_out(
    page: Any, live_server: Any, operator: User
) -> None:
    profile = some_account()
    sign_in(page, live_server.url, operator)
    page.goto(live_server.url + address(profile))
    status = page.locator("#status")
    status.get_by_text("Change the status").first.click()
    status.get_by_label("active").check()
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    status.get_by_label("From this day on").fill(tomorrow)
    status.get_by_label("Reason").select_option("appeal")
    status.get_by_role("button").click()
    assert page.title().startswith("Error: ")
    assert page.get_by_role("alert").inner_text().splitlines() == [
        "There is a problem",
        "A status cannot begin on a day to come.",
    ]
    status.get_by_label("From this day on").fill(timezone.localdate().isoformat())
    status.get_by_role("button").click()
    assert page.get_by_text("Taken down.").count() == 1
    profile.refresh_from_db()
    assert profile.status == "active"
