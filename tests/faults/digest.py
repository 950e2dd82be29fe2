"""All that imports and passes lead to, without what may differ between two equal histories:
numbers that the database gave, instants, and how passes that were asked for were put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from disclosure.queries.labels.text import BODY, FACE

Rows = Callable[[str], list[tuple[Any, ...]]]

OF_PROFILE = """{table} x JOIN influencers_profile p ON p.id = x.profile_id
    JOIN influencers_platform pf ON pf.id = p.platform_id"""
NAMED = "pf.code, p.external_id, p.provisional"

FACTS = {
    "profiles": f"""
        SELECT {NAMED}, p.handle, p.display_name, p.content_fields, p.followers, p.at_least,
               p.observed_on, p.tier, p.tier_since, p.look_again_on, p.status, p.ip_territory,
               p.ip_territory_on, p.public_anyway
        FROM influencers_profile p JOIN influencers_platform pf ON pf.id = p.platform_id
        ORDER BY 1, 2, 3""",
    "handles": f"""
        SELECT {NAMED}, x.handle, x.during::text
        FROM {OF_PROFILE.format(table="influencers_profilehandle")} ORDER BY 1, 2, 3, 4, 5""",
    "observations": f"""
        SELECT {NAMED}, x.day, x.followers, x.at_least, x.views, x.posts, x.engagements, x.revised
        FROM {OF_PROFILE.format(table="influencers_observation")} ORDER BY 1, 2, 3, 4""",
    "tier changes": f"""
        SELECT {NAMED}, x.effective_on, x.from_tier, x.tier, x.cause_day, x.cause_followers
        FROM {OF_PROFILE.format(table="influencers_tierchange")} ORDER BY 1, 2, 3, x.id""",
    "duties": f"""
        SELECT {NAMED}, r.code, x.status, x.from_day, x.to_day, x.due, x.noticed_on, x.shown_from,
               x.reason
        FROM {OF_PROFILE.format(table="disclosure_duty")}
        JOIN disclosure_rule r ON r.id = x.rule_id ORDER BY 1, 2, 3, 4, x.id""",
    "standings": f"""
        SELECT {NAMED}, x.state, x.agencies, x.duty, x.label_hash, x.look_again_on
        FROM {OF_PROFILE.format(table="disclosure_standing")} ORDER BY 1, 2, 3""",
    "tallies": """
        SELECT platform_id, tier, state, profiles, duties_open, duties_met, duties_overdue
        FROM dashboards_tally WHERE profiles <> 0 ORDER BY 1, 2, 3""",
    "tallies of days": """
        SELECT day, platform_id, tier, state, profiles, duties_open, duties_met, duties_overdue
        FROM dashboards_tallyday WHERE profiles <> 0 ORDER BY 1, 2, 3, 4""",
    "contributions": """
        SELECT pf.code, p.external_id, p.provisional, c.tier, c.state, c.duties_open, c.duties_met,
               c.duties_overdue, c.look_again_on
        FROM dashboards_contribution c JOIN influencers_profile p ON p.id = c.profile_id
        JOIN influencers_platform pf ON pf.id = p.platform_id ORDER BY 1, 2, 3""",
    "batches": """
        SELECT name, status, dry_run, counts, refusal, notes FROM influencers_importbatch
        ORDER BY id""",
    "problems": """
        SELECT b.name, p.line, p.column, p.value, p.code FROM influencers_importproblem p
        JOIN influencers_importbatch b ON b.id = p.batch_id ORDER BY b.id, p.line, p.id""",
    "labels": f"""
        SELECT pf.code, p.external_id, p.provisional, {BODY}::jsonb - 'version'
        FROM influencers_profile p JOIN influencers_platform pf ON pf.id = p.platform_id
        CROSS JOIN LATERAL (SELECT 'infinity'::timestamptz AS at,
            (now() AT TIME ZONE pf.time_zone)::date AS day,
            (now() AT TIME ZONE pf.time_zone)::date AS today) a
        {FACE} ORDER BY 1, 2, 3""".replace("%%", "%"),
    # What everybody was told last. How often is no fact of the register: a label that changes
    # by two passes is told once or twice, as these come one after the other or together.
    "labels told": """
        SELECT DISTINCT ON (e.platform, p.external_id) e.platform, p.external_id,
               e.changes - 'version'
        FROM journal_event e JOIN influencers_profile p ON p.id = e.profile_id
        WHERE e.verb = 'label.changed' ORDER BY e.platform, p.external_id, e.id DESC""",
    # Passes that wait are put together, so their own number is left to chance.
    "events": """
        SELECT verb, count(*) FROM journal_event
        WHERE verb NOT IN ('label.changed', 'tiers.changed', 'run.asked', 'run.finished')
          AND verb !~ '^(session|user|grant|key)[.]'
        GROUP BY 1 ORDER BY 1""",
    "tiers told": """
        SELECT coalesce(sum((changes->>'tier_changes')::int), 0) FROM journal_event
        WHERE verb = 'tiers.changed'""",
}

# Each must return nothing, whatever happened before.
NEVER = {
    "failed runs": "SELECT kind, error FROM journal_run WHERE status = 'failed'",
    "runs finished not once": """
        SELECT r.kind, r.id, count(e.id) FROM journal_run r
        LEFT JOIN journal_event e ON e.verb = 'run.finished' AND e.subject_id = r.id::text
        WHERE r.status = 'done' GROUP BY r.kind, r.id HAVING count(e.id) <> 1""",
    "events without a place": """
        SELECT e.id, e.verb FROM journal_event e
        LEFT JOIN journal_leaf l ON l.event_id = e.id WHERE l.seq IS NULL""",
    "places of no event": """
        SELECT l.seq FROM journal_leaf l
        LEFT JOIN journal_event e ON l.event_id = e.id WHERE e.id IS NULL""",
    "gaps in the order": "SELECT max(seq), count(*) FROM journal_leaf HAVING max(seq) <> count(*)",
    "stages left": "SELECT relname FROM pg_class WHERE relname ~ '^influencers_stage_[0-9]+$'",
    "tallies that are no recount": """
        SELECT platform_id, tier, state, profiles FROM dashboards_tally WHERE profiles <> 0
        EXCEPT SELECT platform_id, coalesce(tier, -1), state, count(*) FROM (
            SELECT p.platform_id, p.tier, CASE WHEN s.state = 'none' AND s.duty = 'open'
                THEN 'unanswered' ELSE s.state END AS state
            FROM influencers_profile p JOIN disclosure_standing s ON s.profile_id = p.id) c
        GROUP BY 1, 2, 3""",
}


def state(rows: Rows) -> dict[str, list[Any]]:
    return {name: rows(statement) for name, statement in FACTS.items()}


OF_ACCOUNTS = ("profiles", "handles", "observations", "tier changes", "duties", "standings")


def state_of(rows: Rows, prefix: str) -> dict[str, list[Any]]:
    """The state of accounts whose names begin so, without the prefix: two lives in one register
    can be compared."""
    facts = {name: rows(FACTS[name]) for name in OF_ACCOUNTS}
    return {
        name: [
            [None if cell is None else str(cell).replace(prefix, "") for cell in line[1:]]
            for line in lines
            if line[1].startswith(prefix)
        ]
        for name, lines in facts.items()
    }


def broken(rows: Rows) -> dict[str, list[Any]]:
    """What can never be and is."""
    found = {name: rows(statement) for name, statement in NEVER.items()}
    return {name: lines for name, lines in found.items() if lines}


def differences(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> list[str]:
    """The first lines of each kind of fact that stand on one side only."""
    lines = []
    for name in one:
        mine, theirs = Counter(map(repr, one[name])), Counter(map(repr, other[name]))
        if mine != theirs:
            lines += [f"{name}: missing {row}" for row in list(mine - theirs)[:3]]
            lines += [f"{name}: too much {row}" for row in list(theirs - mine)[:3]]
        elif one[name] != other[name]:
            lines.append(f"{name}: in another order")
    return lines
