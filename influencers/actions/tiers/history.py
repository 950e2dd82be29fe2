"""Tiers from observations, for many profiles in one statement, and the writing down of them.

The same as influencers.values.tiers, which says what is meant; here each floor of each profile is
a partition of window functions.
"""

from typing import Any

from django.db import connection

from influencers.actions.tiers.candidates import Candidate, statement_parameters

# A profile with one observation: it sets the tier. Nothing can be compared, nothing can fall.
FRESH = """
WITH one AS MATERIALIZED (
    SELECT o.profile_id, min(o.day) AS day, min(o.followers) AS followers
    FROM influencers_observation o
    JOIN unnest(%(ids)s::bigint[]) AS wanted (id) ON wanted.id = o.profile_id
    WHERE o.profile_id >= %(lo)s AND o.profile_id < %(hi)s
    GROUP BY o.profile_id HAVING count(*) = 1
), found AS MATERIALIZED (
    SELECT one.profile_id AS id, s.id AS scheme_id, one.day, one.followers,
           width_bucket(one.followers, s.floors)::smallint AS tier
    FROM one
    JOIN unnest(%(ids)s::bigint[], %(ids_platforms)s::bigint[]) AS w (id, platform_id)
      ON w.id = one.profile_id
    JOIN influencers_tierscheme s ON s.platform_id = w.platform_id AND s.id = ANY(%(schemes)s)
    WHERE NOT EXISTS (
        SELECT FROM influencers_tierchange c
        WHERE c.profile_id = one.profile_id AND c.profile_id >= %(lo)s AND c.profile_id < %(hi)s)
), kept AS (
    INSERT INTO influencers_tierchange (profile_id, scheme_id, effective_on, from_tier, tier,
        cause_day, cause_followers, recorded_at)
    SELECT id, scheme_id, day, NULL, tier, day, followers, clock_timestamp()
    FROM found ORDER BY id
)
UPDATE influencers_profile p
SET tier = found.tier, tier_since = found.day, look_again_on = NULL
FROM found
WHERE p.id = found.id AND p.id >= %(lo)s AND p.id < %(hi)s
RETURNING p.id
"""

# The plain case (candidates.PLAIN): the newest count, as the profile has it, wins or loses a floor.
PLAIN = """
WITH found AS MATERIALIZED (
    SELECT p.id, s.id AS scheme_id, p.tier AS from_tier, p.observed_on AS day, p.followers,
           width_bucket(p.followers, s.floors)::smallint AS tier,
           s.fall_after_days::integer AS falls
    FROM unnest(%(ids)s::bigint[], %(ids_platforms)s::bigint[]) AS w (id, platform_id)
    JOIN influencers_profile p ON p.id = w.id AND p.id >= %(lo)s AND p.id < %(hi)s
    JOIN influencers_tierscheme s ON s.platform_id = w.platform_id AND s.id = ANY(%(schemes)s)
), kept AS (
    INSERT INTO influencers_tierchange (profile_id, scheme_id, effective_on, from_tier, tier,
        cause_day, cause_followers, recorded_at)
    SELECT id, scheme_id, day, from_tier, tier, day, followers, clock_timestamp()
    FROM found WHERE tier > from_tier ORDER BY id
), risen AS (
    UPDATE influencers_profile p
    SET tier = found.tier, tier_since = found.day
    FROM found
    WHERE p.id = found.id AND p.id >= %(lo)s AND p.id < %(hi)s AND found.tier > found.from_tier
), falling AS (
    UPDATE influencers_profile p
    SET look_again_on = found.day + found.falls
    FROM found
    WHERE p.id = found.id AND p.id >= %(lo)s AND p.id < %(hi)s AND found.tier < found.from_tier
)
SELECT count(*) FROM found WHERE tier > from_tier
"""

