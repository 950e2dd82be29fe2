"""The label pass: what the public sees of each account now, against what it saw last time.

Derives nothing of its own: the text of the label is disclosure.queries.labels.text. One statement
per range compares, keeps the result in Standing and writes `label.changed` with the whole new label
for those, and only those, whose label differs. An account that never had a label and has none is
no news. A full pass looks at every profile; an incremental one at those of which a fact is new,
whose day has come, or that are new themselves. Both leave the same standings.
"""

from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from disclosure.queries.duties import days
from disclosure.queries.labels.text import (
    AGENCIES,
    BODY,
    DUTY_WORD,
    FACE,
    FACE_HASH,
    NEXT_TURN,
)
from journal import actions as journal
from journal.models import Run
from journal.queries import cut, horizon, last_done, system_id
from journal.values import CLOCK

# Each table of a statement carries the range: without it the planner reads the whole of the others.
_IN = "{0} >= %(lo)s AND {0} < %(hi)s"

# Today on each platform.
_DAYS = "unnest(%(platforms)s::bigint[], %(days)s::date[]) AS t (platform_id, day)"

# Every profile of which the label could say something; of all others it says `none`, without being
# derived one by one. Facts are never deleted, so what once had one is in here.
_WITH_FACTS = f"""
    SELECT profile_id AS id FROM disclosure_duty WHERE {_IN.format("profile_id")}
    UNION SELECT profile_id FROM agencies_binding WHERE {_IN.format("profile_id")}
    UNION SELECT profile_id FROM disclosure_declaration WHERE {_IN.format("profile_id")}
    UNION SELECT profile_id FROM influencers_profilestatuschange WHERE {_IN.format("profile_id")}"""

_ALL = f"SELECT id FROM influencers_profile WHERE {_IN.format('id')}"

# Profiles that an incremental pass looks at. New ones: those whose first tier is new, and, for
# platforms that publish no counts, those beyond the last one that had a standing. The journal tells
# of what has no transaction number of its own: handles, principals, minors, groups of agencies.
# Changes of tier matter where they may decide whether an account is public (a row with equal tiers
# corrects an older one). What an agency is called, or belongs to, stands on all of its accounts.
_CHANGED = f"""
    SELECT profile_id AS id FROM disclosure_duty
    WHERE xid >= %(since)s::text::xid8 AND {_IN.format("profile_id")}
    UNION SELECT profile_id FROM disclosure_declaration
    WHERE xid >= %(since)s::text::xid8 AND {_IN.format("profile_id")}
    UNION SELECT profile_id FROM influencers_profilestatuschange
    WHERE xid >= %(since)s::text::xid8 AND {_IN.format("profile_id")}
    UNION SELECT profile_id FROM agencies_binding
    WHERE xid >= %(since)s::text::xid8 AND {_IN.format("profile_id")}
    UNION SELECT profile_id FROM agencies_dispute
    WHERE xid >= %(since)s::text::xid8 AND {_IN.format("profile_id")}
    UNION SELECT b.profile_id FROM agencies_agencyname n
    JOIN agencies_binding b ON b.agency_id = n.agency_id
    WHERE n.xid >= %(since)s::text::xid8 AND {_IN.format("b.profile_id")}
    UNION SELECT t.profile_id FROM influencers_tierchange t
    WHERE t.xid >= %(since)s::text::xid8 AND {_IN.format("t.profile_id")}
      AND (t.tier <= 1 OR t.from_tier <= 1 OR t.tier = t.from_tier OR NOT EXISTS (
           SELECT FROM disclosure_standing s WHERE s.profile_id = t.profile_id))
    UNION SELECT id FROM influencers_profile WHERE id > %(beyond)s AND {_IN.format("id")}
    UNION SELECT s.profile_id FROM disclosure_standing s
    JOIN influencers_profile p ON p.id = s.profile_id AND {_IN.format("p.id")}
    JOIN {_DAYS} ON t.platform_id = p.platform_id AND s.look_again_on <= t.day
    WHERE s.look_again_on <= %(last_day)s AND {_IN.format("s.profile_id")}
    UNION SELECT e.profile_id FROM journal_leaf l
    JOIN journal_event e ON e.id = l.event_id AND e.at = l.at
    WHERE l.seq > %(after)s AND l.seq <= %(upto)s AND e.at >= %(heard_from)s
      AND e.subject_type = 'profile' AND e.verb <> 'label.changed' AND {_IN.format("e.profile_id")}
    UNION SELECT p.id FROM journal_leaf l
    JOIN journal_event e ON e.id = l.event_id AND e.at = l.at
    JOIN influencers_profile p ON p.influencer_id =
        CASE WHEN e.subject_type = 'influencer' THEN e.subject_id::bigint END
    WHERE l.seq > %(after)s AND l.seq <= %(upto)s AND e.at >= %(heard_from)s
      AND e.subject_type = 'influencer' AND {_IN.format("p.id")}
    UNION SELECT b.profile_id FROM journal_leaf l
    JOIN journal_event e ON e.id = l.event_id AND e.at = l.at
    JOIN agencies_binding b ON b.agency_id =
        CASE WHEN e.subject_type = 'agency' THEN e.subject_id::bigint END
    WHERE l.seq > %(after)s AND l.seq <= %(upto)s AND e.at >= %(heard_from)s
      AND e.subject_type = 'agency' AND {_IN.format("b.profile_id")}"""

