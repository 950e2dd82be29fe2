"""What every entrance shares: actors, keys, errors, pages of lists, limits, tags, uploads."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.doors import (
    actor_of_key,
    actor_of_user,
    allow,
    forget,
    tagged,
)
from accounts.models import ApiKey, Grant, User
from accounts.permissions import Right, Role
from journal.values import Actor, ActorKind
from tests.factories.accounts import calling_with, make_key

pytestmark = pytest.mark.django_db


# --- actors -------------------------------------------------------------------------------------


def grant(user: User, **fields: Any) -> Grant:
    said = {"role": Role.MODERATOR, "since": date(2026, 1, 1), **fields}
    return Grant.objects.create(user=user, **said)


def test_user_without_grant_is_an_actor_without_role(newcomer: User) -> None:
    assert actor_of_user(newcomer) == Actor(ActorKind.USER, id=str(newcomer.pk), name="Nina")


def test_user_reaches_what_its_grants_of_the_day_say(newcomer: User) -> None:
    grant(newcomer, platform="douyin")
    grant(newcomer, platform="weibo", until=date(2026, 6, 1))
    spring = datetime(2026, 3, 1, 12, tzinfo=UTC)
    summer = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert actor_of_user(newcomer, spring).platforms == {"douyin", "weibo"}
    assert actor_of_user(newcomer, summer).platforms == {"douyin"}
    assert actor_of_user(newcomer, summer).roles == {"moderator"}
    assert actor_of_user(newcomer, datetime(2025, 7, 1, tzinfo=UTC)).roles == frozenset()


def test_grant_for_everything_reaches_everything(newcomer: User) -> None:
    grant(newcomer, platform="douyin")
    grant(newcomer, platform="")
    assert actor_of_user(newcomer).platforms == frozenset()


def test_day_of_a_grant_turns_in_the_portals_zone(newcomer: User) -> None:
    grant(newcomer, since=date(2026, 5, 2))
    before, after = datetime(2026, 5, 1, 15, 59, tzinfo=UTC), datetime(2026, 5, 1, 16, tzinfo=UTC)
    assert timezone.get_default_timezone_name() == "Asia/Shanghai"
    assert actor_of_user(newcomer, before).roles == frozenset()
    assert actor_of_user(newcomer, after).roles == {"moderator"}


def test_key_is_an_actor_with_rights_on_its_platform() -> None:
    key, _text = make_key([Right.JOURNAL], platform="weibo")
    assert actor_of_key(key) == Actor(
        ActorKind.KEY,
        id=key.prefix,
        name="a test",
        platforms=frozenset({"weibo"}),
        rights=frozenset({"journal"}),
    )


# --- keys at the API's door ---------------------------------------------------------------------

MESSAGES = "/api/v1/messages"


def test_no_key_is_asked_for_one(client: Client) -> None:
    answer = client.get(MESSAGES)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Api-Key")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_authenticated"


@pytest.mark.parametrize(
    "header", ["Api-Key", "Api-Key ", "Api-Key nope.nope", "Bearer x", "Api-Key \x00", "Api-Key ."]
)
def test_wrong_key_is_refused(header: str) -> None:
    answer = Client(headers={"Authorization": header}).get(MESSAGES)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Api-Key")
    assert answer.json()["code"] == "authentication_failed"


def test_key_with_a_wrong_secret_is_refused() -> None:
    key, _text = make_key()
    assert calling_with(f"{key.prefix}.{'x' * 32}").get(MESSAGES).status_code == 401


def test_wrong_key_is_refused_where_none_is_needed() -> None:
    assert calling_with("nope.nope").get("/api/v1/schema").status_code == 401


def test_key_without_the_right_is_told_which(client: Client) -> None:
    _key, text = make_key([Right.JOURNAL])
    answer = calling_with(text).get(MESSAGES)
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "This key lacks the right “messages”.",
    )


def test_revoked_or_expired_key_ends_with_its_next_call() -> None:
    for change in ({"revoked": True}, {"expiry_date": timezone.now()}):
        key, text = make_key()
        assert calling_with(text).get(MESSAGES).status_code == 200
        ApiKey.objects.filter(pk=key.pk).update(**change)
        assert calling_with(text).get(MESSAGES).status_code == 401


def test_session_cookie_opens_nothing_at_the_api(as_operator: Client) -> None:
    assert as_operator.get(MESSAGES).status_code == 401


def test_use_of_a_key_is_written_down_once_a_minute() -> None:
    key, text = make_key()
    client = calling_with(text)
    client.get(MESSAGES)
    first = ApiKey.objects.get(pk=key.pk).last_used_at
    client.get(MESSAGES)
    assert ApiKey.objects.get(pk=key.pk).last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(seconds=61))
    client.get(MESSAGES)
    assert ApiKey.objects.get(pk=key.pk).last_used_at > first


# --- errors -------------------------------------------------------------------------------------


def test_problem_names_status_place_and_request(client: Client) -> None:
    answer = client.get("/api/v1/nothing", headers={"X-Request-ID": "abc-12345678"})
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "instance": "/api/v1/nothing",
        "code": "not_found",
        "detail": "Not Found",
        "request_id": "abc-12345678",
    }


def test_problem_lists_errors_by_field() -> None:
    _key, text = make_key()
    answer = calling_with(text).get(MESSAGES, {"limit": "no"})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"field": "limit", "message": "A number from 1 to 1000.", "code": "invalid"}
    ]
    assert answer.json()["code"] == "invalid"


def test_problem_is_json_whatever_was_asked_for(client: Client) -> None:
    answer = client.get("/api/v1/schema?format=nonsense", headers={"Accept": "text/html"})
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "not_found"


def test_nested_errors_are_named_by_their_path() -> None:
    from rest_framework.exceptions import ValidationError

    from accounts.doors import problem

    request = HttpRequest()
    request.path = "/api/v1/x"
    error = ValidationError({"rows": [{}, {"followers": ["No."]}], "non_field_errors": ["Not so."]})
    body = json.loads(problem(error, {"request": request}).content)
    assert [(each["field"], each["message"]) for each in body["errors"]] == [
        ("rows.1.followers", "No."),
        ("", "Not so."),
    ]


# --- limits -------------------------------------------------------------------------------------


def test_limit_lets_exactly_that_many_through() -> None:
    assert [allow("test", "somebody", "3 per hour") for _ in range(5)] == [True] * 3 + [False] * 2
    assert allow("test", "somebody else", "3 per hour")
    forget("test", "somebody", "3 per hour")
    assert allow("test", "somebody", "3 per hour")


def test_limit_keeps_no_address_in_the_store(settings: Any) -> None:
    import redis

    allow("test", "li.na@example.com", "3 per hour")
    with redis.Redis.from_url(settings.LIMITS_URL) as store:
        keys = [key.decode() for key in store.scan_iter()]
    assert len(keys) == 1
    assert "example.com" not in keys[0]


def test_limit_allows_when_the_store_is_down(settings: Any, tmp_path: Any) -> None:
    from accounts.doors import limits

    settings.LIMITS_URL = f"unix://{tmp_path}/nothing.sock?db=2"
    limits._limiter.cache_clear()
    try:
        assert [allow("test", "somebody", "1 per hour") for _ in range(3)] == [True] * 3
    finally:
        limits._limiter.cache_clear()


# --- tags ---------------------------------------------------------------------------------------


def test_tag_that_the_client_holds_saves_the_answer() -> None:
    built = []

    def build() -> HttpResponse:
        built.append(1)
        return HttpResponse("all of it")

    request = HttpRequest()
    request.method = "GET"
    first = tagged(request, "2026-11-23-7", build)
    assert (first.status_code, first["ETag"], len(built)) == (200, '"2026-11-23-7"', 1)
    request.META["HTTP_IF_NONE_MATCH"] = first["ETag"]
    second = tagged(request, "2026-11-23-7", build)
    assert (second.status_code, second["ETag"], len(built)) == (304, '"2026-11-23-7"', 1)
    assert tagged(request, "2026-11-23-8", build).status_code == 200


def test_answer_that_is_no_choice_has_a_code() -> None:
    for asked in ("agency=nope", "ip_territory=99999"):
        errors = Client().get(f"/api/v1/profiles?{asked}").json()["errors"]
        assert [error["code"] for error in errors] == ["invalid"]