# Per floor and profile: what each observation says about it, and in which row of observations
# above it, and in which run under its margin, it stands.
SIGNS = """
WITH day AS MATERIALIZED (
    SELECT * FROM unnest(%(platforms)s::bigint[], %(days)s::date[]) AS d (platform_id, today)
), step AS MATERIALIZED (
    SELECT day.platform_id, day.today, s.id AS scheme_id, f.floor, s.rise_after, s.fall_after_days,
           ceil(f.floor * (1 - s.fall_margin))::bigint AS low, f.step
    FROM day
    JOIN influencers_tierscheme s ON s.platform_id = day.platform_id AND s.id = ANY(%(schemes)s)
    CROSS JOIN LATERAL unnest(s.floors) WITH ORDINALITY AS f (floor, step)
), wanted AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::bigint[], %(ids_platforms)s::bigint[]) AS w (id, platform_id)
), seen AS MATERIALIZED (
    SELECT wanted.id AS profile_id, wanted.platform_id, o.day, o.followers, o.at_least,
           o.day = min(o.day) OVER whole AS is_first, max(o.day) OVER whole AS newest
    FROM wanted
    JOIN influencers_observation o ON o.profile_id = wanted.id
     AND o.profile_id >= %(lo)s AND o.profile_id < %(hi)s
    WINDOW whole AS (PARTITION BY wanted.id)
), sign AS (
    SELECT seen.profile_id, step.scheme_id, step.step, seen.day, seen.followers, seen.is_first,
           step.rise_after, step.fall_after_days, greatest(step.today, seen.newest) AS today,
           seen.followers >= step.floor AS high,
           seen.followers < step.low AND NOT seen.at_least AS low,
           count(*) FILTER (WHERE seen.followers < step.floor AND NOT seen.at_least)
               OVER so_far AS above,
           count(*) FILTER (WHERE seen.followers >= step.low) OVER so_far AS under
    FROM seen JOIN step USING (platform_id)
    WINDOW so_far AS (PARTITION BY seen.profile_id, step.step ORDER BY seen.day
                      ROWS UNBOUNDED PRECEDING)
), counted AS (
    SELECT *, count(*) FILTER (WHERE high) OVER (PARTITION BY profile_id, step, above
                                                 ORDER BY day ROWS UNBOUNDED PRECEDING) AS nth
    FROM sign
), run AS (
    SELECT profile_id, step, min(day) FILTER (WHERE low) AS began,
           min(day) FILTER (WHERE low) + min(fall_after_days)::integer AS falls_on,
           lead(min(day)) OVER (PARTITION BY profile_id, step ORDER BY under) AS broken_on,
           (array_agg(followers ORDER BY day) FILTER (WHERE low))[1] AS followers,
           min(today) AS today
    FROM sign GROUP BY profile_id, step, under
), fall AS MATERIALIZED (
    SELECT * FROM run WHERE began IS NOT NULL AND (broken_on IS NULL OR broken_on > falls_on)
), signal AS (
    SELECT profile_id, step, day, is_first, high AS is_on, day AS cause_day, followers
    FROM counted WHERE is_first OR high AND nth = rise_after
    UNION ALL
    SELECT profile_id, step, falls_on, false, false, began, followers
    FROM fall WHERE falls_on <= today
), turn AS MATERIALIZED (
    SELECT *, lag(is_on) OVER so_far AS was_on, lead(is_on) OVER so_far IS NULL AS is_last
    FROM signal
    WINDOW so_far AS (PARTITION BY profile_id, step ORDER BY day, is_first DESC)
), held AS (
    SELECT profile_id, day, bool_or(is_first) AS is_first, min(cause_day) AS cause_day,
           min(followers) AS cause_followers,
           sum(is_on::integer - coalesce(was_on, false)::integer) AS won
    FROM turn
    WHERE is_first OR is_on IS DISTINCT FROM was_on
    GROUP BY profile_id, day
), said AS MATERIALIZED (
    SELECT profile_id, row_number() OVER so_far AS nth, day AS effective_on,
           nullif(sum(won) OVER so_far - won, CASE WHEN is_first THEN 0 END)::smallint AS from_tier,
           (sum(won) OVER so_far)::smallint AS tier, cause_day, cause_followers
    FROM held
    WINDOW so_far AS (PARTITION BY profile_id ORDER BY day ROWS UNBOUNDED PRECEDING)
), pending AS (
    SELECT fall.profile_id, min(fall.falls_on) AS look_again_on
    FROM fall JOIN turn ON turn.profile_id = fall.profile_id AND turn.step = fall.step
                       AND turn.is_last AND turn.is_on
    WHERE fall.falls_on > fall.today
    GROUP BY fall.profile_id
)"""

