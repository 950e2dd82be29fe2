"""Which profiles of a range may have another tier than the one that is written down.

Most counts say what is known already: they lie between the margin under the account's own floor and
the next floor, while no fall is under way. Such a count wins and loses no floor, so the history of
the account need not be read.
"""

from decimal import Decimal
from math import ceil
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

MOST = 2**63 - 1

# Per platform and tier: the margin under the tier's own floor, the next floor, whether one count is
# enough to rise, after how many days an account falls, the platform's day. Given as literals: of a
# table this small the planner must know that it is small.
BOUND = """bound AS MATERIALIZED (
    SELECT * FROM unnest(%(b_platform)s::bigint[], %(b_tier)s::integer[], %(b_low)s::bigint[],
                         %(b_below)s::bigint[], %(b_at_once)s::boolean[], %(b_falls)s::integer[],
                         %(b_today)s::date[])
           AS b (platform_id, tier, low, below, at_once, falls, today)
)"""

# What came in since the last run, by profile.
NEWS = """news AS MATERIALIZED (
    SELECT profile_id, min(day) AS first, bool_or(revised) AS revised, max(followers) AS most,
           min(followers) FILTER (WHERE NOT at_least) AS least
    FROM influencers_observation
    WHERE profile_id >= %(lo)s AND profile_id < %(hi)s AND {new}
    GROUP BY profile_id
)"""
# Of one day a profile has one observation: nothing is put together, two indexes are merged.
NEWS_OF_A_DAY = """news AS (
    SELECT profile_id, day AS first, revised, followers AS most,
           CASE WHEN NOT at_least THEN followers END AS least
    FROM influencers_observation
    WHERE profile_id >= %(lo)s AND profile_id < %(hi)s AND {new}
)"""
# Where it is much, a range of it is found by day: an index on every observation of the last hours
# is no help when they are a million, so IS TRUE keeps the planner from it.
BY_DAY = "day = ANY(%(news_days)s::date[]) AND (xid >= %(since)s::xid8) IS TRUE"
# Where it is little it is found by its transactions, and goes into the next statement as literals
# (the text of an array, which nobody parses on the way). Of rows this fresh the statistics know
# nothing: the planner would take thousands for one and look through all of them for each.
FETCH = f"""
WITH {NEWS.format(new="%(found)s AND xid >= %(since)s::xid8")}
SELECT coalesce(array_agg(profile_id)::text, '{{}}') AS n_id,
       coalesce(array_agg(first)::text, '{{}}') AS n_first,
       coalesce(array_agg(revised)::text, '{{}}') AS n_revised,
       coalesce(array_agg(most)::text, '{{}}') AS n_most,
       coalesce(array_agg(least)::text, '{{}}') AS n_least,
       coalesce((
           SELECT array_agg(id)::text FROM (
               SELECT profile_id AS id FROM news
               UNION
               SELECT id FROM influencers_profile
               WHERE look_again_on <= %(latest)s AND id >= %(lo)s AND id < %(hi)s
           ) AS k
       ), '{{}}') AS keys
FROM news
"""
FETCHED = """news AS MATERIALIZED (
    SELECT * FROM unnest(%(n_id)s::bigint[], %(n_first)s::date[], %(n_revised)s::boolean[],
                         %(n_most)s::bigint[], %(n_least)s::bigint[])
           AS n (profile_id, first, revised, most, least)
)"""

OF_KEYS = "unnest(%(keys)s::bigint[]) AS k (id) JOIN influencers_profile p ON p.id = k.id"
OF_RANGE = "influencers_profile p"
WITH_NEWS = "LEFT JOIN news n ON n.profile_id = p.id"

# In this order: a newest count that wins or loses a floor, or no tier yet; a fall that is due; a
# platform whose stored tiers are not trusted.
LOOK = """
SELECT p.id, p.platform_id, p.tier IS NULL, {plain}
FROM {of}
JOIN bound b ON b.platform_id = p.platform_id AND b.tier = coalesce(p.tier, -1)
{with_news}
WHERE p.id >= %(lo)s AND p.id < %(hi)s AND (
    p.look_again_on IS NULL
        AND NOT (p.followers < b.below AND (p.at_least OR p.followers >= b.low))
    OR p.look_again_on <= b.today
    OR p.platform_id = ANY(%(again)s::bigint[])
    {or_new}
)
"""
# And of what is new: anything while a fall is under way, a changed count, a day up to the one since
# when the tier stands, counts that win or lose a floor. One that does neither changes nothing after
# that day, also when it comes late: no floor that is held was under its margin, and none that is
# not held was reached.
OR_NEW = """
    OR n.profile_id IS NOT NULL
        AND (p.look_again_on IS NOT NULL OR n.revised OR (n.first > p.tier_since) IS NOT TRUE
             OR n.most >= b.below OR n.least < b.low)
"""


