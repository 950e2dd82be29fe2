"""The import of a file, end to end, against the bare statements that write the same rows."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import psycopg

from bench import runs
from bench.alike import compare, digest
from bench.figures import figure, middle, note
from bench.ground import Ground, work
from bench.lay import copy_in

# The file as an importer of genius would hand it over: numbers parsed, platforms known, blanks
# trimmed, nothing wrong, nothing twice.
STAGE = """
CREATE UNLOGGED TABLE bench.stage (platform_id bigint, external_id text, handle text, name text,
    followers bigint, category text, day date)
"""
CREATE = """
WITH fresh AS (
    INSERT INTO influencers_profile (public_id, platform_id, external_id, handle, display_name,
        content_fields, followers, observed_on, status, created_at)
    SELECT gen_random_uuid(), s.platform_id, s.external_id, s.handle, s.name, ARRAY[s.category],
           s.followers, s.day, 'active', statement_timestamp()
    FROM bench.stage s
    WHERE NOT EXISTS (SELECT FROM influencers_profile p WHERE p.platform_id = s.platform_id
                      AND p.external_id = s.external_id)
    ORDER BY s.platform_id, s.external_id
    RETURNING id, platform_id, handle, observed_on
)
INSERT INTO influencers_profilehandle (profile_id, platform_id, handle, during)
SELECT id, platform_id, handle, daterange(observed_on, NULL) FROM fresh
"""
UPDATE = """
UPDATE influencers_profile p SET followers = s.followers, at_least = false, observed_on = s.day
FROM bench.stage s
WHERE p.platform_id = s.platform_id AND p.external_id = s.external_id
  AND (p.followers, p.observed_on) IS DISTINCT FROM (s.followers, s.day)
"""
OBSERVE = """
INSERT INTO influencers_observation (profile_id, day, followers, source)
SELECT p.id, s.day, s.followers, 'file' FROM bench.stage s
JOIN influencers_profile p ON p.platform_id = s.platform_id AND p.external_id = s.external_id
"""

ALIKE = {
    "profiles": "SELECT id, platform_id, external_id, provisional, handle, display_name,"
    " content_fields, followers, at_least, observed_on, tier, status FROM influencers_profile",
    "handles": "SELECT platform_id, profile_id, handle, during FROM influencers_profilehandle",
    "observations": "SELECT profile_id, day, followers, at_least, views, posts, engagements,"
    " source, revised FROM influencers_observation",
}
DATABASES = {"ours": "bench_ours", "two": "bench_two", "bare": "bench_bare"}


def bench(ground: Ground, rows: int, repetitions: int) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in DATABASES}
    processor: dict[str, list[float]] = {name: [] for name in DATABASES}
    peaks: list[float] = []
    for number in range(repetitions):
        written: dict[str, Any] = {}
        for side in list(DATABASES) if number % 2 == 0 else list(DATABASES)[::-1]:
            database = ground.copy(DATABASES[side])
            ground.quiet()
            before = ground.processor()
            if side == "bare":
                seconds[side].append(_bare(ground, database))
            else:
                done, peak = _ours(ground, database, two=side == "two")
                seconds[side].append(done)
                peaks.append(peak)
            processor[side].append(ground.processor() - before)
            with ground.connect(database) as connection:
                written[side] = digest(connection, ALIKE)
            ground.drop(database)
            note(f"import, repetition {number + 1}: {side} {seconds[side][-1]:.2f} s")
        compare(written["ours"], written["bare"])
        compare(written["two"], written["bare"])
    bare = middle(seconds["bare"])
    figure("import_s", middle(seconds["ours"]), "s")
    figure("import_rate", rows / middle(seconds["ours"]), "rows/s")
    figure("import_bare_s", bare, "s")
    figure("import_to_bare", middle(seconds["ours"]) / bare, "ratio")
    work_done = middle(processor["ours"]) / middle(processor["bare"])
    figure("import_processor_to_bare", work_done, "ratio")
    figure("import_two_workers_s", middle(seconds["two"]), "s")
    figure("import_two_workers_to_bare", middle(seconds["two"]) / bare, "ratio")
    figure("import_worker_peak_mb", max(peaks), "MB")


def _ours(ground: Ground, database: str, *, two: bool) -> tuple[float, float]:
    calls: list[Any] = [(runs.take_in, (ground.folder / "new.csv",))]
    if two:
        with ground.connect(database) as connection:
            row = connection.execute("SELECT coalesce(max(id), 0) FROM journal_run").fetchone()
        assert row is not None
        calls.append((runs.help_out, (("import",), row[0])))
    done = work(database, *calls)
    counts = done.results[0]
    if counts["errors"] or counts["repeated"]:
        raise RuntimeError(f"the file was not taken as it is: {counts}")
    note(f"{counts}")
    return done.seconds, done.peak_mb


def _bare(ground: Ground, database: str) -> float:
    with ground.connect(database) as connection:
        seconds = bare(connection, ground.folder / "parsed.csv")
    note(", ".join(f"{name} {each:.2f} s" for name, each in seconds.items()))
    return sum(seconds.values())


def bare(connection: psycopg.Connection, path: Path) -> dict[str, float]:
    """Write what the import would; returns seconds by statement."""
    seconds = {}
    connection.execute(STAGE)
    before = time.perf_counter()
    copy_in(connection, "bench.stage", path)
    seconds["copy"] = time.perf_counter() - before
    for name, statement in (
        ("analyze", "ANALYZE bench.stage"),
        ("create", CREATE),
        ("update", UPDATE),
        ("observe", OBSERVE),
    ):
        before = time.perf_counter()
        connection.execute(statement.encode())
        seconds[name] = time.perf_counter() - before
    return seconds
