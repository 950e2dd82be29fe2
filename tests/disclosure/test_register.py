"""The search of the register: what is understood, what is found, what nobody is shown."""

from datetime import date
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse

from accounts.permissions import Role
from disclosure.models import Standing
from disclosure.queries import register
from influencers.models import Influencer, Platform, Profile, ProfileHandle
from influencers.queries.search import Sought, understand
from journal.values import NOBODY, Actor, ActorKind
from tests.disclosure.labels import account
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db

HOME = "/"


def held(profile: Profile, handle: str, since: date, until: date | None = None) -> None:
    ProfileHandle.objects.create(
        platform=profile.platform, profile=profile, handle=handle, during=DateRange(since, until)
    )


def found(client: Client, text: str, **filters: str) -> dict[str, list[str]]:
    """The ids that a search shows, by the part of the page that they stand in."""
    context = client.get(HOME, {"q": text, **filters}).context
    return {
        part: [hit.profile.external_id for hit in context.get(part, [])]
        for part in ("exact", "hits", "similar")
        if context.get(part)
    }


def listed(client: Client, **filters: str) -> list[str]:
    return [hit.profile.external_id for hit in client.get(HOME, filters).context["hits"]]


# --- what is understood ---


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("  深圳  美食 ", Sought(("深圳 美食",), ("深圳", "美食"))),
        ("@khaby.lame", Sought(("@khaby.lame", "khaby.lame"), ("khaby.lame",))),
        ("ＡＢＣ", Sought(("ABC",), ("ABC",))),
        ("👑", Sought(("👑",), ())),
        ("", Sought()),
        ("a b c d e f g h", Sought(("a b c d e f g h",), ("a", "b", "c", "d", "e", "f"))),
        (
            "https://www.tiktok.com/@khaby.lame?lang=en#top",
            Sought(("khaby.lame",), (), "tiktok", True),
        ),
        (
            "tiktok.com/@khaby.lame/video/7",
            Sought(("khaby.lame/video/7", "7", "video", "khaby.lame"), (), "tiktok", True),
        ),
        ("http://m.weibo.cn/u/1234", Sought((), (), "", True)),
        ("https://m.weibo.com/u/1234", Sought(("1234", "u"), (), "weibo", True)),
        ("https://www.youtube.com/channel/UC7", Sought(("UC7", "channel"), (), "youtube", True)),
        ("https://v.douyin.com/iRN/", Sought(("iRN",), (), "douyin", True)),
        ("https://example.org/someone", Sought((), (), "", True)),
        ("https://", Sought(("https://",), ("https://",))),
    ],
)
def test_understand_reads_what_people_type_and_paste(text: str, sought: Sought) -> None:
    assert understand(text, Platform.objects.all()) == sought


def test_understand_cuts_what_nobody_is_called() -> None:
    assert understand("x" * 5000, []) == Sought(("x" * 200,), ("x" * 200,))


# --- what is found ---


def test_search_finds_two_chinese_characters_inside_a_name(client: Client) -> None:
    account("1", display_name="深圳美食地图")
    account("2", display_name="科技深圳湾")
    account("3", display_name="深夜圳上")
    assert found(client, "深圳") == {"hits": ["2", "1"]}


def test_search_keeps_the_order_of_three_chinese_characters(client: Client) -> None:
    account("1", display_name="深圳美食")
    account("2", display_name="圳美深圳")
    assert found(client, "深圳美") == {"hits": ["1"]}


@pytest.mark.parametrize("text", ["KHABY", "lame", "haby La", "lame khaby", "kh", "k", "@khaby.l"])
def test_search_finds_latin_words_of_name_or_handle(client: Client, text: str) -> None:
    account("1", display_name="Khaby Lame", handle="khaby.lame")
    account("2", display_name="Zoe Blue", handle="zoe")
    assert found(client, text) == {"hits": ["1"]}


