"""The pages that explain the register."""

import re

import pytest
from django.test import Client

from disclosure.models import Rule
from disclosure.values import TEXTS, State
from influencers.models import Platform, Profile, TierScheme
from tests.disclosure.labels import rule

pytestmark = pytest.mark.django_db


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_about_explains_every_state_at_the_address_that_account_pages_name(client: Client) -> None:
    text = text_of(client, "/about/")
    assert sorted(re.findall(r'<section class="m-state" id="state-(\w+)"', text)) == sorted(State)
    assert sorted(re.findall(r'<div class="m-plate m-plate-(\w+)"', text)) == sorted(State)


def test_about_names_live_rules_with_their_legal_basis_and_no_draft(client: Client) -> None:
    rule()
    Rule.objects.create(
        code="shadow", name_en="A plan of theirs", basis="draft", min_followers=1_000_000
    )
    page = client.get("/about/")
    named = {each.code: each.get_basis_display() for each in page.context["rules"]}
    assert named["test-seen"] == "law in force"
    assert "A plan of theirs" not in page.content.decode()
    assert {each.status for each in page.context["rules"]} == {"live"}


def test_about_links_only_to_parts_that_it_has(client: Client) -> None:
    text = text_of(client, "/about/")
    parts = set(re.findall(r'href="#([\w-]+)"', text)) - {"main"}
    assert parts == {
        "says",
        "states",
        "silence",
        "rules",
        "correct",
        "tiers",
        "not-collected",
        "sources",
    }
    assert [part for part in parts if f'id="{part}"' not in text] == []


def test_developers_lists_the_codes_that_the_api_uses(client: Client) -> None:
    text = text_of(client, "/developers/")
    codes = [*State, *Profile.Status, *Rule.Basis]
    codes += Platform.objects.values_list("code", flat=True)
    assert [code for code in codes if f"<code>{code}</code>" not in text] == []
    for state in State:
        assert TEXTS[state]["zh-Hans"] in text
        assert TEXTS[state]["en"] in text


def test_developers_names_tiers_per_scheme(client: Client) -> None:
    weibo = TierScheme.objects.get(platform__code="weibo")
    TierScheme.objects.filter(pk=weibo.pk).update(floors=[50_000, 2_000_000])
    schemes = client.get("/developers/").context["schemes"]
    assert schemes[0] == (["weibo"], ["below 50 K", "50 K and more", "2 M and more"])
    assert len(schemes) == 2


def test_the_first_call_works_as_it_is_printed(client: Client) -> None:
    calls = re.findall(
        r"curl &#x27;http://127.0.0.1:8000(/\S+?)&#x27;", text_of(client, "/developers/")
    )
    label, copy = (call.replace("&amp;", "&") for call in calls)
    Profile.objects.create(
        platform=Platform.objects.get(code="douyin"), external_id=label.rpartition("/")[2], tier=5
    )
    assert client.get(label).json()["state"] == "none"
    assert len(client.get(copy).json()["results"]) == 1


@pytest.mark.parametrize("address", ["/about/", "/developers/"])
def test_pages_are_there_without_any_platform_or_rule(client: Client, address: str) -> None:
    Rule.objects.all().delete()
    TierScheme.objects.all().delete()
    Platform.objects.all().delete()
    assert client.get(address).status_code == 200