# `named`: public for its label or duty, whatever its tier. Kept for the lowest public tier too, so
# that an account which falls below it does not vanish until the next pass; kept for all it would
# double the cost of the first pass.
_COMPARE = """
WITH keys AS MATERIALIZED ({keys}),
looked AS MATERIALIZED ({looked}),
seen AS MATERIALIZED (
    SELECT p.id, face.state, {agencies} AS agencies, {duty_word} AS duty, {face_hash} AS hash,
           {next_turn} AS next_turn
    FROM looked k
    JOIN influencers_profile p ON p.id = k.id AND {in_p}
    JOIN (SELECT t.platform_id, t.day, 'infinity'::timestamptz AS at, t.day AS today FROM {days}) a
      ON a.platform_id = p.platform_id
    {face}
),
fresh AS MATERIALIZED (
    SELECT p.id, coalesce(seen.state, 'none') AS state, coalesce(seen.duty, '') AS duty,
           coalesce(seen.agencies, '{{}}') AS agencies,
           coalesce(seen.hash, '') AS hash, seen.next_turn, p.public_anyway,
           coalesce(p.tier <= 1 AND (seen.state <> 'none' OR seen.duty <> ''), false) AS named
    FROM keys k
    JOIN influencers_profile p ON p.id = k.id AND {in_p}
    LEFT JOIN seen ON seen.id = p.id
),
compared AS MATERIALIZED (
    SELECT f.*, coalesce(s.label_hash, '') <> f.hash AS news,
           s.profile_id IS NULL OR (s.state, s.agencies, s.duty, s.label_hash, s.look_again_on)
               IS DISTINCT FROM (f.state, f.agencies, f.duty, f.hash, f.next_turn) AS moved
    FROM fresh f
    LEFT JOIN disclosure_standing s ON s.profile_id = f.id AND {in_s}
),
kept AS (
    INSERT INTO disclosure_standing
        (profile_id, state, agencies, duty, label_hash, look_again_on, xid)
    SELECT id, state, agencies, duty, hash, next_turn, pg_current_xact_id()
    FROM compared WHERE moved ORDER BY id
    ON CONFLICT (profile_id) DO UPDATE SET state = excluded.state, agencies = excluded.agencies,
        duty = excluded.duty, label_hash = excluded.label_hash,
        look_again_on = excluded.look_again_on, xid = excluded.xid
),
opened AS (
    UPDATE influencers_profile p SET public_anyway = c.named
    FROM compared c WHERE p.id = c.id AND {in_p} AND p.public_anyway IS DISTINCT FROM c.named
),
told AS (
    INSERT INTO journal_event (verb, actor_kind, actor_id, actor_name, subject_type, subject_id,
        platform, profile_id, audience, changes)
    SELECT 'label.changed', %(actor_kind)s, %(actor_id)s, %(actor)s, 'profile', p.id::text,
           pf.code, p.id, 'public', {body}::jsonb
    FROM compared c
    JOIN influencers_profile p ON p.id = c.id AND {in_p}
    JOIN influencers_platform pf ON pf.id = p.platform_id
    JOIN (SELECT t.platform_id, t.day, 'infinity'::timestamptz AS at, t.day AS today FROM {days}) a
      ON a.platform_id = p.platform_id
    {face}
    WHERE c.news ORDER BY p.id
)
SELECT count(*), count(*) FILTER (WHERE news), count(*) FILTER (WHERE moved) FROM compared
"""