def test_search_wants_every_word(client: Client) -> None:
    account("1", display_name="Khaby Lame")
    account("2", display_name="Khaby Blue")
    assert found(client, "khaby blue") == {"hits": ["2"]}


@pytest.mark.parametrize("text", ["mrbeast", "MrBeast", "@MrBeast", "77001"])
def test_search_shows_first_who_is_called_or_numbered_exactly_so(client: Client, text: str) -> None:
    account("77001", handle="MrBeast", display_name="MrBeast", tier=1)
    account("2", handle="mrbeastfan", display_name="77001 mrbeast fans", tier=5)
    assert found(client, text) == {"exact": ["77001"], "hits": ["2"]}


def test_search_finds_an_account_by_a_handle_that_it_had_earlier(client: Client) -> None:
    profile = account("1", handle="new", display_name="Somebody")
    held(profile, "old", date(2025, 1, 1), date(2026, 1, 1))
    held(profile, "new", date(2026, 1, 1))
    assert found(client, "old") == {"exact": ["1"]}


def test_search_finds_the_account_of_a_pasted_address(client: Client) -> None:
    account("a", platform="tiktok", handle="khaby.lame")
    account("b", platform="instagram", handle="khaby.lame")
    assert found(client, "https://www.tiktok.com/@khaby.lame?lang=en") == {"exact": ["a"]}


def test_search_finds_an_id_with_signs(client: Client) -> None:
    account("a/b#c d&e")
    assert found(client, "a/b#c d&e") == {"exact": ["a/b#c d&e"]}


@pytest.mark.parametrize("text", ["cristano ronaldo", "christiano"])
def test_search_offers_similar_names_for_a_misspelt_one(client: Client, text: str) -> None:
    account("1", display_name="Cristiano Ronaldo")
    account("2", display_name="Zoe Blue")
    assert found(client, text) == {"similar": ["1"]}


def test_search_offers_similar_chinese_names(client: Client) -> None:
    account("1", display_name="深圳美食地图")
    account("2", display_name="老王修车")
    assert found(client, "深圳美事") == {"similar": ["1"]}


def test_search_for_signs_only_finds_who_is_called_so(client: Client) -> None:
    account("1", handle="___")
    account("2", handle="abc", display_name="_ _ _")
    assert found(client, "___") == {"exact": ["1"]}


def test_search_takes_percent_and_underscore_as_they_are(client: Client) -> None:
    account("1", display_name="100% Baby")
    account("2", display_name="100 Baby")
    assert found(client, "100%") == {"hits": ["1"]}


def test_search_says_that_nothing_is_there(client: Client) -> None:
    account("1", display_name="Somebody")
    page = client.get(HOME, {"q": "qqzzqq"})
    assert found(client, "qqzzqq") == {}
    assert "The register holds no such account" in page.content.decode()


def test_search_says_that_an_address_belongs_to_no_platform(client: Client) -> None:
    page = client.get(HOME, {"q": "https://example.org/somebody"}).content.decode()
    assert "This address belongs to no platform of the register" in page


def test_search_text_comes_back_as_text(client: Client) -> None:
    page = client.get(HOME, {"q": '<b>"x'}).content.decode()
    assert "<b>&quot;x" not in page
    assert "&lt;b&gt;&quot;x" in page


def test_search_refuses_what_is_no_text(client: Client) -> None:
    page = client.get(HOME, {"q": "a\0b"})
    assert page.status_code == 200
    assert "Null characters are not allowed." in page.content.decode()


# --- who is listed ---


def test_register_lists_by_tier_and_unknown_tiers_last(client: Client) -> None:
    account("low", tier=1)
    account("unknown", tier=None)
    account("high", tier=5)
    account("high too", tier=5)
    assert listed(client) == ["high too", "high", "low", "unknown"]


def test_register_hides_who_is_below_the_lowest_tier(client: Client) -> None:
    account("small", tier=0, display_name="Small", handle="small")
    account("small but public", tier=0, public_anyway=True, display_name="Small")
    assert listed(client) == ["small but public"]
    assert found(client, "small") == {"hits": ["small but public"]}