# The plain case, for which nothing older need be read: one count, newer than all before, no fall
# under way. It rises at once to the floors that it reaches, or begins a fall that is not due yet.
# (The first of the new ones is the newest of all: so it is the only new one.)
PLAIN = """coalesce(
    NOT n.revised AND p.look_again_on IS NULL AND n.first > p.tier_since
    AND (n.first, n.most, n.least IS NULL) = (p.observed_on, p.followers, p.at_least)
    AND p.platform_id <> ALL(%(again)s::bigint[])
    AND (n.most >= b.below AND b.at_once OR n.least < b.low AND n.first + b.falls > b.today), false)
"""


class Candidate(NamedTuple):
    profile_id: int
    platform_id: int
    is_fresh: bool  # it has no tier yet
    is_plain: bool  # its newest count alone says what becomes of it


def candidates(params: dict[str, Any], lo: int, hi: int) -> list[Candidate]:
    """Profiles `lo <= id < hi` whose history must be read.

    `params` are the run's: see influencers.actions.tiers.passes.prepare. What a statement reads is
    bounded by the range in every table.
    """
    given = statement_parameters(params) | _bounds(params) | {"lo": lo, "hi": hi}
    by_day, found = params["news"] == "by_day", params["news"] == "by_xid"
    tables = [BOUND]
    look = {"of": OF_RANGE, "with_news": "", "or_new": "", "plain": "false"}
    if by_day:
        news = NEWS if len(params["news_days"]) > 1 else NEWS_OF_A_DAY
        tables.append(news.format(new=BY_DAY))
    elif found:
        tables.append(FETCHED)
    if by_day or found:
        look |= {"with_news": WITH_NEWS, "or_new": OR_NEW, "plain": PLAIN}
    if params["by_keys"]:
        look |= {"of": OF_KEYS}
    with connection.cursor() as cursor:
        if found or params["by_keys"]:
            given |= _fetch(cursor, given | {"found": found})
        if by_day:  # see FETCH: here the rows stay where they are
            cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute("WITH " + ", ".join(tables) + LOOK.format(**look), given)
        rows = sorted(Candidate(*row) for row in cursor.fetchall())
        if by_day:
            cursor.execute("RESET enable_nestloop")
    return rows


def _fetch(cursor: CursorWrapper, given: dict[str, Any]) -> dict[str, str]:
    cursor.execute(FETCH, given)
    names = [column.name for column in cursor.description]
    return dict(zip(names, cursor.fetchone(), strict=True))


def statement_parameters(params: dict[str, Any]) -> dict[str, Any]:
    """The run's params as parameters of its statements."""
    return {
        "platforms": [int(pk) for pk in params["days"]],
        "days": list(params["days"].values()),
        "latest": max(params["days"].values(), default="-infinity"),
        "since": str(params["since"] or 0),
        "news_days": params["news_days"],
        "again": params["again"],
        "schemes": [scheme["id"] for scheme in params["schemes"].values()],
    }


def _bounds(params: dict[str, Any]) -> dict[str, list[Any]]:
    """The rows of BOUND, column by column.

    A tier that the current scheme does not have, and no tier at all (-1), leave nothing as it is.
    """
    rows = []
    for platform, scheme in params["schemes"].items():
        floors, margin = scheme["floors"], Decimal(scheme["fall_margin"])
        for tier in range(-1, params["tiers"] + 1):
            low, below = MOST, 0
            if 0 <= tier <= len(floors):
                low = ceil(floors[tier - 1] * (1 - margin)) if tier else 0
                below = floors[tier] if tier < len(floors) else MOST
            at_once, falls = scheme["rise_after"] == 1, scheme["fall_after_days"]
            today = params["days"][platform]
            rows.append((int(platform), tier, low, below, at_once, falls, today))
    names = ("platform", "tier", "low", "below", "at_once", "falls", "today")
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return {f"b_{name}": list(column) for name, column in zip(names, columns, strict=True)}
