"""The page of one account: what it says, on which day, and to whom it says nothing."""

import re
from datetime import date
from urllib.parse import quote

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Role
from influencers.models import (
    Influencer,
    Profile,
    ProfileHandle,
    ProfileStatusChange,
    TierChange,
)
from tests.disclosure.labels import Declared, World, account, day, silent
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db

ODD = ["a/b", "a//b", "#1", "a&b=c", "two words", "100%", "a?b", "a+b", "阿棠", "a/", "history"]
SILENCE = World(duties=[silent()])
INDEPENDENT = World(declared=[Declared(((0.5, 1, None),))])


def address(profile: Profile) -> str:
    return reverse("disclosure:profile", args=[profile.platform.code, profile.external_id])


def text_of(client: Client, profile: Profile, **query: str) -> str:
    answer = client.get(address(profile), query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


# --- addresses ---


@pytest.mark.parametrize("external_id", ODD)
def test_every_id_has_a_page(client: Client, external_id: str) -> None:
    profile = account(external_id)
    with_slash = address(profile)
    answers = [client.get(with_slash)]
    if not external_id.endswith("/"):
        answers.append(client.get(f"/profiles/douyin/{quote(external_id, safe='/')}"))
    assert [(a.status_code, a.context["profile"].pk) for a in answers] == [
        (200, profile.pk) for _ in answers
    ]


def test_page_leads_its_holder_to_the_desk(client: Client) -> None:
    assert '<a href="/creator/">This is my account</a>' in text_of(client, account("4711"))


def test_an_older_handle_leads_to_the_present_address_and_keeps_the_day(client: Client) -> None:
    profile = account("4711", handle="new")
    for handle, since, until in [
        ("old", date(2025, 1, 1), date(2026, 1, 1)),
        ("new", date(2026, 1, 1), None),
    ]:
        ProfileHandle.objects.create(
            platform=profile.platform,
            profile=profile,
            handle=handle,
            during=DateRange(since, until),
        )
    for name in ("old", "new"):
        answer = client.get(f"/profiles/douyin/{name}/?on=2026-03-01")
        assert (answer.status_code, answer.headers["Location"]) == (
            301,
            "/profiles/douyin/4711/?on=2026-03-01",
        )


def test_unknown_and_hidden_accounts_get_the_same_answer(client: Client) -> None:
    account("hidden", tier=0)
    held = account("holder", tier=0)
    ProfileHandle.objects.create(
        platform=held.platform, profile=held, handle="handle", during=DateRange(date(2026, 1, 1))
    )
    client.get("/")  # the token of its forms is set with the first page
    bodies = set()
    for path in ("douyin/unknown", "douyin/hidden", "douyin/handle", "nowhere/hidden"):
        answer = client.get(f"/profiles/{path}/")
        assert answer.status_code == 404
        plain = answer.content.decode().replace(f"/profiles/{path}/", "PATH")
        bodies.add(without_tokens(plain))
    assert len(bodies) == 1


def without_tokens(page: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', "TOKEN", page)


def test_staff_see_the_page_of_a_hidden_account(client: Client) -> None:
    profile = account("hidden", tier=0)
    mo = signed_in(make_person("mo", Role.MODERATOR, platform="douyin"))
    other = signed_in(make_person("wu", Role.MODERATOR, platform="weibo"))
    assert [c.get(address(profile)).status_code for c in (mo, other, client)] == [200, 404, 404]


def test_the_short_address_stays(client: Client) -> None:
    profile, hidden = account("a/b"), account("hidden", tier=0)
    answer = client.get(f"/p/{profile.public_id}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/profiles/douyin/a/b/")
    assert client.get(f"/p/{hidden.public_id}/").status_code == 404
    assert client.get(f"/p/{hidden.public_id}/history/").status_code == 404


# --- the label ---


def test_page_says_that_no_agency_is_known(client: Client) -> None:
    text = text_of(client, account())
    assert "No agency is known to the register" in text
    assert "That is no statement that there is none" in text


def test_page_says_that_an_account_declared_itself_independent(client: Client) -> None:
    profile = account()
    INDEPENDENT.write(profile)
    text = text_of(client, profile)
    assert 'class="m-plate m-plate-independent"' in text
    assert '<p class="m-plate-name">Independent</p>' in text
    assert f'<time datetime="{day(1)}" class="m-num">{day(1)}</time> on.' in text


def test_page_says_when_an_account_was_asked_and_by_which_rule(client: Client) -> None:
    profile = account()
    SILENCE.write(profile)
    text = text_of(client, profile)
    assert '<p class="m-plate-name">Has not answered yet</p>' in text
    assert f'since <time datetime="{day(0)}"' in text
    assert f'ended on <time datetime="{day(10)}"' in text
    assert "(law in force)" in text


def test_page_says_that_a_declaration_waits_to_be_repeated(client: Client) -> None:
    profile = account()
    World(declared=[Declared(((0.5, 1, None),))], principal_changed_on=30).write(profile)
    assert "its new holder has not repeated the declaration yet" in text_of(client, profile)


def test_page_of_a_revoked_account_says_so_and_nothing_else(client: Client) -> None:
    profile = account()
    INDEPENDENT.write(profile)
    ProfileStatusChange.objects.create(profile=profile, effective_on=day(5), status="revoked")
    Profile.objects.filter(pk=profile.pk).update(status="revoked")
    text = text_of(client, profile)
    assert "The platform has revoked this account." in text
    assert "m-plate-none" in text
    assert "no answer is overdue" not in text


# --- another day ---


def test_page_of_a_past_day_says_what_was_true_then(client: Client) -> None:
    profile = account(handle="new", followers=10_200_000, observed_on=date(2026, 11, 1))
    World(
        declared=[Declared(((0.5, 10, None),))],
        handles=[("old", -90, 20), ("new", 20, None)],
    ).write(profile)
    TierChange.objects.create(
        profile=profile,
        scheme=profile.platform.schemes.get(),
        effective_on=day(-30),
        tier=3,
        cause_day=day(-30),
        cause_followers=1_100_000,
    )
    text = text_of(client, profile, on=day(5).isoformat())
    assert "m-plate-none" in text
    assert "@<bdi>old</bdi>" in text
    assert "tier on that day: 1 M and more" in text
    assert "10.2 M" not in text
    assert '<meta name="robots" content="noindex">' in text
    assert "m-plate-independent" in text_of(client, profile, on=day(15).isoformat())


def test_page_says_what_was_known_at_the_end_of_a_past_day(client: Client) -> None:
    profile = account()
    World(declared=[Declared(((10.5, 1, None),))]).write(profile)
    asked = {"on": day(5).isoformat()}
    assert "m-plate-independent" in text_of(client, profile, **asked)
    assert "m-plate-none" in text_of(client, profile, **asked, known_at=day(9).isoformat())
    assert "m-plate-independent" in text_of(client, profile, **asked, known_at=day(10).isoformat())


def test_page_of_today_is_the_one_without_a_day(client: Client) -> None:
    profile = account()
    INDEPENDENT.write(profile)
    today = profile.platform.today(timezone.now()).isoformat()
    page = client.get(address(profile), {"on": today, "known_at": timezone.localdate().isoformat()})
    assert page.context["past"] is False
    assert page.context["label"] == client.get(address(profile)).context["label"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"on": "1999-12-31"}, "no days before the year 2000"),
        ({"on": "3000-01-01"}, "or after 2999"),
        ({"on": "2026-02-30"}, "Enter a valid date."),
        ({"on": "a\0b"}, "Enter a valid date."),
        ({"known_at": "2999-01-01"}, "is not known yet"),
    ],
)
def test_page_says_which_day_it_cannot_show(
    client: Client, query: dict[str, str], words: str
) -> None:
    profile = account()
    INDEPENDENT.write(profile)
    text = text_of(client, profile, **query)
    assert words in text
    assert text.count('aria-invalid="true"') == 1