def test_case_15_register_lists_no_minor_and_finds_one_by_its_exact_name_only(
    client: Client,
) -> None:
    minor = Influencer.objects.create(minor=True)
    account("1", handle="kid", display_name="Kid Tang", influencer=minor)
    account("2", display_name="Tang")
    assert listed(client) == ["2"]
    assert found(client, "tang") == {"hits": ["2"]}
    assert found(client, "kid") == {"exact": ["1"]}
    assert found(client, "tangg") == {"similar": ["2"]}


def test_register_is_the_same_list_for_staff_but_they_find_every_account(client: Client) -> None:
    account("small", tier=0, handle="small")
    account("other", platform="weibo", handle="other")
    staff = signed_in(make_person("mo", Role.MODERATOR, platform="douyin"))
    assert listed(staff) == ["other"]
    assert found(staff, "small") == {"exact": ["small"]}
    assert found(staff, "other") == {"exact": ["other"]}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"platform": "weibo"}, ["w5"]),
        ({"tier": "5"}, ["w5"]),
        ({"tier": "unknown"}, ["d?"]),
        ({"state": "independent"}, ["d3"]),
        ({"state": "none"}, ["w5", "d?"]),
        ({"ip_territory": "44"}, ["d3"]),
        ({"ip_territory": "Guangdong"}, ["d3"]),
        ({"ip_territory": "广东"}, ["d3"]),
        ({"platform": "douyin", "tier": "3"}, ["d3"]),
        ({"platform": "weibo", "tier": "3"}, []),
        ({"q": "w5"}, []),
        ({"q": "tang"}, ["w5", "d3"]),
        ({"q": "tang", "platform": "douyin"}, ["d3"]),
    ],
)
def test_register_is_narrowed(client: Client, filters: dict[str, str], expected: list[str]) -> None:
    account("w5", platform="weibo", tier=5, display_name="Tang A")
    independent = account("d3", tier=3, display_name="Tang B", ip_territory="44")
    unknown = account("d?", tier=None)
    Standing.objects.create(profile=independent, state="independent")
    Standing.objects.create(profile=unknown, state="none")
    assert listed(client, **filters) == expected


def test_exact_hits_are_under_the_filters_too(client: Client) -> None:
    account("1", handle="tang", platform="weibo")
    assert found(client, "tang", platform="douyin") == {}


def test_register_says_what_is_wrong_with_a_filter_and_shows_nothing(client: Client) -> None:
    account("1")
    page = client.get(HOME, {"platform": "nowhere", "ip_territory": "Atlantis"})
    text = page.content.decode()
    assert page.context["page"].items == []
    assert "Nothing was looked up" in text
    assert "No province or country of this name or code is known." in text
    assert text.count('aria-invalid="true"') == 2


def test_register_names_tiers_by_their_floors(client: Client) -> None:
    choices = client.get(HOME).context["filter"].form.fields["tier"].choices
    assert [words for _value, words in choices] == [
        "All",
        "10 M and more",
        "5 M and more",
        "1 M and more",
        "500 K and more",
        "100 K and more",
        "below 100 K",
        "not published",
    ]


def test_register_shows_the_state_that_the_label_pass_saw(client: Client) -> None:
    profile = account(
        "1", display_name="Somebody", followers=1_380_000, observed_on=date(2026, 1, 1)
    )
    Standing.objects.create(profile=profile, state="undisclosed")
    text = client.get(HOME).content.decode()
    assert "Has not answered yet" in text
    assert '<data value="1380000" title="1,380,000" class="m-num">1.3 M</data>' in text


def test_register_pages_by_key_without_losing_or_repeating_anyone(client: Client) -> None:
    for number in range(60):
        account(f"n{number}", tier=None if number % 7 == 0 else number % 5 + 1)
    seen: list[str] = []
    page = client.get(HOME, {"platform": "douyin"})
    while True:
        seen += [hit.profile.external_id for hit in page.context["hits"]]
        cursor = page.context["page"].next
        if cursor is None:
            break
        page = client.get(HOME, {"platform": "douyin", "after": cursor})
    assert len(seen) == 60
    assert set(seen) == {f"n{number}" for number in range(60)}