def _statement(keys: str, looked: str) -> str:
    return _COMPARE.format(
        keys=keys,
        looked=looked,
        agencies=AGENCIES,
        duty_word=DUTY_WORD,
        face_hash=FACE_HASH,
        next_turn=NEXT_TURN,
        face=FACE,
        body=BODY,
        days=_DAYS,
        in_p=_IN.format("p.id"),
        in_s=_IN.format("s.profile_id"),
    )


FULL = _statement(_ALL, _WITH_FACTS)
INCREMENTAL = _statement(_CHANGED, "SELECT id FROM keys")
_RANGES = f"SELECT DISTINCT id / %(size)s FROM ({_CHANGED}) changed ORDER BY 1"
_EVERYTHING = 2**62


def prepare(run: Run) -> list[tuple[int, int]]:
    """Decides between a full and an incremental pass, and cuts it into ranges of profile ids.

    `run.params["as_of"]`, an ISO instant with its zone, moves the calendar; unset, it is now. The
    pass is a full one if it was asked to be, if there was none before, or if the database is
    another one than then (a restore).
    """
    before = last_done("labels")
    run.system_id = system_id()
    run.horizon = horizon()  # before anything is read
    at = datetime.fromisoformat(run.params["as_of"]) if "as_of" in run.params else timezone.now()
    if before is None or before.system_id != run.system_id:
        run.full = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(seq), 0) FROM journal_leaf")
        heard = cursor.fetchone()[0]
        after = before.params.get("heard", 0) if before else 0
        cursor.execute("SELECT min(at) FROM journal_leaf WHERE seq > %s", [after])
        first = cursor.fetchone()[0] or datetime.fromtimestamp(0, UTC)
        cursor.execute("SELECT coalesce(max(profile_id), 0) FROM disclosure_standing")
        run.params = {
            **run.params,
            "days": {str(platform): str(day) for platform, day in days(at).items()},
            "since": before.horizon if before else 0,
            "after": after,
            "heard": heard,
            "heard_from": first.isoformat(),
            "beyond": cursor.fetchone()[0],
        }
        if run.full:
            cursor.execute(
                "SELECT coalesce(min(id), 0), coalesce(max(id), -1) FROM influencers_profile"
            )
            lowest, highest = cursor.fetchone()
            return cut(lowest, highest + 1) if highest >= lowest else []
        size = settings.RANGE_SIZE
        cursor.execute(_RANGES, {**_parameters(run), "lo": 0, "hi": _EVERYTHING, "size": size})
        return [(number * size, (number + 1) * size) for (number,) in cursor.fetchall()]


def do_range(run: Run, lo: int, hi: int) -> dict[str, int]:
    """Brings the standings of `lo <= id < hi` up to date.

    Counts: `looked_at` profiles, `changed` labels (one event each), `standings` written.
    """
    with connection.cursor() as cursor:
        parameters = {**_parameters(run), "lo": lo, "hi": hi}
        cursor.execute(FULL if run.full else INCREMENTAL, parameters)
        looked_at, changed, standings = cursor.fetchone()
    if changed:
        journal.ring_after_commit()
    return {"looked_at": looked_at, "changed": changed, "standings": standings}


def finish(run: Run) -> None:
    """Names the counts also where there was nothing to look at."""
    run.counts = {"looked_at": 0, "changed": 0, "standings": 0, **run.counts}


def _parameters(run: Run) -> dict[str, Any]:
    params = run.params
    reckoned = {int(key): date.fromisoformat(day) for key, day in params["days"].items()}
    return {
        "platforms": list(reckoned),
        "days": list(reckoned.values()),
        "last_day": max(reckoned.values(), default=date.min),
        "since": params["since"],
        "after": params["after"],
        "upto": params["heard"],
        "heard_from": params["heard_from"],
        "beyond": params["beyond"],
        # Whoever asked for the pass did not change the label: facts and the calendar did.
        "actor_kind": CLOCK.kind.value,
        "actor_id": CLOCK.id,
        "actor": CLOCK.name,
    }
