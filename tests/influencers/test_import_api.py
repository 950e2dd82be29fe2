"""Observations pushed by a platform's program."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.permissions import Right
from influencers.models import ImportBatch, Profile
from journal import actions as journal
from tests.factories.accounts import calling_with, make_key

pytestmark = pytest.mark.django_db

CSV = "platform,external_id,handle,followers,observed_on\n"
ROW = "douyin,7001,atang,13.8M,2026-03-31\n"


@pytest.fixture
def douyin() -> Client:
    return calling_with(make_key([Right.OBSERVATIONS])[1])


def push(client: Client, text: str | bytes, kind: str = "text/csv") -> Any:
    content = text if isinstance(text, bytes) else text.encode()
    return client.generic("POST", "/api/v1/observations", content, kind, CONTENT_TYPE=kind)


def test_push_is_taken_and_followed(douyin: Client) -> None:
    answer = push(douyin, CSV + ROW)
    assert answer.status_code == 202
    assert answer.json()["state"] == "waiting"
    journal.follow_all()
    found = douyin.get(answer["Location"]).json()
    assert found["state"] == "applied"
    assert {k: found["counts"][k] for k in ("read", "created")} == {"read": 1, "created": 1}
    assert Profile.objects.get().external_id == "7001"


def test_push_of_json_lines(douyin: Client) -> None:
    rows = [
        {"platform": "douyin", "external_id": "7001", "followers": 5, "observed_on": "2026-03-31"}
    ]
    push(douyin, "\n".join(json.dumps(row) for row in rows), "application/x-ndjson")
    journal.follow_all()
    assert Profile.objects.get().followers == 5


def test_rows_of_another_platform_are_errors(douyin: Client) -> None:
    answer = push(douyin, CSV + ROW + "weibo,1,lujiu,5,2026-03-31\n")
    journal.follow_all()
    problems = douyin.get(answer["Location"] + "/problems").json()["results"]
    assert [(p["line"], p["column"], p["problem"]) for p in problems] == [
        (3, "platform", "other_platform")
    ]
    assert Profile.objects.count() == 1


def test_key_sees_the_pushes_of_its_platform_only(douyin: Client) -> None:
    answer = push(douyin, CSV + ROW)
    other = calling_with(make_key([Right.OBSERVATIONS], "weibo")[1])
    assert other.get(answer["Location"]).status_code == 404


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data"])
def test_other_kinds_of_content_are_refused(douyin: Client, kind: str) -> None:
    answer = push(douyin, CSV + ROW, kind)
    assert answer.status_code == 415
    assert answer["Content-Type"] == "application/problem+json"
    assert ImportBatch.objects.count() == 0


@pytest.mark.parametrize("content", [b"", b"a\0b", b"PK\x03\x04"])
def test_content_that_is_no_text_is_refused(douyin: Client, content: bytes) -> None:
    answer = push(douyin, content)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["body"]


def test_too_large_a_push_is_refused(douyin: Client, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 100
    assert push(douyin, CSV + ROW * 10).status_code == 413
    assert ImportBatch.objects.count() == 0


def test_push_needs_the_right() -> None:
    assert push(Client(), CSV + ROW).status_code == 401
    assert push(calling_with(make_key([Right.MESSAGES])[1]), CSV + ROW).status_code == 403


def test_unknown_push_is_not_found(douyin: Client) -> None:
    path = "/api/v1/observations/00000000-0000-4000-8000-000000000000"
    assert douyin.get(path).status_code == 404
    assert douyin.get(path + "/problems").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_problems_ask_the_database_the_same_whatever_the_size(
    douyin: Client, count: int, django_assert_num_queries: Any
) -> None:
    answer = push(douyin, CSV + "".join(f"douyin,{n},h{n},x,2026-03-31\n" for n in range(count)))
    journal.follow_all()
    with django_assert_num_queries(3):  # key, import, refused cells
        assert len(douyin.get(answer["Location"] + "/problems").json()["results"]) == count
