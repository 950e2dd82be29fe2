"""The state that measurements begin with: accounts with a past, laid by bare statements.

Days, by the day D of the new file: observed on D-60 (those that fall also on D-70, still above),
passes as of D-50, notices delivered on D-45, answers from D-55 on, labels as of D-1.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench.figures import note
from bench.ground import Ground
from bench.people import Person, people

SEED = """
CREATE SCHEMA bench;
CREATE UNLOGGED TABLE bench.seed (
    id bigint, platform text, external_id text, handle text, name text, category text, fate text,
    before bigint, old bigint, new bigint);
"""
PROFILES = """
INSERT INTO influencers_profile (id, public_id, platform_id, external_id, handle, display_name,
    content_fields, followers, observed_on, tier, tier_since, look_again_on, status, created_at)
SELECT s.id, gen_random_uuid(), p.id, s.external_id, s.handle, s.name, ARRAY[s.category], s.old,
       %(seen)s, width_bucket(s.before, t.floors),
       CASE s.fate WHEN 'falls' THEN %(seen_before)s::date ELSE %(seen)s END,
       CASE s.fate WHEN 'falls' THEN %(seen)s::date + t.fall_after_days END, 'active', %(at)s
FROM bench.seed s JOIN influencers_platform p ON p.code = s.platform
JOIN influencers_tierscheme t ON t.platform_id = p.id AND t.current ORDER BY s.id
"""
HANDLES = """
INSERT INTO influencers_profilehandle (profile_id, platform_id, handle, during)
SELECT id, platform_id, handle, daterange(tier_since, NULL) FROM influencers_profile ORDER BY id
"""
OBSERVATIONS = """
INSERT INTO influencers_observation (profile_id, day, followers, source)
SELECT id, %(seen_before)s, before, 'file' FROM bench.seed WHERE fate = 'falls'
UNION ALL SELECT id, %(seen)s, old, 'file' FROM bench.seed ORDER BY 2, 1
"""
TIERS = """
INSERT INTO influencers_tierchange (profile_id, scheme_id, effective_on, tier, cause_day,
    cause_followers)
SELECT p.id, t.id, p.tier_since, p.tier, p.tier_since, s.before
FROM influencers_profile p JOIN bench.seed s USING (id)
JOIN influencers_tierscheme t ON t.platform_id = p.platform_id AND t.current ORDER BY p.id
"""
IDENTITY = """
SELECT setval(pg_get_serial_sequence('influencers_profile', 'id'),
              (SELECT max(id) FROM influencers_profile))
"""
# Three of ten accounts under a rule have answered before; some of the answers end on D. Those whose
# tier will change have not: what the bare statements must know of them stays simple.
ANSWERS = """
INSERT INTO disclosure_declaration (profile_id, during, status, basis)
SELECT p.id, daterange(%(answered)s, CASE WHEN p.id %% 16 = 0 THEN %(day)s::date END), 'active',
       'platform_record'
FROM influencers_profile p JOIN bench.seed s USING (id)
WHERE p.tier >= 3 AND s.fate = 'stays' AND p.id %% 10 < 3 ORDER BY p.id
"""
# Half of the open duties were told, and silence under them is public by now.
TOLD = """
UPDATE disclosure_duty d
SET noticed_on = %(told)s, shown_from = greatest(due, %(told)s::date + 7) + 1
FROM disclosure_rule r
WHERE r.id = d.rule_id AND r.basis IN ('in_force', 'platform_policy') AND d.status = 'open'
  AND d.profile_id %% 2 = 0
"""


def noon(day: date) -> str:
    return datetime.combine(day, time(4), tzinfo=None).isoformat() + "+00:00"


class Days:
    """The days of one measurement, by the day of its new file."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.seen_before, self.seen = day - timedelta(days=70), day - timedelta(days=60)
        self.answered, self.told = day - timedelta(days=55), day - timedelta(days=45)
        self.passed, self.eve = day - timedelta(days=50), day - timedelta(days=1)
        self.next_day = day + timedelta(days=1)

    def parameters(self) -> dict[str, Any]:
        return dict(vars(self)) | {"at": noon(self.seen_before)}


