"""Importers and passes at the same time, over the same accounts: nobody falls over another."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from influencers.models import ImportBatch
from journal import actions as journal
from journal.models import Run
from journal.values import CLOCK
from tests.factories.influencers import received
from tests.faults import digest
from tests.faults.lives import observed
from tests.faults.portal import tell

SECONDS = 12
ROWS, SHARED = 400, 300  # accounts of a file, of which the other importer's next file has so many
PASSES = ("tiers", "duties", "labels", "tallies")
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def deadlocks() -> int:
    """As counted by now: a connection tells what it saw when it ends."""
    connection.close()
    time.sleep(0.2)
    return int(rows("SELECT pg_stat_clear_snapshot()") and rows(DEADLOCKS)[0][0])


class Importer:
    """Sends files one after the other, of every second day."""

    def __init__(self, which: int, last: date):
        self.next, self.last = which, last

    def turn(self) -> None:
        work(received(file_of(self.next, self.last, "left-")).run)
        self.next += 2


def file_of(number: int, last: date, prefix: str) -> str:
    day = last - timedelta(days=300 - number)
    return observed(number, day, rows=ROWS, seed=5, prefix=prefix, fresh=ROWS - SHARED)


def work(run: Run | None) -> None:
    """What a worker does with a bell; what it cannot finish another one does."""
    assert run is not None
    while not journal.work(run.pk, threading.current_thread().name):
        time.sleep(0.02)


class Passes:
    """Asks for the passes, one after the other, now in full and now of what is new."""

    def __init__(self, begin: int):
        self.done = begin

    def turn(self) -> None:
        kind = PASSES[self.done % len(PASSES)]
        self.done += 1
        work(journal.ask(kind, by=CLOCK, full=self.done % 3 == 0, merge=False))


def repeat(turn: Callable[[], None], until: float, problems: list[BaseException]) -> None:
    try:
        while time.monotonic() < until:
            turn()
    except BaseException as problem:
        problems.append(problem)
    finally:
        connection.close()


def register(prefix: str) -> dict[str, list[Any]]:
    """What the register says of the accounts whose names begin so, without the way it got there.

    A file that came late corrects what followed from it: what was opened meanwhile is closed, and
    a change of tier is replaced. So only what holds counts. The first day of a duty is written
    once, as it was known when the account was asked, and with it the day to answer by: a late file
    moves neither, or what the account was told would change under its hands.
    """
    mine = digest.state_of(rows, prefix)
    mine["duties"] = [line[:4] for line in mine["duties"] if line[3] == "open"]
    mine["tier changes"] = [line for each in in_force(mine["tier changes"]) for line in each]
    return mine


def in_force(changes: list[list[Any]]) -> Iterator[list[list[Any]]]:
    """Changes of tier that hold, by the rule of TierChange: a row replaces the earlier ones of the
    same or a later day, and one with equal tiers takes a change back."""
    for _, lines in itertools.groupby(changes, key=lambda line: line[:2]):
        held: list[list[Any]] = []
        for line in lines:
            held = [each for each in held if each[2] < line[2]] + [line]
        yield [line for line in held if line[3] != line[4]]


@pytest.mark.django_db(transaction=True)
def test_two_importers_and_two_passes_at_once_never_deadlock() -> None:
    """No deadlock, no failed run, and the register as after the files one after the other."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    importers = [Importer(which, today) for which in (0, 1)]
    passes = [Passes(0), Passes(2)]
    before, problems = deadlocks(), list[BaseException]()
    until = time.monotonic() + SECONDS
    threads = [
        threading.Thread(target=repeat, args=(each.turn, until, problems))
        for each in [*importers, *passes]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.follow_all()
    assert problems == []
    assert deadlocks() - before == 0
    assert digest.broken(rows) == {}
    assert set(ImportBatch.objects.values_list("status", flat=True)) == {"applied"}
    for number in sorted(n for each in importers for n in range(each.next % 2, each.next, 2)):
        work(received(file_of(number, today, "right-")).run)
    journal.follow_all()
    assert digest.differences(register("right-"), register("left-")) == []
    imports = sum(each.next // 2 for each in importers)
    tell(f"{imports} imports, {sum(each.done for each in passes) - 2} passes at once")
