"""What the tier and the duty pass write, as plain statements over everything.

They know what the passes must find out: that a rise takes effect with the newest count, that no
fall was broken, that nobody whose tier changes has answered, that no rule is retired and no account
is revoked. They cut nothing into ranges, count nothing, and leave no run behind.
"""

from __future__ import annotations

import time
from typing import Any

import psycopg

from bench.lay import Days

# Rules as they apply, with the words of their notices: a handful of rows, made before the clock
# starts.
SCOPE = """
CREATE TABLE bench.scope AS
SELECT r.id AS rule_id, r.code, pl.id AS platform_id, pl.code AS platform, r.live_from,
       array_position(s.floors, r.min_followers)::smallint AS tier, r.grace_days, w.en, w.zh
FROM disclosure_rule r
JOIN influencers_platform pl ON cardinality(r.platforms) = 0 OR pl.code = ANY(r.platforms)
JOIN influencers_tierscheme s ON s.platform_id = pl.id AND s.current
JOIN unnest(%(rules)s::bigint[], %(en)s::text[], %(zh)s::text[]) AS w (rule_id, en, zh)
  ON w.rule_id = r.id
WHERE r.status = 'live'
"""

TIERS = """
WITH turned AS MATERIALIZED (
    SELECT p.id, s.id AS scheme_id, p.tier AS from_tier, p.look_again_on <= %(day)s AS fell,
           width_bucket(p.followers, s.floors)::smallint AS tier, p.observed_on, p.followers,
           p.look_again_on, p.observed_on + s.fall_after_days AS falls_on,
           p.look_again_on - s.fall_after_days AS began
    FROM influencers_profile p
    JOIN influencers_tierscheme s ON s.platform_id = p.platform_id AND s.current
    WHERE width_bucket(p.followers, s.floors) > p.tier
       OR p.look_again_on <= %(day)s
       OR p.look_again_on IS NULL AND p.followers < s.floors[p.tier] * (1 - s.fall_margin)
), kept AS (
    INSERT INTO influencers_tierchange (profile_id, scheme_id, effective_on, from_tier, tier,
        cause_day, cause_followers)
    SELECT t.id, t.scheme_id, CASE WHEN fell THEN look_again_on ELSE observed_on END, from_tier,
           tier, CASE WHEN fell THEN began ELSE observed_on END,
           CASE WHEN fell THEN (SELECT o.followers FROM influencers_observation o
                                WHERE o.profile_id = t.id AND o.day = t.began)
                ELSE followers END
    FROM turned t WHERE fell OR tier > from_tier
)
UPDATE influencers_profile p
SET tier = CASE WHEN t.fell OR t.tier > t.from_tier THEN t.tier ELSE p.tier END,
    tier_since = CASE WHEN t.fell THEN t.look_again_on WHEN t.tier > t.from_tier
                      THEN t.observed_on ELSE p.tier_since END,
    look_again_on = CASE WHEN NOT coalesce(t.fell, false) AND t.tier < t.from_tier
                         THEN t.falls_on END
FROM turned t WHERE p.id = t.id
"""

_EVENT = """
INSERT INTO journal_event (verb, actor_kind, actor_id, actor_name, subject_type, subject_id,
    platform, profile_id, audience, changes)
"""

CLOSE = f"""
WITH moved AS (
    UPDATE disclosure_duty d
    SET status = 'closed', closed_at = statement_timestamp(), xid = pg_current_xact_id(),
        to_day = greatest(d.from_day, least(p.tier_since, %(day)s))
    FROM influencers_profile p JOIN bench.scope s ON s.platform_id = p.platform_id
    WHERE d.status = 'open' AND p.id = d.profile_id AND s.rule_id = d.rule_id
      AND (p.tier >= s.tier) IS NOT TRUE
    RETURNING d.id, d.profile_id, d.from_day, d.to_day, s.code, s.platform
)
{_EVENT}
SELECT 'duty.closed', 'clock', 'clock', 'clock', 'duty', id::text, platform, profile_id, 'parties',
       jsonb_build_object('rule', code, 'from_day', from_day, 'to_day', to_day, 'because', 'tier')
FROM moved
"""

