"""A file of contracts, each with an account: the dry run and applying it, against the bare
statements that write the same contracts, claims and events."""

from __future__ import annotations

import csv
import io
import time
from typing import Any

import psycopg

from bench.figures import figure, middle, note
from bench.ground import Ground, work
from bench.runs import finish

ROWS = 5_000  # the most that a file may have
OURS = "bench_contracts"
HEAD = (
    *("reference", "party", "services", "since", "last_day", "platform", "external_id"),
    *("lines", "exclusive"),
)
# What was written, as somebody would hand it over who has checked it all.
KEEP = {
    "contract": "SELECT * FROM agencies_contract",
    "binding": "SELECT * FROM agencies_binding",
    "event": "SELECT * FROM journal_event WHERE verb IN ('contract.added', 'binding.claimed')",
}
WRITE = {
    "contract": "INSERT INTO agencies_contract OVERRIDING SYSTEM VALUE"
    " SELECT * FROM bench.contract ORDER BY id",
    "binding": "INSERT INTO agencies_binding OVERRIDING SYSTEM VALUE"
    " SELECT * FROM bench.binding ORDER BY id",
    "event": "INSERT INTO journal_event OVERRIDING SYSTEM VALUE"
    " SELECT * FROM bench.event ORDER BY id",
}


def bench(ground: Ground, repetitions: int) -> None:
    checks, applies, bares = [], [], []
    for number in range(repetitions):
        database = ground.copy(OURS)
        ground.quiet()
        counts = work(database, (take_in, ())).results[0]
        checks.append(counts["check_s"])
        applies.append(counts["apply_s"])
        bares.append(_bare(ground, database, counts))
        ground.drop(OURS)
        note(f"contracts, repetition {number + 1}: {counts}, bare {bares[-1]:.2f} s")
    figure("contracts_check_s", middle(checks), "s")
    figure("contracts_apply_s", middle(applies), "s")
    figure("contracts_bare_s", middle(bares), "s")
    figure("contracts_apply_to_bare", middle(applies) / middle(bares), "ratio")


def take_in() -> dict[str, Any]:
    """Check a file and apply it, as a worker does; seconds of each, and what was written."""
    from accounts.actions.files import keep
    from accounts.models import File
    from agencies.actions import agencies, batches
    from influencers.models import Profile
    from journal.actions.context import PASS, seeing
    from journal.values import CLOCK

    with seeing(PASS):
        code = "91310000MA1FL0XX0X"
        agency = agencies.register(code, "测试", "Bench files", by=CLOCK, override="bench")
        accounts = Profile.objects.select_related("platform").order_by("pk")[:ROWS]
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(HEAD)
        for n, each in enumerate(accounts):
            facts = (f"HT-{n}", f"达人 {n}", "策划；经纪", "2026年1月1日", "长期")
            writer.writerow([*facts, each.platform.code, each.external_id, "直播；电商带货", "否"])
        upload = io.BytesIO(text.getvalue().encode())
        kept = keep(upload, File.Kind.CSV, name="bench.csv", checked="bench", by=CLOCK)
        batch = batches.receive(agency, kept, "bench.csv", by=CLOCK)
        seconds = {}
        for step in ("check", "apply"):
            if step == "apply":
                batches.apply(batch, by=CLOCK)
            batch.refresh_from_db()
            assert batch.run_id is not None
            before = time.perf_counter()
            finish(batch.run_id)
            seconds[f"{step}_s"] = time.perf_counter() - before
            batch.refresh_from_db()
        if batch.counts["new"] != batch.counts["read"] or batch.done["refused"]:
            raise RuntimeError(f"the file was not taken as it is: {batch.counts} {batch.done}")
        return {
            **seconds,
            "contracts": batch.done["contracts_added"],
            "claims": batch.done["claims"],
        }


def _bare(ground: Ground, database: str, written: dict[str, Any]) -> float:
    """Seconds in which the bare statements write the same rows."""
    with ground.connect(database) as ours:
        ours.execute("CREATE SCHEMA IF NOT EXISTS bench")
        for name, statement in KEEP.items():
            ours.execute(f"CREATE UNLOGGED TABLE bench.{name} AS {statement}".encode())
        ours.execute("SET session_replication_role = replica")
        ours.execute("DELETE FROM agencies_binding WHERE id IN (SELECT id FROM bench.binding)")
        ours.execute("DELETE FROM agencies_contract WHERE id IN (SELECT id FROM bench.contract)")
        ours.execute("DELETE FROM journal_pending")
        ours.execute("DELETE FROM journal_event WHERE id IN (SELECT id FROM bench.event)")
        ours.execute("SET session_replication_role = origin")
        ours.execute("VACUUM (ANALYZE)")
    ground.quiet()
    with ground.connect(database) as bare:
        return sum(_timed(bare, name, written) for name in WRITE)


def _timed(bare: psycopg.Connection, name: str, written: dict[str, Any]) -> float:
    before = time.perf_counter()
    done = bare.execute(WRITE[name].encode()).rowcount
    seconds = time.perf_counter() - before
    wanted = {
        "contract": written["contracts"],
        "binding": written["claims"],
        "event": written["contracts"] + written["claims"],
    }
    if done != wanted[name]:
        raise RuntimeError(f"{name}: {done} rows instead of {wanted[name]}")
    return seconds
