"""GET /api/v1/journal: what happened, for keys with the right to read it."""

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.doors import actor_of_key, actor_of_user
from accounts.models import ApiKey
from accounts.permissions import Right, Role
from journal import actions as journal
from journal.models import Event, Leaf
from journal.values import CLOCK, Actor, ActorKind, Audience
from tests.factories.accounts import calling_with, make_key
from tests.people import make_person

pytestmark = pytest.mark.django_db

JOURNAL = "/api/v1/journal"


@pytest.fixture
def key() -> Client:
    return calling_with(make_key([Right.JOURNAL])[1])


@pytest.fixture
def story(key: Client) -> int:
    """What comes after the making of the key itself: events of two platforms and of none."""
    journal.sequence()
    before = Leaf.objects.order_by("-seq")[0].seq
    with transaction.atomic():
        for platform in ("douyin", "weibo", ""):
            for audience in Audience:
                journal.record(
                    f"{platform or 'none'}.{audience}",
                    ("thing", "1"),
                    by=CLOCK,
                    audience=audience,
                    platform=platform,
                )
    journal.sequence()
    return before


def test_key_reads_its_platform_and_what_is_public(key: Client, story: int) -> None:
    body = key.get(JOURNAL, {"since": story}).json()
    assert [row["verb"] for row in body["results"]] == [
        "douyin.public",
        "douyin.parties",
        "douyin.staff",
        "weibo.public",
        "none.public",
    ]
    assert (body["next_since"], body["more"]) == (story + 9, False)


def test_journal_goes_on_over_what_is_not_for_the_key(key: Client, story: int) -> None:
    seen, since = [], story
    for _ in range(20):
        body = key.get(JOURNAL, {"since": since, "limit": 1}).json()
        seen += [row["seq"] for row in body["results"]]
        since = body["next_since"]
        if not body["more"]:
            break
    assert seen == [story + n for n in (1, 2, 3, 4, 7)]


def test_journal_says_that_a_part_is_in_the_archive(key: Client, story: int) -> None:
    Leaf.objects.create(seq=story + 10, event_id=10**12, at=timezone.now())
    answer = key.get(JOURNAL, {"since": story})
    assert (answer.status_code, answer.json()["code"]) == (410, "detached")


@pytest.mark.parametrize("limit", [1, 3])
def test_journal_asks_the_database_the_same_whatever_the_size(
    key: Client, story: int, limit: int, django_assert_num_queries: Any
) -> None:
    key.get(JOURNAL)
    with django_assert_num_queries(4):  # the key, places, events there, events seen
        key.get(JOURNAL, {"limit": limit})


def test_key_reads_the_roles_of_people_and_no_names(key: Client, story: int) -> None:
    moderator, other = make_person("Mo", Role.MODERATOR), make_person("Ada")
    reader = ApiKey.objects.get()
    actors = [
        actor_of_user(moderator),
        actor_of_user(other),
        actor_of_key(reader),
        Actor(ActorKind.KEY, id="another", name="Zhang's key"),
        Actor(ActorKind.LINK, id="17", name="holder of the account"),
    ]
    with transaction.atomic():
        for actor in actors:
            journal.record("a.b", ("thing", "1"), by=actor, audience=Audience.PUBLIC)
    journal.sequence()
    rows = key.get(JOURNAL, {"since": story + 9}).json()["results"]
    assert [(row["actor_kind"], row["actor_id"], row["actor_name"]) for row in rows][-5:] == [
        ("user", "", "moderator"),
        ("user", "", ""),
        ("key", reader.prefix, reader.name),
        ("key", "", ""),
        ("link", "", "holder of the account"),
    ]


def test_entry_has_the_shape_that_is_documented(key: Client, story: int) -> None:
    row = key.get(JOURNAL, {"since": story, "limit": 1}).json()["results"][0]
    event = Event.objects.get(verb="douyin.public")
    assert row == {
        "seq": story + 1,
        "at": timezone.localtime(event.at).isoformat(),
        "verb": "douyin.public",
        "actor_kind": "clock",
        "actor_id": "clock",
        "actor_name": "clock",
        "subject_type": "thing",
        "subject_id": "1",
        "platform": "douyin",
        "audience": "public",
        "changes": {},
    }
