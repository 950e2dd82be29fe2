"""The order under real concurrency: nothing missed, nothing twice, each subject's order kept."""

import random
import threading
import time
from collections import defaultdict

import pytest
from django.db import connection, transaction

from journal import actions
from journal.models import Event, Follower, Leaf, Pending
from journal.values import CLOCK, Audience

pytestmark = pytest.mark.django_db(transaction=True)

SUBJECTS, WRITERS, SECONDS = 12, 8, 9.0


class RolledBack(Exception):
    pass


def write_once(subject: int, *, fail: bool, hold: float = 0.0) -> None:
    """One event of a subject under that subject's lock, as every action does it."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(9000, %s)", [subject])
            actions.record("thing.changed", ("thing", subject), by=CLOCK, audience=Audience.STAFF)
            if hold:
                time.sleep(hold)
            if fail:
                raise RolledBack
    except RolledBack:
        pass


def writer(number: int, until: float) -> None:
    dice = random.Random(number)
    try:
        while time.monotonic() < until:
            # Subject 0 belongs to the writer that stays open.
            write_once(dice.randrange(1, SUBJECTS), fail=dice.random() < 0.3)
            time.sleep(dice.random() * 0.01)
    finally:
        connection.close()


def slow_writer() -> None:
    try:
        write_once(0, fail=False, hold=8.0)
    finally:
        connection.close()


def sequencer(until: float) -> None:
    try:
        while time.monotonic() < until:
            actions.sequence()
            time.sleep(0.01)
    finally:
        connection.close()


def reader(name: str, until: float, taken: list[int]) -> None:
    """Reads in batches, stops now and then in the middle of one, and resumes."""
    dice = random.Random(name)

    def take(events: list[Event]) -> None:
        if dice.random() < 0.2:
            raise RolledBack
        batch.extend(event.pk for event in events)

    try:
        while time.monotonic() < until:
            batch: list[int] = []
            try:
                actions.follow(name, take, limit=7)
            except RolledBack:
                continue
            taken.extend(batch)
            time.sleep(0.003)
    finally:
        connection.close()


def test_order_holds_with_eight_writers_rollbacks_and_one_that_stays_open() -> None:
    until = time.monotonic() + SECONDS
    reads: dict[str, list[int]] = {"first": [], "second": []}
    threads = [threading.Thread(target=writer, args=(n, until)) for n in range(WRITERS)]
    threads.append(threading.Thread(target=slow_writer))
    threads += [threading.Thread(target=sequencer, args=(until,)) for _ in range(2)]
    threads += [threading.Thread(target=reader, args=(n, until, t)) for n, t in reads.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    actions.sequence()

    order = list(Leaf.objects.order_by("seq").values_list("seq", "event_id"))
    events = set(Event.objects.values_list("pk", flat=True))
    assert len(events) > 500
    assert Pending.objects.count() == 0
    # Gapless, every committed event once, no rolled back one.
    assert [seq for seq, _ in order] == list(range(1, len(events) + 1))
    assert {event for _, event in order} == events
    assert len(order) == len(events)

    subject_of = dict(Event.objects.values_list("pk", "subject_id"))
    by_subject: dict[str, list[int]] = defaultdict(list)
    for _, event in order:
        by_subject[subject_of[event]].append(event)
    assert all(ids == sorted(ids) for ids in by_subject.values())
    assert len(by_subject["0"]) == 1  # the one that stayed open has its place, after others

    for name, taken in reads.items():
        while actions.follow(name, lambda new, t=taken: t.extend(e.pk for e in new)):
            pass
        assert taken == [event for _, event in order], name
        assert Follower.objects.get(name=name).seq == len(order)
