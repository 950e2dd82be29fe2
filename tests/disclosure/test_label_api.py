"""Labels over HTTP."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from disclosure.queries import labels
from influencers.models import Platform, Profile
from journal import actions as journal
from journal.values import CLOCK, Audience
from tests.disclosure.labels import Declared, World, account, day, moment, owe, silent

pytestmark = pytest.mark.django_db

OPEN_END = Declared(((2.0, 2, None),))
ODD = [
    "a/b",
    "a//b",
    "#1",
    "a&b=c",
    "two words",
    "100%",
    "a?b",
    "a+b",
    "阿棠",
    "a\\b",
    "..",
    "lookup",
]


def get(client: Client, external_id: str, platform: str = "douyin", **query: str) -> Any:
    return client.get(f"/api/v1/labels/{platform}/{quote(external_id, safe='/')}", query)


def post(client: Client, body: Any) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post("/api/v1/labels/lookup", text, content_type="application/json")


def happen(profile: Profile) -> None:
    journal.record(
        "label.changed", profile, by=CLOCK, audience=Audience.PUBLIC, profile_id=profile.pk
    )
    journal.sequence()


def today() -> str:
    return Platform.objects.get(code="douyin").today(timezone.now()).isoformat()


def test_label_has_the_shape_that_is_fixed(client: Client) -> None:
    profile = account("4711", handle="atang")
    World(declared=[OPEN_END], handles=[("atang", 0, None)]).write(profile)
    answer = get(client, "4711")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "platform": "douyin",
        "external_id": "4711",
        "handle": "atang",
        "on": today(),
        "known_at": None,
        "state": "independent",
        "managed_by": [],
        "reconfirmed": True,
        "duty": None,
        "rollout": None,
        "valid_from": day(2).isoformat(),
        "valid_until": None,
        "text": {
            "zh-Hans": "已声明独立运营，无所属MCN机构",
            "en": "Declared independent: no agency manages this account",
        },
        "version": 0,
    }


@pytest.mark.parametrize("external_id", ODD)
def test_any_id_is_found_in_path_query_and_list(client: Client, external_id: str) -> None:
    account(external_id)
    path = f"/api/v1/labels/douyin/{quote(external_id, safe='/')}"
    names = {"platform": "douyin", "external_id": external_id}
    for answer in (
        client.get(path),
        client.get(path + "/"),
        client.get(path.replace("/a/", "/a%2F")),
        client.get("/api/v1/labels", names),
        client.get("/api/v1/labels/", names),
    ):
        assert (answer.status_code, answer.json()["external_id"]) == (200, external_id)
    (found,) = post(client, {"accounts": [names]}).json()["labels"]
    assert found["label"]["external_id"] == external_id


def test_label_by_handle_names_the_id(client: Client) -> None:
    World(handles=[("atang", 0, None)]).write(account("4711", handle="atang"))
    assert get(client, "atang").json()["external_id"] == "4711"


def test_label_on_a_past_day_and_as_known_then(client: Client) -> None:
    World(declared=[Declared(((2.5, 2, None),))]).write(account("4711"))
    assert get(client, "4711", on=day(1).isoformat()).json()["state"] == "none"
    past = get(client, "4711", on=day(3).isoformat(), known_at=day(1).isoformat()).json()
    assert (past["state"], past["on"]) == ("none", day(3).isoformat())
    assert past["known_at"] == "2026-03-02T15:59:59.999999+00:00"
    later = get(client, "4711", on=day(3).isoformat(), known_at=day(2).isoformat()).json()
    assert later["state"] == "independent"


def test_known_at_takes_any_zone_and_a_plus_sign_that_was_not_escaped(client: Client) -> None:
    World(declared=[OPEN_END]).write(account("4711"))
    for text in ("2026-03-03T00:00:00+08:00", "2026-03-02T16:00:00Z", "2026-03-02T16:00+00:00"):
        assert get(client, "4711", known_at=text).json()["state"] == "independent"
    raw = client.get("/api/v1/labels/douyin/4711?known_at=2026-03-03T00:00:00+08:00")
    assert raw.json()["known_at"] == "2026-03-02T16:00:00.000000+00:00"
    assert get(client, "4711", known_at="2026-03-02T15:59:59.9Z").json()["state"] == "none"


def test_silence_of_the_next_day_is_not_told_at_the_end_of_this_one(client: Client) -> None:
    owe(account("4711"), silent())
    asked = {"on": day(11).isoformat(), "known_at": day(10).isoformat()}
    assert get(client, "4711", **asked).json()["state"] == "none"
    asked["known_at"] = day(11).isoformat()
    assert get(client, "4711", **asked).json()["state"] == "undisclosed"


def test_day_to_come_answers_what_is_known_of_it(client: Client) -> None:
    soon = Platform.objects.get(code="douyin").today(timezone.now()) + timedelta(days=3)
    profile = account("4711")
    profile.declarations.create(basis="creator", during=(day(0), soon))
    assert get(client, "4711").json()["valid_until"] == soon.isoformat()
    assert get(client, "4711", on=soon.isoformat()).json()["state"] == "none"


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("on", "2026-02-30", "invalid"),
        ("on", "20260203", "invalid"),
        ("on", "today", "invalid"),
        ("on", "1999-12-31", "out_of_range"),
        ("known_at", "2026-02-30", "invalid"),
        ("known_at", "yesterday", "invalid"),
        ("known_at", "2026-03-03T00:00:00", "no_zone"),
        ("known_at", "0001-01-01T00:00:00+14:00", "out_of_range"),
        ("known_at", "9999-12-31T23:59:59-14:00", "out_of_range"),
        ("known_at", "2998-01-01", "too_recent"),
    ],
)
def test_clock_that_cannot_be_read_is_a_problem(
    client: Client, field: str, text: str, code: str
) -> None:
    account("4711")
    for answer in (
        get(client, "4711", **{field: text}),
        post(client, {"accounts": [], field: text}),
    ):
        assert answer.status_code == 400
        assert answer.headers["Content-Type"] == "application/problem+json"
        body = answer.json()
        assert (body["code"], body["status"]) == (code, 400)
        assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]


def test_known_at_of_a_moment_ago_is_too_recent(client: Client) -> None:
    account("4711")
    for seconds, status in ((9, 400), (11, 200)):
        text = (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()
        assert get(client, "4711", known_at=text).status_code == status


# --- who is not there ---


def test_hidden_account_answers_as_an_unknown_one_byte_for_byte(client: Client) -> None:
    def answers() -> list[tuple[int, dict[str, str], bytes]]:
        names = {"platform": "douyin", "external_id": "4711"}
        asked = [
            client.get("/api/v1/labels/douyin/4711", headers={"X-Request-ID": "same-request"}),
            client.get("/api/v1/labels", names, headers={"X-Request-ID": "same-request"}),
            client.get(
                "/api/v1/labels/douyin/4711",
                headers={"X-Request-ID": "same-request", "If-None-Match": '"x"'},
            ),
            post(client, {"accounts": [names]}),
        ]
        return [(a.status_code, {**a.headers, "X-Request-ID": ""}, bytes(a.content)) for a in asked]

    nobody = answers()
    assert [status for status, _, _ in nobody] == [404, 404, 404, 200]
    profile = account("4711", tier=0)
    assert answers() == nobody
    Profile.objects.filter(pk=profile.pk).update(public_anyway=True)
    assert [status for status, _, _ in answers()] == [200, 200, 200, 200]


@pytest.mark.parametrize("platform", ["nowhere", "Douyin"])
def test_unknown_platform_is_not_found(client: Client, platform: str) -> None:
    account("4711")
    answer = get(client, "4711", platform=platform)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_query_form_names_what_is_missing(client: Client) -> None:
    answer = client.get("/api/v1/labels", {"platform": "douyin"})
    assert answer.status_code == 400
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [
        ("external_id", "required")
    ]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_label_is_only_read(client: Client, method: str) -> None:
    account("4711")
    answer = getattr(client, method)("/api/v1/labels/douyin/4711")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert client.get("/api/v1/labels/lookup").status_code == 405


def test_head_answers_without_a_body(client: Client) -> None:
    account("4711")
    answer = client.head("/api/v1/labels/douyin/4711")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ETag"] == f'"{today()}-0"'


# --- asking again ---


def test_label_that_the_client_holds_is_not_sent_again(
    client: Client, django_assert_num_queries: Any
) -> None:
    profile = account("4711")
    first = get(client, "4711")
    etag = first.headers["ETag"]
    assert etag == f'"{today()}-0"'
    assert first.headers["Cache-Control"] == "public, no-cache"
    with django_assert_num_queries(1):
        again = client.get("/api/v1/labels/douyin/4711", headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert again.headers["Cache-Control"] == "public, no-cache"
    happen(profile)
    new = client.get("/api/v1/labels/douyin/4711", headers={"If-None-Match": etag})
    assert (new.status_code, new.headers["ETag"]) == (200, f'"{today()}-{new.json()["version"]}"')
    assert new.json()["version"] == 1


def test_tag_of_another_day_is_no_answer_for_today(client: Client) -> None:
    account("4711")
    answer = client.get(
        "/api/v1/labels/douyin/4711", headers={"If-None-Match": f'"{day(0).isoformat()}-0"'}
    )
    assert answer.status_code == 200


def test_today_by_name_has_the_tag_of_today(client: Client) -> None:
    account("4711")
    assert get(client, "4711", on=today()).headers["ETag"] == f'"{today()}-0"'


def test_label_of_the_past_is_tagged_by_its_content(client: Client) -> None:
    profile = account("4711")
    asked = {"on": day(3).isoformat(), "known_at": moment(5).isoformat()}
    etag = get(client, "4711", **asked).headers["ETag"]
    path = "/api/v1/labels/douyin/4711"
    again = client.get(path, asked, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    World(declared=[OPEN_END]).write(profile)
    assert client.get(path, asked, headers={"If-None-Match": etag}).status_code == 200


def test_label_is_one_query(client: Client, django_assert_num_queries: Any) -> None:
    account("4711")
    get(client, "4711")
    with django_assert_num_queries(1):
        assert get(client, "4711").status_code == 200
    with django_assert_num_queries(1):
        assert get(client, "4712").status_code == 404


# --- many ---


def test_lookup_answers_in_the_order_asked(client: Client, django_assert_num_queries: Any) -> None:
    World(declared=[OPEN_END]).write(account("2"))
    account("1", platform="youtube")
    account("hidden", tier=0)
    names = [("douyin", "2"), ("nowhere", "2"), ("youtube", "1"), ("douyin", "hidden")] * 2
    asked = {"accounts": [{"platform": p, "external_id": x} for p, x in names]}
    post(client, {"accounts": asked["accounts"][:1]})
    # The second query looks whether the unknown platform is new.
    with django_assert_num_queries(2):
        found = post(client, asked).json()["labels"]
    assert [(row["platform"], row["external_id"]) for row in found] == names
    assert [row["label"] and row["label"]["state"] for row in found] == [
        "independent",
        None,
        "none",
        None,
    ] * 2
    assert [row["reason"] for row in found] == [None, "unknown", None, "unknown"] * 2
    assert found[0]["label"] == get(client, "2").json()
    assert found[2]["label"]["on"] == labels.today("youtube").isoformat()  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_lookup_is_one_query_at_any_size(
    client: Client, size: int, django_assert_num_queries: Any
) -> None:
    account("4711")
    names = {"platform": "douyin", "external_id": "4711"}
    post(client, {"accounts": [names]})
    with django_assert_num_queries(1):
        answer = post(client, {"accounts": [names] * size})
    assert len(answer.json()["labels"]) == size


def test_lookup_on_a_day_as_known_then(client: Client) -> None:
    World(declared=[Declared(((2.5, 2, None),))]).write(account("4711"))
    asked = {"accounts": [{"platform": "douyin", "external_id": "4711"}]}
    clocks = {"on": day(3).isoformat(), "known_at": moment(2.4).isoformat()}
    (known,) = post(client, {**asked, **clocks}).json()["labels"]
    assert known["label"]["state"] == "none"
    assert known["label"] == get(client, "4711", **clocks).json()


def test_lookup_of_nobody_is_empty(client: Client) -> None:
    assert post(client, {"accounts": []}).json() == {"labels": []}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "parse_error"),
        ("[" * 100_000, 400, "parse_error"),
        ("[]", 400, "parse_error"),
        ("{}", 400, "required"),
        ({"accounts": {}}, 400, "required"),
        ({"accounts": ["x"]}, 400, "invalid"),
        ({"accounts": [{"platform": "douyin"}]}, 400, "invalid"),
        ({"accounts": [{"platform": "douyin", "external_id": 1}]}, 400, "invalid"),
        ({"accounts": [{"platform": "douyin", "external_id": ""}]}, 400, "invalid"),
        ({"accounts": [{"platform": "douyin", "external_id": "a\0"}]}, 400, "invalid"),
        ({"accounts": [{"platform": "douyin", "external_id": "\ud800"}]}, 400, "invalid"),
        ({"accounts": [{"platform": "a", "external_id": "b"}] * 1001}, 400, "too_many"),
        ({"accounts": [{"platform": "a", "external_id": "b" * 3_000_000}]}, 400, "too_large"),
        ({"accounts": [], "on": 5}, 400, "invalid"),
    ],
)
def test_lookup_that_cannot_be_read_is_a_problem(
    client: Client, body: Any, status: int, code: str
) -> None:
    answer = post(client, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_lookup_takes_json_only(client: Client) -> None:
    answer = client.post("/api/v1/labels/lookup", {"accounts": "x"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