def test_register_refuses_a_cursor_of_another_list(client: Client) -> None:
    assert client.get(HOME, {"after": "nonsense"}).status_code == 400


# --- the page itself ---


def test_register_answers_htmx_with_the_results_alone_and_a_clean_address(client: Client) -> None:
    account("1", display_name="Tang")
    query = {"q": "tang", "platform": "", "tier": "5"}
    answer = client.get(HOME, query, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert answer.headers["HX-Replace-Url"] == "/?q=tang&tier=5"
    assert "<html" not in text
    assert 'id="results"' in text
    assert 'href="?q=tang"' in text  # the tier's chip takes the tier away
    assert "HX-Request" in answer.headers["Vary"]


def test_register_answers_htmx_going_back_with_the_whole_page(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in client.get(HOME, headers=headers).content.decode()


def test_empty_portal_tells_a_visitor_what_will_be_here(client: Client) -> None:
    text = client.get(HOME).content.decode()
    assert "No accounts yet" in text
    assert reverse("disclosure:about") in text


def test_empty_portal_tells_an_operator_what_to_do(as_operator: Client) -> None:
    text = as_operator.get(HOME).content.decode()
    assert "The register fills when follower counts of a platform are uploaded." in text


@pytest.mark.parametrize("count", [1, 3])
def test_register_asks_as_many_queries_for_three_accounts_as_for_one(
    client: Client, django_assert_num_queries: Any, count: int
) -> None:
    for number in range(count):
        account(f"n{number}", display_name=f"Tang {number}", handle=f"tang{number}")
    with django_assert_num_queries(2):  # platforms with their tiers, accounts
        client.get(HOME)
    with django_assert_num_queries(3):  # and who is called exactly so
        client.get(HOME, {"q": "tang", "platform": "douyin", "state": "none"})
    with django_assert_num_queries(4):  # and who is called alike
        client.get(HOME, {"q": "tangg0"})


# --- where an address leads ---


def leads_to(name: str, actor: Actor = NOBODY) -> tuple[str, bool] | None:
    there = register.find("douyin", name, actor)
    return None if there is None else (there.profile.external_id, there.moved)


def test_find_prefers_the_permanent_id_to_a_bare_handle(client: Client) -> None:
    account("x", provisional=True, display_name="provisional")
    account("x", display_name="permanent")
    there = register.find("douyin", "x", NOBODY)
    assert there is not None
    assert there.profile.display_name == "permanent"


def test_find_follows_a_handle_to_its_holder_and_the_last_one_while_nobody_holds_it() -> None:
    old, new = account("old"), account("new")
    held(old, "tang", date(2025, 1, 1), date(2025, 6, 1))
    assert leads_to("tang") == ("old", True)
    held(new, "tang", date(2026, 1, 1))
    assert leads_to("tang") == ("new", True)


def test_find_leads_nowhere_for_a_handle_that_a_hidden_account_took_over() -> None:
    held(account("old"), "tang", date(2025, 1, 1), date(2025, 6, 1))
    held(account("hidden", tier=0), "tang", date(2026, 1, 1))
    assert leads_to("tang") is None


def test_find_shows_staff_the_accounts_of_their_platforms_and_public_ones() -> None:
    account("small", tier=0)
    account("big")
    mine = Actor(ActorKind.USER, roles=frozenset({"moderator"}), platforms=frozenset({"douyin"}))
    others = Actor(ActorKind.USER, roles=frozenset({"moderator"}), platforms=frozenset({"weibo"}))
    assert [leads_to("small", who) for who in (mine, others, NOBODY)] == [
        ("small", False),
        None,
        None,
    ]
    assert leads_to("big", others) == ("big", False)
