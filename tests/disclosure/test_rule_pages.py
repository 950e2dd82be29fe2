"""The desk where rules are made, and what the public reads of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.permissions import Role
from disclosure.models import Rule
from journal import actions as journal
from journal.models import Run
from tests.factories.disclosure import RuleFactory, duty_pass, profile_at
from tests.people import make_person, signed_in

pytestmark = pytest.mark.django_db

SAID = {
    "code": "million",
    "name_en": "From a million",
    "name_zh": "百万以上",
    "text_en": "Show the agency.",
    "text_zh": "展示机构。",
    "basis": "platform_policy",
    "basis_text": "House rules, 4",
    "basis_url": "example.org/rules",
    "platforms": ["douyin"],
    "min_followers": "1000000",
    "content_fields": "美食\n旅行、美食",
    "account_kind": "any",
    "grace_days": "20",
    "notice_days": "5",
}


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def as_second(db: None) -> Client:
    return signed_in(make_person("sam", Role.OPERATOR))


def test_operator_proposes_a_rule(as_operator: Client) -> None:
    answer = as_operator.post("/rules/new/", SAID)
    assert answer["Location"] == "/rules/million/"
    rule = Rule.objects.get(code="million")
    assert (rule.status, rule.platforms, rule.min_followers, rule.content_fields) == (
        "draft",
        ["douyin"],
        1_000_000,
        ["美食", "旅行"],
    )
    assert (rule.basis_url, rule.proposed_by) == ("https://example.org/rules", "Olga")
    assert "Proposed" in text(as_operator, "/rules/million/")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "new"),
        ("code", "with space"),
        ("code", "over-10m"),
        ("name_zh", ""),
        ("min_followers", "600000"),
        ("grace_days", "0"),
        ("notice_days", "366"),
        ("platforms", "myspace"),
        ("content_fields", "x" * 81),
    ],
)
def test_form_names_the_field_that_is_wrong(as_operator: Client, field: str, value: str) -> None:
    answer = as_operator.post("/rules/new/", SAID | {field: value})
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert "<title>Error: " in answer.content.decode()
    assert Rule.objects.count() == 3


def test_draft_is_amended_but_keeps_its_code(as_operator: Client) -> None:
    as_operator.post("/rules/new/", SAID)
    assert 'name="code"' not in text(as_operator, "/rules/million/amend/")
    answer = as_operator.post("/rules/million/amend/", SAID | {"grace_days": "9", "code": "x"})
    assert answer["Location"] == "/rules/million/"
    assert list(Rule.objects.filter(code="million").values_list("grace_days", flat=True)) == [9]


def test_second_person_approves_and_the_first_cannot(
    as_operator: Client, as_second: Client
) -> None:
    as_operator.post("/rules/new/", SAID)
    assert "/rules/million/live/" not in text(as_operator, "/rules/million/")
    today = timezone.localdate().isoformat()
    as_operator.post("/rules/million/live/", {"live_from": today})
    rule = Rule.objects.get(code="million")
    assert rule.status == "draft"
    assert "A second person approves a rule" in text(as_operator, "/rules/million/")
    assert "/rules/million/live/" in text(as_second, "/rules/million/")
    assert "proposed by Olga" in text(as_second, "/rules/million/live/")
    as_second.post("/rules/million/live/", {"live_from": today})
    rule.refresh_from_db()
    assert (rule.status, rule.approved_by) == ("live", "Sam")


def test_day_that_is_over_is_said_to_be(as_operator: Client, as_second: Client) -> None:
    as_operator.post("/rules/new/", SAID)
    yesterday = timezone.localdate() - timedelta(days=1)
    as_second.post("/rules/million/live/", {"live_from": yesterday.isoformat()})
    assert "on a day that is over" in text(as_second, "/rules/million/")
    assert Rule.objects.get(code="million").status == "draft"


def test_rule_goes_into_the_shadow_and_back(as_operator: Client) -> None:
    as_operator.post("/rules/new/", SAID)
    for to in ("shadow", "draft"):
        as_operator.post("/rules/million/move/", {"to": to})
        assert Rule.objects.get(code="million").status == to
    as_operator.post("/rules/million/move/", {"to": "live"})
    assert Rule.objects.get(code="million").status == "draft"


def test_rule_is_retired_after_a_question(as_operator: Client) -> None:
    assert "Retire “" in text(as_operator, "/rules/over-10m/retire/")
    as_operator.post("/rules/over-10m/retire/")
    assert Rule.objects.get(code="over-10m").status == "retired"


def test_rule_is_tried_on_the_accounts_of_today(as_operator: Client) -> None:
    as_operator.post("/rules/new/", SAID | {"content_fields": ""})
    profile_at(3)
    profile_at(5)
    answer = as_operator.post("/rules/million/preview/")
    assert answer["Location"] == "/rules/million/"
    assert "under way" in text(as_operator, "/rules/million/")
    journal.work(Run.objects.get(kind="duties").pk, "test")
    assert "it would open 2 duties" in text(as_operator, "/rules/million/")


def test_pages_show_what_the_last_passes_counted(as_regulator: Client) -> None:
    profile_at(5)
    duty_pass(full=True)
    page = text(as_regulator, "/rules/over-10m/")
    assert '<p class="m-stat-value">1</p>' in page
    assert "/duties/?state=open&amp;rule=over-10m" in page
    assert '<p class="m-stat-value">1</p>' in text(as_regulator, "/rules/mcn-draft-2025/")
    assert "1 would be asked" in text(as_regulator, "/rules/")


def test_regulator_sees_rules_and_changes_none(as_regulator: Client) -> None:
    pages = text(as_regulator, "/rules/") + text(as_regulator, "/rules/mcn-draft-2025/")
    for address in ("/rules/new/", "/retire/", "/live/", "/move/", "/preview/"):
        assert address not in pages


def test_list_is_narrowed_like_the_one_of_the_api(as_operator: Client, client: Client) -> None:
    RuleFactory(code="tube", platforms=["youtube"])
    for query, codes in {
        "platform=youtube": ["over-10m", "tube"],
        "basis=in_force": ["cac-2023-11"],
        "status=live": ["over-10m", "tube", "cac-2023-11"],
    }.items():
        rows = as_operator.get(f"/rules/?{query}").context["rows"]
        assert [rule.code for rule, _ in rows] == codes
        answer = client.get(f"/api/v1/rules?{query}").json()["results"]
        assert [rule["code"] for rule in answer] == codes


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_database_the_same_whatever_the_size(
    as_operator: Client, count: int, django_assert_num_queries: Any
) -> None:
    Rule.objects.all().delete()
    for number in range(count):
        RuleFactory(code=f"rule-{number}")
    # session, user, grants, sight given and taken, rules, two runs for the counts, names of
    # platforms, the filter's choice
    with django_assert_num_queries(10):
        as_operator.get("/rules/")


# --- The public ---------------------------------------------------------------------------------


def test_public_reads_what_is_law_and_what_is_not(client: Client) -> None:
    RuleFactory(code="gone", state="retired", name_en="An old one")
    RuleFactory(code="secret", state="draft", name_en="A plan")
    page = text(client, "/about/rules/")
    for part in ("over-10m", "cac-2023-11", "Law in force", "Platform policy", "An old one"):
        assert part in page
    for part in ("A plan", "mcn-draft-2025", "Draft of a law, not in force"):
        assert part not in page
    assert page.index("cac-2023-11") < page.index("An old one")


def test_public_page_speaks_both_languages(client: Client) -> None:
    client.cookies["django_language"] = "zh-hans"
    page = text(client, "/about/rules/")
    assert "千万粉丝以上账号" in page
    assert "Accounts above ten million followers" not in page


def test_portal_without_a_rule_says_so(client: Client) -> None:
    Rule.objects.all().delete()
    assert "No rule is in use" in text(client, "/about/rules/")


@pytest.mark.parametrize("count", [1, 3])
def test_public_page_asks_the_database_the_same_whatever_the_size(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    Rule.objects.all().delete()
    for number in range(count):
        RuleFactory(code=f"rule-{number}")
    with django_assert_num_queries(2):  # rules, names of platforms
        client.get("/about/rules/")
