"""GET /api/v1/rules."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from disclosure.models import Rule
from tests.factories.disclosure import RuleFactory

pytestmark = pytest.mark.django_db


def test_rules_have_the_shape_that_is_documented(client: Client) -> None:
    Rule.objects.all().delete()
    RuleFactory(
        code="food",
        name_en="Food",
        name_zh="美食",
        text_en="Say it.",
        text_zh="请说明。",
        basis_text="House rules, 4",
        basis_url="https://example.org/",
        platforms=["douyin"],
        content_fields=["美食"],
        live_from=date(2026, 3, 1),
    )
    assert client.get("/api/v1/rules").json() == {
        "next": None,
        "previous": None,
        "results": [
            {
                "code": "food",
                "status": "live",
                "basis": "platform_policy",
                "basis_text": "House rules, 4",
                "basis_url": "https://example.org/",
                "name_en": "Food",
                "name_zh": "美食",
                "text_en": "Say it.",
                "text_zh": "请说明。",
                "platforms": ["douyin"],
                "min_followers": 10_000_000,
                "content_fields": ["美食"],
                "account_kind": "any",
                "grace_days": 30,
                "notice_days": 7,
                "live_from": "2026-03-01",
                "retired_on": None,
            }
        ],
    }


def test_public_gets_no_drafts_and_no_shadows(client: Client) -> None:
    RuleFactory(code="plan", state="draft")
    codes = [rule["code"] for rule in client.get("/api/v1/rules").json()["results"]]
    assert codes == ["over-10m", "cac-2023-11"]


def test_unknown_choice_is_a_problem(client: Client) -> None:
    answer = client.get("/api/v1/rules?basis=rumour")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_database_the_same_whatever_the_size(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    Rule.objects.all().delete()
    for number in range(count):
        RuleFactory(code=f"rule-{number}")
    with django_assert_num_queries(1):
        client.get("/api/v1/rules")