# The changes as they are written down: no later row has replaced them. Where the two differ for the
# first time, everything from there on is written anew; a change that did not happen is taken back
# first, by a row that changes nothing, when nothing else is written on its day or before.
WRITE = """, live AS (
    SELECT profile_id, effective_on, from_tier, tier, cause_day, cause_followers,
           min(effective_on) OVER (PARTITION BY profile_id ORDER BY id
               ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS replaced_from
    FROM influencers_tierchange
    WHERE profile_id = ANY(%(ids)s::bigint[]) AND profile_id >= %(lo)s AND profile_id < %(hi)s
), written AS (
    SELECT *, row_number() OVER (PARTITION BY profile_id ORDER BY effective_on) AS nth
    FROM live
    WHERE (replaced_from IS NULL OR replaced_from > effective_on)
      AND from_tier IS DISTINCT FROM tier
), parting AS (
    SELECT coalesce(w.profile_id, s.profile_id) AS profile_id, min(coalesce(w.nth, s.nth)) AS nth
    FROM written w
    FULL JOIN said s ON s.profile_id = w.profile_id AND s.nth = w.nth
    WHERE (w.effective_on, w.tier, w.cause_day, w.cause_followers)
          IS DISTINCT FROM (s.effective_on, s.tier, s.cause_day, s.cause_followers)
    GROUP BY 1
), news AS MATERIALIZED (
    SELECT s.profile_id, s.effective_on, s.from_tier, s.tier, s.cause_day, s.cause_followers
    FROM said s JOIN parting ON parting.profile_id = s.profile_id AND s.nth >= parting.nth
    UNION ALL
    SELECT w.profile_id, w.effective_on, w.from_tier, w.from_tier, NULL, NULL
    FROM written w
    JOIN parting ON parting.profile_id = w.profile_id AND parting.nth = w.nth
    LEFT JOIN said s ON s.profile_id = w.profile_id AND s.nth = w.nth
    WHERE s.effective_on IS NULL OR s.effective_on > w.effective_on
), kept AS (
    INSERT INTO influencers_tierchange (profile_id, scheme_id, effective_on, from_tier, tier,
        cause_day, cause_followers, recorded_at)
    SELECT news.profile_id, s.id, news.effective_on, news.from_tier, news.tier, news.cause_day,
           news.cause_followers, clock_timestamp()
    FROM news
    JOIN wanted ON wanted.id = news.profile_id
    JOIN influencers_tierscheme s ON s.platform_id = wanted.platform_id AND s.id = ANY(%(schemes)s)
    ORDER BY news.profile_id, news.effective_on
), newest AS (
    SELECT DISTINCT ON (said.profile_id) said.profile_id, said.tier, said.effective_on,
           pending.look_again_on
    FROM said LEFT JOIN pending USING (profile_id)
    ORDER BY said.profile_id, said.nth DESC
), moved AS (
    UPDATE influencers_profile p
    SET tier = newest.tier, tier_since = newest.effective_on, look_again_on = newest.look_again_on
    FROM newest
    WHERE p.id = newest.profile_id AND p.id >= %(lo)s AND p.id < %(hi)s
      AND (p.tier, p.tier_since, p.look_again_on)
          IS DISTINCT FROM (newest.tier, newest.effective_on, newest.look_again_on)
)
SELECT count(*) FROM news WHERE from_tier IS DISTINCT FROM tier
"""


def begin(params: dict[str, Any], lo: int, hi: int, found: list[Candidate]) -> set[int]:
    """Gives a first tier to those that have one observation and no history.

    Returns the ids of the profiles that got one; each has one new TierChange.
    """
    if not found:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(FRESH, _given(params, lo, hi, found))
        return {pk for (pk,) in cursor.fetchall()}


def move(params: dict[str, Any], lo: int, hi: int, found: list[Candidate]) -> int:
    """Lets the newest counts of profiles in the plain case rise, or begin to fall.

    Returns how many rose; each has one new TierChange.
    """
    return _count(PLAIN, params, lo, hi, found)


def replay(params: dict[str, Any], lo: int, hi: int, found: list[Candidate]) -> int:
    """Works out tiers from all observations of the profiles and writes down what differs.

    Returns how many changes of a tier were written down (a first tier is one).
    """
    return _count(SIGNS + WRITE, params, lo, hi, found)


def _count(sql: str, params: dict[str, Any], lo: int, hi: int, found: list[Candidate]) -> int:
    if not found:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(sql, _given(params, lo, hi, found))
        return int(cursor.fetchone()[0])


def _given(params: dict[str, Any], lo: int, hi: int, found: list[Candidate]) -> dict[str, Any]:
    return statement_parameters(params) | {
        "lo": lo,
        "hi": hi,
        "ids": [each.profile_id for each in found],
        "ids_platforms": [each.platform_id for each in found],
    }