def write(folder: Path, profiles: int, days: Days, platforms: dict[str, int]) -> None:
    """Write `seed.csv`, the accounts; `new.csv`, the file that is imported; and `parsed.csv`, the
    same rows as an importer of genius would hand them to the database.

    Every account of the file has another count than before; of a hundred one is new. The lines
    come in no order that the database knows.
    """
    fresh = profiles // 100
    lines: list[tuple[str, str, tuple[Any, ...]]] = []
    with open(folder / "seed.csv", "w", newline="") as seed:
        out = csv.writer(seed)
        for each in people(profiles + fresh):
            if each.number <= profiles:
                out.writerow(_seed(each))
            # As many rows as accounts: the last hundredth of the known ones is not in the file.
            if each.number <= profiles - fresh or each.number > profiles:
                lines.append((each.external_id[::-1], each.text, _row(each)))
    lines.sort()  # by the id read backwards
    day = days.day.isoformat()
    with (
        open(folder / "new.csv", "w", newline="") as new,
        open(folder / "parsed.csv", "w", newline="") as parsed,
    ):
        out, ready = csv.writer(new, lineterminator="\n"), csv.writer(parsed, lineterminator="\n")
        out.writerow(HEADING)
        for _, text, row in lines:
            platform, external_id, handle, name, count, category = row
            out.writerow((platform, external_id, handle, name, text, category, day))
            ready.writerow((platforms[platform], external_id, handle, name, count, category, day))


HEADING = (
    "platform",
    "external_id",
    "handle",
    "display_name",
    "followers",
    "category",
    "observed_on",
)


def _seed(p: Person) -> tuple[Any, ...]:
    start = (p.number, p.platform, p.external_id, p.handle, p.name, p.category, p.fate)
    return (*start, p.before, p.old, p.new)


def _row(p: Person) -> tuple[Any, ...]:
    return p.platform, p.external_id, p.handle, p.name, p.new, p.category


def copy_in(connection: psycopg.Connection, table: str, path: Path) -> None:
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT csv)").format(sql.Identifier(*table.split(".")))
    with open(path, "rb") as file, connection.cursor().copy(statement) as copy:
        while block := file.read(1 << 20):
            copy.write(block)


def fill(ground: Ground, folder: Path, days: Days) -> None:
    """Lay accounts, handles, observations, tiers and answers of `seed.csv`."""
    with ground.connect() as connection:
        connection.execute("SET maintenance_work_mem = '1GB'")
        connection.execute(SEED)
        copy_in(connection, "bench.seed", folder / "seed.csv")
        for day in (days.seen_before, days.seen, days.day):
            connection.execute("SELECT influencers_make_month(%s)", [day])
        given = days.parameters()
        for table, statement in (
            ("influencers_profile", PROFILES),
            ("influencers_profilehandle", HANDLES),
            ("influencers_observation", OBSERVATIONS),
            ("influencers_tierchange", TIERS),
            ("disclosure_declaration", ANSWERS),
        ):
            rebuild = list(_without_indexes(connection, table))
            connection.execute(statement, given)
            for each in rebuild:
                connection.execute(each)
            note(f"laid {table}")
        connection.execute(IDENTITY)


def _without_indexes(connection: psycopg.Connection, table: str) -> Iterator[bytes]:
    """Drop what can be built faster afterwards; yields the statements that build it again."""
    constraints = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype = 'x'",
        [table],
    ).fetchall()
    for name, text in constraints:
        connection.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(*map(sql.Identifier, (table, name)))
        )
        yield f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {text}'.encode()
    indexes = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT indisunique AND NOT EXISTS ("
        "  SELECT FROM pg_class WHERE oid = indrelid AND relkind = 'p')",
        [table],
    ).fetchall()
    for name, text in indexes:
        connection.execute(f"DROP INDEX {name}".encode())
        yield text.encode()


def tell(ground: Ground, days: Days) -> None:
    """Notices of the duties that the first pass opened were delivered."""
    with ground.connect() as connection:
        connection.execute(TOLD, days.parameters())
