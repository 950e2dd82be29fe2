"""A worker that is killed between two statements of a range, in seconds; test_kill has the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from config import engines
from influencers.models import ImportBatch
from journal import actions as journal
from journal.models import RunRange
from tests.factories.influencers import received
from tests.faults import digest
from tests.faults.lives import observed
from tests.faults.portal import wait_for

WORKER = """
import django, sys
django.setup()
from journal import actions
actions.work(int(sys.argv[1]), "victim")
"""
WORKS = "SELECT FROM pg_locks WHERE relation = 'influencers_observation'::regclass"
WAITS = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'influencers_observation'::regclass"


def rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def leave_in_the_middle(batch: ImportBatch) -> None:
    """A process writes the profiles of the batch and is killed before their observations."""
    environment = os.environ | {"MINGPAI_STATE": str(settings.STATE_DIR)}
    with psycopg.connect(os.environ["DATABASE_URL"]) as held:
        held.execute("LOCK TABLE influencers_observation IN SHARE MODE")
        command = [sys.executable, "-c", WORKER, str(batch.run_id)]
        worker = subprocess.Popen(command, cwd=engines.ROOT, env=environment)
        try:
            wait_for(lambda: rows(WAITS), 60)
        finally:
            worker.kill()
            worker.wait()
    # The server goes on with the statement of somebody who is gone, until it has to answer.
    wait_for(lambda: not rows(WORKS), 30)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stage_is_lost", [False, True], ids=["worker", "worker and database"])
def test_worker_killed_in_the_middle_of_a_range_leaves_nothing_half_done(
    stage_is_lost: bool,
) -> None:
    """A crash of the database also empties the stage, which is kept in no log."""
    files = {prefix: two_files(prefix) for prefix in ("left-", "right-")}
    received(files["left-"][0])
    journal.follow_all()
    observations = digest.state(rows)["observations"]
    batch = received(files["left-"][1])
    leave_in_the_middle(batch)
    left = RunRange.objects.get(run_id=batch.run_id, done_at=None)
    assert (left.worker, left.attempts) == ("victim", 1)
    assert digest.state(rows)["observations"] == observations

    if stage_is_lost:
        with psycopg.connect(os.environ["DATABASE_URL"]) as superuser:
            superuser.execute(f"TRUNCATE {batch.stage}".encode())
    RunRange.objects.filter(pk=left.pk).update(lease_until=timezone.now())  # it has run out
    journal.follow_all()
    assert digest.broken(rows) == {}
    for text in files["right-"]:
        received(text)
        journal.follow_all()
    of_right, of_left = digest.state_of(rows, "right-"), digest.state_of(rows, "left-")
    assert digest.differences(of_right, of_left) == []
    hit, undisturbed = ImportBatch.objects.order_by("pk")[1], ImportBatch.objects.latest("pk")
    assert (hit.status, hit.counts) == (undisturbed.status, undisturbed.counts)


def two_files(prefix: str) -> list[str]:
    day = datetime.now(UTC).date() - timedelta(days=9)
    days = (day, day + timedelta(days=7))
    return [observed(n, days[n], rows=200, seed=3, prefix=prefix, fresh=50) for n in (0, 1)]
