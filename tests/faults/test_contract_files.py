"""Workers that are killed while they apply a file of contracts: in the end each row is applied
once."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from agencies.actions import batches
from agencies.models import Agency, Binding, Contract, ContractBatch
from config import engines
from journal import actions as journal
from journal.actions.context import PASS, seeing
from journal.models import Event, RunRange
from journal.values import CLOCK
from tests.agencies.imports import checked, row
from tests.factories.agencies import make_agency, make_profile
from tests.faults.portal import tell, wait_for

WORKER = """
import django, sys
django.setup()
from journal import actions
actions.work(int(sys.argv[1]), "victim")
"""
OF_BINDINGS = "SELECT FROM pg_locks WHERE relation = 'agencies_binding'::regclass"
WORKS = f"{OF_BINDINGS} AND mode = 'RowExclusiveLock' AND granted"
WAITS = f"{OF_BINDINGS} AND NOT granted"
ROWS = 2_100  # three parts

pytestmark = [pytest.mark.django_db(transaction=True)]


def approved(agency: Agency) -> ContractBatch:
    """A file whose every row adds a contract with a claim, to be applied by whoever works."""
    profiles = [make_profile() for _ in range(10)]
    rows = [
        row(reference=f"HT-{n}", platform="douyin", external_id=profiles[n % 10].external_id)
        if n < 150
        else row(reference=f"HT-{n}")
        for n in range(ROWS)
    ]
    with seeing(PASS):
        return batches.apply(checked(agency, rows), by=CLOCK)


def begun(batch: ContractBatch) -> subprocess.Popen[bytes]:
    environment = os.environ | {"MINGPAI_STATE": str(settings.STATE_DIR)}
    command = [sys.executable, "-c", WORKER, str(batch.run_id)]
    return subprocess.Popen(command, cwd=engines.ROOT, env=environment)


def there_are(statement: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone() is not None


def written(agency: Agency) -> dict[str, int]:
    """What was written for the agency; each verb is counted, so that nothing is told twice."""
    with seeing(PASS):
        told = Event.objects.filter(agency_ids=[agency.pk])
        return {
            "contracts": Contract.objects.filter(agency=agency).count(),
            "claims": Binding.objects.filter(agency=agency).count(),
            "contract.added": told.filter(verb="contract.added").count(),
            "binding.claimed": told.filter(verb="binding.claimed").count(),
            "contractbatch.applied": told.filter(verb="contractbatch.applied").count(),
        }


ALL = {
    "contracts": ROWS,
    "claims": 150,
    "contract.added": ROWS,
    "binding.claimed": 150,
    "contractbatch.applied": 1,
}


def let_leases_end(batch: ContractBatch) -> None:
    RunRange.objects.filter(run_id=batch.run_id, done_at=None).update(lease_until=timezone.now())


@pytest.mark.parametrize("stage_is_lost", [False, True], ids=["worker", "worker and database"])
def test_worker_killed_between_contracts_and_claims_leaves_nothing_half_done(
    stage_is_lost: bool,
) -> None:
    """A crash of the database also empties the stage, which is kept in no log."""
    agency = make_agency()
    batch = approved(agency)
    with psycopg.connect(os.environ["DATABASE_URL"]) as held:
        held.execute("LOCK TABLE agencies_binding IN SHARE MODE")
        worker = begun(batch)
        try:
            wait_for(lambda: there_are(WAITS), 60)
        finally:
            worker.kill()
            worker.wait()
    wait_for(lambda: not there_are(WORKS), 30)
    assert set(written(agency).values()) == {0}
    if stage_is_lost:
        with psycopg.connect(os.environ["DATABASE_URL"]) as superuser:
            superuser.execute("TRUNCATE agencies_contractstagerow")
    let_leases_end(batch)
    journal.follow_all()
    assert written(agency) == ALL
    with seeing(PASS):
        batch.refresh_from_db()
    assert (batch.status, batch.done["contracts_added"]) == ("applied", ROWS)


@pytest.mark.night
def test_workers_killed_at_ten_random_points_apply_each_row_once() -> None:
    agency = make_agency()
    batch = approved(agency)
    seed = random.randrange(10**6)
    luck, at_work = random.Random(seed), 0
    for number in range(10):
        worker = begun(batch)
        time.sleep(luck.uniform(0.8, 3.0))
        at_work += worker.poll() is None
        worker.kill()
        worker.wait()
        wait_for(lambda: not there_are(WORKS), 30)
        tell(f"seed {seed}, kill {number}: {written(agency)}")
        let_leases_end(batch)
    journal.follow_all()
    assert written(agency) == ALL
    assert at_work > 0
