"""Messages that platforms fetch and deliver, and the description of the API."""

import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import Notice
from accounts.permissions import Right
from tests.factories.accounts import NoticeFactory, calling_with, make_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def platform() -> Client:
    """Douyin, which delivers messages."""
    return calling_with(make_key([Right.MESSAGES])[1])


def test_message_says_whom_what_and_in_which_words(platform: Client) -> None:
    notice = NoticeFactory(recipient="douyin/a/b#c d")
    (message,) = platform.get("/api/v1/messages").json()["results"]
    notice.refresh_from_db()
    assert message == {
        "id": str(notice.public_id),
        "platform": "douyin",
        "external_id": "a/b#c d",
        "subject": "duty",
        "text": {"en": "Who manages you?", "zh-Hans": "您由谁管理?"},
        "channel": "in_app",
        "created_at": message["created_at"],
        "delivered_at": None,
    }


def test_platform_sees_its_own_messages_to_accounts_only(platform: Client) -> None:
    own = NoticeFactory()
    NoticeFactory(platform="weibo", recipient="weibo/1")
    NoticeFactory(recipient_kind="user", recipient="1")
    found = platform.get("/api/v1/messages").json()["results"]
    assert [message["external_id"] for message in found] == [own.recipient.removeprefix("douyin/")]


def test_delivered_message_leaves_the_list_of_the_undelivered(platform: Client) -> None:
    first, second = NoticeFactory.create_batch(2)
    first.refresh_from_db()
    answer = platform.post(f"/api/v1/messages/{first.public_id}/delivered")
    assert answer.status_code == 200
    assert answer.json()["delivered_at"] is not None
    left = platform.get("/api/v1/messages", {"undelivered": "1"}).json()["results"]
    assert [m["external_id"] for m in left] == [second.recipient.removeprefix("douyin/")]
    assert len(platform.get("/api/v1/messages", {"undelivered": "0"}).json()["results"]) == 1


def test_text_of_a_delivered_message_is_told_nobody_again(platform: Client) -> None:
    notice = NoticeFactory()
    notice.refresh_from_db()
    address = f"/api/v1/messages/{notice.public_id}/delivered"
    answers = [platform.post(address).json() for _ in range(2)]
    answers += platform.get("/api/v1/messages").json()["results"]
    assert [answer["text"] for answer in answers] == [{"en": "", "zh-Hans": ""}] * 3


def test_saying_it_again_changes_nothing(platform: Client) -> None:
    notice = NoticeFactory()
    notice.refresh_from_db()
    address = f"/api/v1/messages/{notice.public_id}/delivered/"
    assert platform.post(address).json() == platform.post(address).json()


def test_message_of_another_platform_is_not_found(platform: Client) -> None:
    notice = NoticeFactory(platform="weibo", recipient="weibo/1")
    notice.refresh_from_db()
    for public_id in (notice.public_id, uuid.uuid4()):
        answer = platform.post(f"/api/v1/messages/{public_id}/delivered")
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert platform.post(f"/api/v1/messages/{'-' * 36}/delivered").status_code == 404
    assert Notice.objects.undelivered().count() == 1


@pytest.mark.parametrize("messages", [1, 3])
def test_list_costs_the_same_for_one_and_for_three(
    messages: int, platform: Client, django_assert_num_queries: Any
) -> None:
    platform.get("/api/v1/messages")  # writes down that the key was used
    NoticeFactory.create_batch(messages)
    with django_assert_num_queries(2):
        found = platform.get("/api/v1/messages").json()["results"]
    assert len(found) == messages


def test_description_asks_for_a_key_only_where_one_is_needed(client: Client) -> None:
    paths = client.get("/api/v1/schema?format=json").json()["paths"]
    assert paths["/api/v1/messages"]["get"]["security"] == [{"key": []}]
    assert "security" not in paths["/api/v1/schema"]["get"]


def test_description_knows_the_form_of_errors_and_no_last_slash(client: Client) -> None:
    schema = client.get("/api/v1/schema?format=json").json()
    assert [path for path in schema["paths"] if path.endswith("/")] == []
    assert {
        operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"]
        for methods in schema["paths"].values()
        for operation in methods.values()
    } == {"#/components/schemas/Problem"}
