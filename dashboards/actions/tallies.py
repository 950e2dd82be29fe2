"""The tally pass: counts that grow with each change, exact because each profile's part is kept.

A run of kind "tallies" (settings.RUNS). For each profile of a range the pass works out what it
should add to the tallies, compares it with what it adds (Contribution), and moves the difference.
"""

from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from dashboards.models import TallyDay
from influencers.models import Platform
from journal.models import Run
from journal.queries import cut, horizon, last_done, system_id

TALLIES = 7005  # first key of the advisory lock under which the few tally rows are written

# The keys of an incremental run: everything that a pass before this one wrote since the last run,
# and contributions that the calendar changes.
KEYS = """
    SELECT profile_id FROM disclosure_standing WHERE xid >= %(horizon)s::text::xid8
    UNION SELECT profile_id FROM influencers_tierchange WHERE xid >= %(horizon)s::text::xid8
    UNION SELECT profile_id FROM disclosure_duty WHERE xid >= %(horizon)s::text::xid8
    UNION SELECT c.profile_id FROM dashboards_contribution c
          JOIN unnest(%(platforms)s::bigint[], %(days)s::date[]) AS today (platform_id, day)
            USING (platform_id)
          WHERE c.look_again_on <= today.day
"""

# Every table of the statement carries the range: without it the planner would scan the whole of
# the others in each range.
COMPARE = """
WITH today AS (
    SELECT * FROM unnest(%(platforms)s::bigint[], %(days)s::date[]) AS t (platform_id, day)
), duties AS (
    SELECT d.profile_id,
           count(*) FILTER (WHERE d.status = 'open') AS open,
           count(*) FILTER (WHERE d.status = 'met' AND NOT EXISTS (
               SELECT FROM disclosure_duty later
               WHERE later.profile_id >= %(lo)s AND later.profile_id < %(hi)s
                 AND later.profile_id = d.profile_id AND later.rule_id = d.rule_id
                 AND later.id > d.id)) AS met,
           count(*) FILTER (WHERE d.status = 'open' AND d.due < today.day) AS overdue,
           min(d.due + 1) FILTER (WHERE d.status = 'open' AND d.due >= today.day) AS look_again_on
    FROM disclosure_duty d
    JOIN influencers_profile p ON p.id = d.profile_id AND p.id >= %(lo)s AND p.id < %(hi)s
    JOIN today ON today.platform_id = p.platform_id
    WHERE d.profile_id >= %(lo)s AND d.profile_id < %(hi)s AND {only_d}
    GROUP BY d.profile_id
), want AS (
    SELECT p.id AS profile_id, p.platform_id, coalesce(p.tier, -1)::smallint AS tier,
           CASE WHEN coalesce(s.state, 'none') = 'none' AND d.open > 0 THEN 'unanswered'
                ELSE coalesce(s.state, 'none') END AS state,
           coalesce(d.open, 0)::smallint AS duties_open, coalesce(d.met, 0)::smallint AS duties_met,
           coalesce(d.overdue, 0)::smallint AS duties_overdue, d.look_again_on
    FROM influencers_profile p
    LEFT JOIN disclosure_standing s
           ON s.profile_id = p.id AND s.profile_id >= %(lo)s AND s.profile_id < %(hi)s
    LEFT JOIN duties d ON d.profile_id = p.id
    WHERE p.id >= %(lo)s AND p.id < %(hi)s AND {only_p}
), changed AS (
    SELECT want.*, c.profile_id IS NOT NULL AS counted, c.platform_id AS old_platform_id,
           c.tier AS old_tier, c.state AS old_state, c.duties_open AS old_open,
           c.duties_met AS old_met, c.duties_overdue AS old_overdue
    FROM want
    LEFT JOIN dashboards_contribution c
           ON c.profile_id = want.profile_id AND c.profile_id >= %(lo)s AND c.profile_id < %(hi)s
    WHERE c.profile_id IS NULL
       OR (c.platform_id, c.tier, c.state, c.duties_open, c.duties_met, c.duties_overdue,
           c.look_again_on)
          IS DISTINCT FROM (want.platform_id, want.tier, want.state, want.duties_open,
           want.duties_met, want.duties_overdue, want.look_again_on)
), kept AS (
    INSERT INTO dashboards_contribution AS c (profile_id, platform_id, tier, state, duties_open,
        duties_met, duties_overdue, look_again_on)
    SELECT profile_id, platform_id, tier, state, duties_open, duties_met, duties_overdue,
           look_again_on
    FROM changed
    ON CONFLICT (profile_id) DO UPDATE SET platform_id = excluded.platform_id,
        tier = excluded.tier, state = excluded.state, duties_open = excluded.duties_open,
        duties_met = excluded.duties_met, duties_overdue = excluded.duties_overdue,
        look_again_on = excluded.look_again_on
), parts AS (
    SELECT platform_id, tier, state, 1 AS profiles, duties_open AS open, duties_met AS met,
           duties_overdue AS overdue
    FROM changed
    UNION ALL
    SELECT old_platform_id, old_tier, old_state, -1, -old_open, -old_met, -old_overdue
    FROM changed WHERE counted
)
SELECT platform_id, tier, state, sum(profiles), sum(open), sum(met), sum(overdue),
       (SELECT count(*) FROM changed)
FROM parts GROUP BY platform_id, tier, state
"""

