"""Lists page by key."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.doors import (
    BadCursor,
    keyset,
)
from accounts.models import Notice
from tests.factories.accounts import NoticeFactory, calling_with, make_key

pytestmark = pytest.mark.django_db


MESSAGES = "/api/v1/messages"


# --- pages of lists -----------------------------------------------------------------------------


def asking(**query: str) -> HttpRequest:
    request = HttpRequest()
    request.GET = QueryDict(mutable=True)
    request.GET.update(query)
    return request


def walk(queryset: Any, order: list[str], size: int) -> tuple[list[Any], list[Any]]:
    """All rows page by page to the end, and page by page back to the start."""
    forth, back = [], []
    page = keyset(queryset, asking(), order, size)
    assert page.previous is None
    while True:
        forth += page.items
        if page.next is None:
            break
        page = keyset(queryset, asking(after=page.next), order, size)
    while True:
        back = page.items + back
        if page.previous is None:
            return forth, back
        page = keyset(queryset, asking(before=page.previous), order, size)


@pytest.mark.parametrize(
    "order",
    [
        ["pk"],
        ["-pk"],
        ["platform", "pk"],
        ["-platform", "-pk"],
        ["platform", "-created_at"],
        ["-recipient", "public_id"],
        ["platform"],
        ["created_at"],
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 10])
def test_pages_hold_every_row_once_in_order_both_ways(order: list[str], size: int) -> None:
    start = datetime(2026, 1, 1, 0, 0, 0, 123_456, tzinfo=UTC)
    for number in range(7):
        NoticeFactory(
            platform="ab"[number % 2],
            recipient=f"r/{number // 3}",
            created_at=start + timedelta(microseconds=number // 2),
        )
    names = order if order[-1].lstrip("-") in ("pk", "public_id") else [*order, _last(order)]
    expected = list(Notice.objects.order_by(*names))
    assert walk(Notice.objects.all(), order, size) == (expected, expected)


def _last(order: list[str]) -> str:
    return "-pk" if order[-1].startswith("-") else "pk"


def test_page_of_nothing_is_empty() -> None:
    page = keyset(Notice.objects.all(), asking(), ["pk"])
    assert (page.items, page.next, page.previous) == ([], None, None)


def test_rows_that_come_later_appear_on_later_pages() -> None:
    first = NoticeFactory()
    NoticeFactory()
    page = keyset(Notice.objects.all(), asking(), ["pk"], 1)
    assert page.items == [first]
    late = NoticeFactory()
    page = keyset(Notice.objects.all(), asking(after=page.next), ["pk"], 5)
    assert page.items[-1] == late


def test_page_asks_one_query_that_compares_rows() -> None:
    NoticeFactory.create_batch(3)
    page = keyset(Notice.objects.all(), asking(), ["platform"], 1)
    with CaptureQueriesContext(connection) as queries:
        keyset(Notice.objects.all(), asking(after=page.next), ["platform"], 1)
    (query,) = queries
    assert '("accounts_notice"."platform", "accounts_notice"."id") > (' in query["sql"]


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "å",
        "A" * 2000,
        "WyJuIl0",  # ["n"]
        "WyJ4IiwxXQ",  # ["x",1]
        "WyJuIiwibm8iXQ",  # ["n","no"]
        "WyJuIixudWxsXQ",  # ["n",null]
        "WyJuIiw5OTk5OTk5OTk5OTk5OTk5OTk5OTldXQ",
        "WyJuIiw5OTk5OTk5OTk5OTk5OTk5OTk5OTld",  # ["n",9999999999999999999999]
        "bnVsbA",  # null
        "W1tbW1tbW1tb",
        "WyJuIixJbmZpbml0eV0",  # ["n",Infinity]
        "WyJuIixOYU5d",  # ["n",NaN]
    ],
)
def test_cursor_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        keyset(Notice.objects.all(), asking(after=cursor), ["pk"])


def test_half_a_character_in_a_cursor_is_refused() -> None:
    with pytest.raises(BadCursor):
        keyset(Notice.objects.all(), asking(after="WyJuIiwiXHVkODAwIiwxXQ"), ["recipient"])


def test_bad_cursor_is_a_bad_request_on_pages_and_in_the_api(as_operator: Client) -> None:
    assert as_operator.get("/accounts/people/", {"after": "x"}).status_code == 400
    _key, text = make_key()
    answer = calling_with(text).get(MESSAGES, {"cursor": "x"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "cursor")


def test_api_links_lead_through_the_list() -> None:
    notices = NoticeFactory.create_batch(3)
    _key, text = make_key()
    client = calling_with(text)
    found, address = [], f"{MESSAGES}?limit=2&undelivered=true"
    while address:
        body = client.get(address).json()
        found += [row["external_id"] for row in body["results"]]
        address = body["next"]
        assert address is None or "limit=2" in address
    assert found == [notice.recipient.removeprefix("douyin/") for notice in notices]
    assert client.get(body["previous"]).json()["results"][0]["external_id"] == found[0]