def test_page_leads_to_the_same_label_for_machines(client: Client) -> None:
    profile = account("a/b#c d")
    asked = {"on": day(5).isoformat(), "known_at": day(9).isoformat()}
    for query, there in [
        ({}, "/api/v1/labels/douyin/a/b%23c%20d"),
        (asked, f"/api/v1/labels/douyin/a/b%23c%20d?on={day(5)}&amp;known_at={day(9)}"),
    ]:
        assert f'<a href="{there}">' in text_of(client, profile, **query)
        answer = client.get(there.replace("&amp;", "&"))
        assert answer.json()["external_id"] == "a/b#c d"


# --- what stands beside it ---


def test_page_shows_what_the_register_knows_of_the_account(client: Client) -> None:
    profile = account(
        "MS4",
        handle="atang",
        display_name="阿棠不吃辣",
        followers=10_200_000,
        observed_on=date(2026, 11, 20),
        tier_since=date(2026, 3, 2),
        ip_territory="44",
        ip_territory_on=date(2026, 11, 19),
        content_fields=["美食", "探店"],
        influencer=Influencer.objects.create(verified_on=date(2026, 4, 1), verified_by="douyin"),
    )
    TierChange.objects.create(
        profile=profile,
        scheme=profile.platform.schemes.get(),
        effective_on=date(2026, 3, 2),
        from_tier=4,
        tier=5,
        cause_day=date(2026, 3, 1),
        cause_followers=10_050_000,
    )
    text = text_of(client, profile)
    for words in (
        '<data value="10200000" title="10,200,000" class="m-num">10.2 M</data>',
        "tier 10 M and more since <time",
        "10 M followers were counted on 2026-03-01.",
        "Rose to the tier 10 M and more",
        "identity verified",
        "Guangdong",
        "2026-11-19",
        "美食 · 探店",
        'href="https://www.douyin.com/user/MS4"',
    ):
        assert words in text
    assert "douyin</dd>" not in text  # by whom it was verified is nobody's affair


def test_page_of_a_minor_shows_the_label_and_nothing_else(client: Client) -> None:
    profile = account(
        "MS4",
        handle="kid",
        display_name="Kid",
        followers=10_200_000,
        observed_on=date(2026, 11, 20),
        tier_since=date(2026, 2, 3),
        ip_territory="44",
        ip_territory_on=date(2026, 11, 19),
        content_fields=["dance"],
        influencer=Influencer.objects.create(
            minor=True, verified_on=date(2026, 4, 1), verified_by="x"
        ),
    )
    INDEPENDENT.write(profile)
    TierChange.objects.create(
        profile=profile,
        scheme=profile.platform.schemes.get(),
        effective_on=date(2026, 2, 3),
        tier=5,
        cause_day=date(2026, 2, 3),
        cause_followers=10_050_000,
    )
    for query in ({}, {"on": day(5).isoformat()}):
        text = text_of(client, profile, **query)
        assert "m-plate-independent" in text
        assert '<meta name="robots" content="noindex">' in text
        for hidden in ("10.2 M", "10 M", "Guangdong", "dance", "verified", "2026-02-03"):
            assert hidden not in text
    history = client.get(f"/p/{profile.public_id}/history/").content.decode()
    assert "10 M" not in history


def test_names_are_shown_as_text(client: Client) -> None:
    text = text_of(client, account(display_name="<script>x</script>", handle="<b>"))
    assert "<script>x" not in text
    assert "<b>" not in text