MOVE = """
WITH moved AS (
    SELECT * FROM unnest(%s::bigint[], %s::smallint[], %s::text[], %s::bigint[], %s::bigint[],
        %s::bigint[], %s::bigint[])
        AS m (platform_id, tier, state, profiles, open, met, overdue)
)
UPDATE dashboards_tally t
SET profiles = t.profiles + m.profiles, duties_open = t.duties_open + m.open,
    duties_met = t.duties_met + m.met, duties_overdue = t.duties_overdue + m.overdue
FROM moved m
WHERE (t.platform_id, t.tier, t.state) = (m.platform_id, m.tier, m.state)
"""

PLACES = """
INSERT INTO dashboards_tally (platform_id, tier, state, profiles, duties_open, duties_met,
    duties_overdue)
SELECT p, t, s, 0, 0, 0, 0 FROM unnest(%s::bigint[], %s::smallint[], %s::text[]) AS m (p, t, s)
ON CONFLICT (platform_id, tier, state) DO NOTHING
"""

RECOUNT = """
INSERT INTO dashboards_tally (platform_id, tier, state, profiles, duties_open, duties_met,
    duties_overdue)
SELECT platform_id, tier, state, count(*), sum(duties_open), sum(duties_met), sum(duties_overdue)
FROM dashboards_contribution GROUP BY platform_id, tier, state
"""


def prepare(run: Run) -> list[tuple[int, int]]:
    """Cuts the run: all profiles when full, only ranges that hold a key otherwise."""
    last = None if run.full else last_done("tallies")
    run.horizon, run.system_id = horizon(), system_id()
    run.full = last is None or last.system_id != run.system_id
    run.params = {**run.params, "since": None if run.full or last is None else last.horizon}
    run.params.setdefault("as_of", timezone.now().isoformat())
    with connection.cursor() as cursor:
        if run.full:
            cursor.execute(
                "SELECT least(min(p.id), (SELECT min(profile_id) FROM dashboards_contribution)),"
                " greatest(max(p.id), (SELECT max(profile_id) FROM dashboards_contribution))"
                " FROM influencers_profile p"
            )
            lo, hi = cursor.fetchone()
            return [] if lo is None else cut(lo, hi + 1)
        size = settings.RANGE_SIZE
        cursor.execute(
            f"SELECT DISTINCT profile_id / {size} FROM ({KEYS}) AS keys ORDER BY 1",
            _parameters(run),
        )
        return [(number * size, (number + 1) * size) for (number,) in cursor.fetchall()]


def _parameters(run: Run) -> dict[str, Any]:
    at = datetime.fromisoformat(run.params["as_of"]).astimezone(UTC)
    days: dict[int, date] = {p.pk: p.today(at) for p in Platform.objects.all()}
    return {
        "horizon": run.params["since"],
        "platforms": list(days),
        "days": list(days.values()),
    }


def do_range(run: Run, lo: int, hi: int) -> dict[str, int]:
    """Moves the tallies by what changed in a range."""
    parameters = {**_parameters(run), "lo": lo, "hi": hi}
    if run.full:
        statement = COMPARE.format(only_d="true", only_p="true")
    else:
        statement = COMPARE.format(only_d=f"d.profile_id IN ({KEYS})", only_p=f"p.id IN ({KEYS})")
    with connection.cursor() as cursor:
        if run.full:
            _forget_vanished(lo, hi)
            # Right after a first import no table was analysed yet. The planner then takes ranges
            # for nearly empty and joins them in loops: a minute for a thousand accounts.
            cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(statement, parameters)
        parts = cursor.fetchall()
        if run.full:
            cursor.execute("RESET enable_nestloop")
        if not parts:
            return {"changed": 0}
        columns = [list(column) for column in zip(*parts, strict=True)]
        # Two ranges may move the same few rows: one after the other, and briefly.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [TALLIES])
        cursor.execute(PLACES, columns[:3])
        cursor.execute(MOVE, columns[:7])
    return {"changed": int(parts[0][7])}


def _forget_vanished(lo: int, hi: int) -> None:
    """A profile that was erased adds nothing; `finish` of the full run recounts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM dashboards_contribution c WHERE c.profile_id >= %(lo)s "
            "AND c.profile_id < %(hi)s AND NOT EXISTS (SELECT FROM influencers_profile p "
            "WHERE p.id >= %(lo)s AND p.id < %(hi)s AND p.id = c.profile_id)",
            {"lo": lo, "hi": hi},
        )


def finish(run: Run) -> None:
    """After a full run counts the tallies anew; keeps today's state of them for trends."""
    today = timezone.localdate(datetime.fromisoformat(run.params["as_of"]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [TALLIES])
        if run.full:
            cursor.execute("DELETE FROM dashboards_tally")
            cursor.execute(RECOUNT)
        TallyDay.objects.filter(day=today).delete()
        cursor.execute(
            "INSERT INTO dashboards_tallyday (day, platform_id, tier, state, profiles, "
            "duties_open, duties_met, duties_overdue) SELECT %s, platform_id, tier, state, "
            "profiles, duties_open, duties_met, duties_overdue FROM dashboards_tally",
            [today],
        )