MEET = f"""
WITH moved AS (
    UPDATE disclosure_duty d
    SET status = 'met', closed_at = statement_timestamp(), xid = pg_current_xact_id(),
        to_day = greatest(d.from_day, lower(a.during))
    FROM disclosure_declaration a
    WHERE d.status = 'open' AND a.profile_id = d.profile_id AND a.during @> %(day)s::date
    RETURNING d.id, d.profile_id, d.rule_id, d.from_day, d.to_day
)
{_EVENT}
SELECT 'duty.met', 'clock', 'clock', 'clock', 'duty', m.id::text, s.platform, m.profile_id,
       'parties', jsonb_build_object('rule', s.code, 'from_day', m.from_day, 'to_day', m.to_day)
FROM moved m JOIN influencers_profile p ON p.id = m.profile_id
JOIN bench.scope s ON s.rule_id = m.rule_id AND s.platform_id = p.platform_id
"""

OPEN = f"""
WITH fresh AS MATERIALIZED (
    SELECT p.id AS profile_id, p.external_id, s.*, greatest(least(p.tier_since, %(day)s::date),
        s.live_from, (SELECT max(upper(a.during)) FROM disclosure_declaration a
                      WHERE a.profile_id = p.id AND upper(a.during) <= %(day)s)) AS from_day
    FROM influencers_profile p
    JOIN bench.scope s ON s.platform_id = p.platform_id AND p.tier >= s.tier
    WHERE NOT EXISTS (SELECT FROM disclosure_duty d WHERE d.profile_id = p.id
                      AND d.rule_id = s.rule_id AND d.status = 'open')
      AND NOT EXISTS (SELECT FROM disclosure_declaration a
                      WHERE a.profile_id = p.id AND a.during @> %(day)s::date)
), born AS (
    INSERT INTO disclosure_duty (profile_id, rule_id, status, from_day, due)
    SELECT profile_id, rule_id, 'open', from_day, greatest(from_day, %(day)s) + grace_days
    FROM fresh
    RETURNING id, profile_id, rule_id, due
), told AS (
    {_EVENT}
    SELECT 'duty.opened', 'clock', 'clock', 'clock', 'duty', b.id::text, f.platform, f.profile_id,
           'parties', jsonb_build_object('rule', f.code, 'from_day', f.from_day, 'due', b.due)
    FROM born b JOIN fresh f USING (profile_id, rule_id)
)
INSERT INTO accounts_notice (recipient_kind, recipient, platform, subject_type, subject_id, body)
SELECT 'profile', f.platform || '/' || f.external_id, f.platform, 'duty', b.id::text,
       jsonb_build_object('en', replace(f.en, '{{due}}', b.due::text),
                          'zh-Hans', replace(f.zh, '{{due}}', b.due::text))
FROM born b JOIN fresh f USING (profile_id, rule_id)
"""


def words() -> dict[str, Any]:
    """The text of the notice of each live rule, `{due}` left open."""
    from disclosure.actions.notices import TOLD_OF_SILENCE, text_of
    from disclosure.models import Rule

    rules = list(Rule.objects.live())
    texts = {
        language: [text_of(rule, language) + TOLD_OF_SILENCE[language] for rule in rules]
        for language in ("en", "zh-Hans")
    }
    return {"rules": [rule.pk for rule in rules], "en": texts["en"], "zh": texts["zh-Hans"]}


def prepare(connection: psycopg.Connection, rules: dict[str, Any]) -> None:
    connection.execute(SCOPE, rules)


def run(connection: psycopg.Connection, days: Days) -> dict[str, float]:
    """Write what the passes would; returns seconds by statement."""
    seconds = {}
    for name, statement in (
        ("tiers", TIERS),
        ("close", CLOSE),
        ("meet", MEET),
        ("open", OPEN),
    ):
        before = time.perf_counter()
        connection.execute(statement.encode(), {"day": days.day})
        seconds[name] = time.perf_counter() - before
    return seconds
