"""The register in a browser: typing finds, and every page is readable for everybody."""

from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from disclosure.models import Standing
from influencers.models import Influencer, Profile
from tests.browser import LOOKS, dress, look
from tests.disclosure.labels import Declared, World, account, day, silent

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def some_accounts() -> list[Profile]:
    independent = account(
        "a/b#c d",
        handle="atang",
        display_name="阿棠不吃辣",
        followers=10_200_000,
        observed_on=date(2026, 11, 20),
        tier_since=date(2026, 3, 2),
        ip_territory="44",
        ip_territory_on=date(2026, 11, 19),
        content_fields=["美食"],
        influencer=Influencer.objects.create(verified_on=date(2026, 4, 1), verified_by="douyin"),
    )
    World(declared=[Declared(((0.5, 1, None),))]).write(independent)
    Standing.objects.create(profile=independent, state="independent")
    asked = account("2", display_name="深圳美食地图", tier=3, status="active")
    World(duties=[silent()]).write(asked)
    nothing = account("3", display_name="Khaby Lame", handle="khaby.lame", tier=4)
    gone = account("4", display_name="Gone", tier=1)
    Profile.objects.filter(pk=gone.pk).update(status="closed")
    minor = account("5", influencer=Influencer.objects.create(minor=True))
    return [independent, asked, nothing, gone, minor]


def page_of(profile: Profile) -> str:
    return reverse("disclosure:profile", args=[profile.platform.code, profile.external_id])


def test_search_finds_while_somebody_types_and_leads_to_the_account(
    page: Any, live_server: Any
) -> None:
    some_accounts()
    page.goto(live_server.url)
    page.get_by_label("Name, handle, address or id").press_sequentially("深圳")
    hits = page.locator(".m-hit")
    page.wait_for_url("**/?q=" + quote("深圳"))
    assert hits.all_inner_texts()[0].startswith("深圳美食地图")
    assert hits.count() == 1
    page.select_option("select[name=tier]", "5")
    page.wait_for_url("**/?q=" + quote("深圳") + "&tier=5")
    assert hits.count() == 0
    page.locator(".m-chip").nth(1).click()
    page.locator(".m-hit-name").click()
    page.wait_for_url("**/profiles/douyin/2/")
    assert page.locator(".m-plate-name").inner_text() == "Has not answered yet"
    page.get_by_label("As of").fill(day(5).isoformat())
    page.get_by_role("button", name="Show").click()
    assert page.locator(".m-plate-name").inner_text() == "No agency is known to the register"
    page.get_by_role("link", name="Back to today").click()
    page.wait_for_url("**/profiles/douyin/2/")


def test_register_works_without_script(browser: Any, live_server: Any) -> None:
    some_accounts()
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(live_server.url)
    page.fill("#id_q", "khaby")
    page.select_option("select[name=platform]", "douyin")
    page.get_by_role("button", name="Search").last.click()
    page.get_by_role("link", name="Khaby Lame").click()
    assert page.locator("h1").inner_text() == "Khaby Lame"
    context.close()


@LOOKS
def test_pages_of_the_register_are_accessible(
    page: Any, live_server: Any, language: str, scheme: str, width: int
) -> None:
    dress(page, live_server.url, language, scheme, width)
    page.goto(live_server.url)
    wrong = {"empty portal": look(page)}
    profiles = some_accounts()
    days = "?on=1999-01-01&known_at=2999-01-01"
    addresses = ["/", "/?q=zzqqzz", "/?q=khabyy", "/?q=@atang", "/?platform=x&ip_territory=x"]
    addresses += [f"/p/{profiles[0].public_id}/history/"]
    addresses += [page_of(profile) for profile in profiles]
    addresses += [page_of(profiles[0]) + f"?on={day(0)}", page_of(profiles[0]) + days]
    for address in addresses:
        assert Client().get(address).status_code == 200
        page.goto(live_server.url + address)
        wrong[address] = look(page)
    assert {address: found for address, found in wrong.items() if found} == {}
