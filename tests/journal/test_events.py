"""What is written down stays: rights, guards, and what `record` demands."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from journal import actions
from journal.models import Event, Follower, Leaf, Pending
from journal.values import CLOCK, Actor, ActorKind, Audience, request_id

pytestmark = pytest.mark.django_db


def record(verb: str = "thing.changed", **options: object) -> Event:
    options.setdefault("audience", Audience.STAFF)
    return actions.record(verb, ("thing", "1"), by=CLOCK, **options)  # type: ignore[arg-type]


def test_event_waits_for_its_place() -> None:
    event = record(profile_id=7, audience=Audience.PUBLIC)
    assert list(Pending.objects.values_list("event_id", "profile_id")) == [(event.pk, 7)]
    assert actions.sequence() == 1
    assert Pending.objects.count() == 0
    assert list(Leaf.objects.values_list("seq", "event_id", "profile_id")) == [(1, event.pk, 7)]


def test_event_that_the_public_does_not_see_is_no_new_version_of_its_account() -> None:
    for audience in (Audience.PARTIES, Audience.STAFF):
        record(profile_id=7, audience=audience)
    actions.sequence()
    assert list(Leaf.objects.values_list("profile_id", flat=True)) == [None, None]


def test_sequence_goes_on_from_the_last_place() -> None:
    first, second = record(), record()
    actions.sequence()
    third = record()
    actions.sequence()
    assert list(Leaf.objects.order_by("seq").values_list("seq", "event_id")) == [
        (1, first.pk),
        (2, second.pk),
        (3, third.pk),
    ]


def test_sequence_with_nothing_new_gives_nothing() -> None:
    assert actions.sequence() == 0


def test_event_carries_the_request_that_caused_it() -> None:
    token = request_id.set("req-1")
    try:
        assert record().request_id == "req-1"
    finally:
        request_id.reset(token)


def test_event_names_actor_and_sorted_agencies() -> None:
    user = Actor(ActorKind.USER, id="5", name="Ada")
    event = actions.record(
        "thing.changed", ("thing", 1), by=user, audience=Audience.PARTIES, agency_ids={3, 2}
    )
    event.refresh_from_db()
    assert (event.actor_kind, event.actor_id, event.actor_name) == ("user", "5", "Ada")
    assert event.agency_ids == [2, 3]


@pytest.mark.django_db(transaction=True)
def test_record_refuses_to_write_outside_of_a_transaction() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_event SET verb = 'thing.forged'",
        "DELETE FROM journal_event",
        "TRUNCATE journal_event",
        "TRUNCATE journal_event_default",
        "UPDATE journal_leaf SET seq = 9",
        "DELETE FROM journal_leaf",
        "TRUNCATE journal_leaf",
        "INSERT INTO journal_pending VALUES (1, clock_timestamp(), NULL)",
    ],
)
def test_application_role_may_not(statement: str) -> None:
    record()
    actions.sequence()
    with pytest.raises(DatabaseError) as refused, transaction.atomic():
        connection.cursor().execute(statement)
    assert refused.value.__cause__.sqlstate == "42501"  # type: ignore[union-attr]


def test_every_partition_refuses_to_be_emptied_even_by_its_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
            "WHERE i.inhparent = 'journal_event'::regclass"
        )
        partitions = [name for (name,) in cursor.fetchall()]
    assert len(partitions) >= 5
    for name in ["journal_event", "journal_leaf", *partitions]:
        with (
            pytest.raises(DatabaseError) as refused,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f'SET LOCAL ROLE mingpai_owner; TRUNCATE "{name}"')
        assert "append-only" in str(refused.value)


def test_event_with_a_verb_of_another_form_is_refused() -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        record("changed")


def test_events_are_seen_by_their_audience() -> None:
    public = record(audience=Audience.PUBLIC)
    parties = record(audience=Audience.PARTIES, agency_ids=[4])
    staff = record(audience=Audience.STAFF, platform="weibo")
    nobody = Actor(ActorKind.NOBODY)
    agency = Actor(ActorKind.USER, memberships=frozenset({(4, "owner")}))
    rival = Actor(ActorKind.USER, memberships=frozenset({(5, "owner")}))
    regulator = Actor(ActorKind.USER, roles=frozenset({"regulator"}))
    of_douyin = Actor(
        ActorKind.USER, roles=frozenset({"moderator"}), platforms=frozenset({"douyin"})
    )

    def seen(actor: Actor) -> set[Event]:
        return set(Event.objects.visible_to(actor))

    assert seen(nobody) == {public}
    assert seen(rival) == {public}
    assert seen(agency) == {public, parties}
    assert seen(regulator) == {public, parties, staff}
    assert seen(of_douyin) == {public, parties}


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_follower_passes_over_verbs_that_are_no_news_to_it(limit: int) -> None:
    events = [record(verb) for verb in ("a.b", "mass.made", "c.d", "mass.made", "e.f", "mass.made")]
    actions.sequence()
    heard: list[int] = []
    while actions.follow(
        "quiet", lambda news: heard.extend(e.pk for e in news), limit, ["mass.made"]
    ):
        pass
    assert heard == [event.pk for event in events[::2]]
    assert Follower.objects.get(name="quiet").seq == len(events)
    with CaptureQueriesContext(connection) as queries:
        assert actions.follow("quiet", heard.clear) == 0  # type: ignore[arg-type]
    assert not [q["sql"] for q in queries if q["sql"].startswith("UPDATE")]
