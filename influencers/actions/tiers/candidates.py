"""Which profiles of a range may have another tier than the one that is written down.

Most counts say what is known already: they lie between the margin under the account's own floor and
the next floor, while no fall is under way. Such a count wins and loses no floor, so the history of
the account need not be read.
"""

from typing import Any

from django.db import connection

# Per platform and tier: the margin under the tier's own floor, the next floor, the platform's day.
# A tier that the current scheme does not have, and no tier at all, are never left as they are.
BOUNDS = """bound AS MATERIALIZED (
    SELECT p.id AS platform_id, t.tier, day.today,
           CASE WHEN t.tier BETWEEN 0 AND cardinality(s.floors)
                THEN coalesce(ceil(s.floors[t.tier] * (1 - s.fall_margin)), 0)
                ELSE 9223372036854775807 END::bigint AS low,
           CASE WHEN t.tier BETWEEN 0 AND cardinality(s.floors)
                THEN coalesce(s.floors[t.tier + 1], 9223372036854775807)
                ELSE 0 END AS below
    FROM influencers_platform p
    JOIN unnest(%(platforms)s::bigint[], %(days)s::date[]) AS day (platform_id, today)
      ON day.platform_id = p.id
    JOIN influencers_tierscheme s ON s.platform_id = p.id AND s.current
    CROSS JOIN LATERAL generate_series(-1, (
        SELECT max(cardinality(floors)) FROM influencers_tierscheme WHERE platform_id = p.id
    )) AS t (tier)
)"""

# What came in since the last run, by profile. Found by its transaction where that is little, else
# by the range: an index on every observation of the last hours is no help when they are a million.
NEWS = """news AS MATERIALIZED (
    SELECT profile_id, min(day) AS first, bool_or(revised) AS revised, max(followers) AS most,
           min(followers) FILTER (WHERE NOT at_least) AS least
    FROM influencers_observation
    WHERE profile_id >= %(lo)s AND profile_id < %(hi)s AND {new}
    GROUP BY profile_id
)"""
BY_XID = "xid >= %(since)s::xid8"
# IS TRUE keeps the planner from taking the index on xid here.
BY_DAY = "day = ANY(%(news_days)s::date[]) AND (xid >= %(since)s::xid8) IS TRUE"
NONE = "false"

# The keys themselves, for a run in which they are few.
WANTED = """wanted AS MATERIALIZED (
    SELECT profile_id AS id FROM news
    UNION
    SELECT id FROM influencers_profile
    WHERE look_again_on <= %(latest)s AND id >= %(lo)s AND id < %(hi)s
)"""
OF_WANTED = "wanted JOIN influencers_profile p ON p.id = wanted.id"
OF_RANGE = "influencers_profile p"

# In this order: a platform whose stored tiers are not trusted; a fall that is due; a newest count
# that wins or loses a floor, or no tier yet; and of what is new: anything while a fall is under way,
# a changed count, a day up to the one since when the tier stands, counts that win or lose a floor.
# A count that does neither changes nothing after that day, also when it comes late: no floor that
# is held was under its margin, and none that is not held was reached.
LOOK = """
SELECT p.id, p.tier IS NULL
FROM {of}
JOIN bound b ON b.platform_id = p.platform_id AND b.tier = coalesce(p.tier, -1)
LEFT JOIN news n ON n.profile_id = p.id
WHERE p.id >= %(lo)s AND p.id < %(hi)s AND (
    p.platform_id = ANY(%(again)s::bigint[])
    OR p.look_again_on <= b.today
    OR p.look_again_on IS NULL
       AND NOT (p.followers < b.below AND (p.at_least OR p.followers >= b.low))
    OR n.profile_id IS NOT NULL
       AND (p.look_again_on IS NOT NULL OR n.revised OR (n.first > p.tier_since) IS NOT TRUE
            OR n.most >= b.below OR n.least < b.low)
)
ORDER BY p.id
"""


def candidates(params: dict[str, Any], lo: int, hi: int) -> tuple[list[int], list[int]]:
    """Profiles `lo <= id < hi` whose history must be read: those with a tier, those without.

    `params` are the run's: see influencers.actions.tiers.passes.prepare. What one statement reads
    is bounded by the range in every table.
    """
    new = NONE if params["since"] is None else BY_XID
    if params["news_days"] is not None:
        new = BY_DAY
    tables = [BOUNDS, NEWS.format(new=new)]
    if params["by_keys"]:
        tables.append(WANTED)
    sql = "WITH " + ", ".join(tables) + LOOK.format(of=OF_WANTED if params["by_keys"] else OF_RANGE)
    known: list[int] = []
    fresh: list[int] = []
    with connection.cursor() as cursor:
        cursor.execute(sql, statement_parameters(params) | {"lo": lo, "hi": hi})
        for pk, is_fresh in cursor.fetchall():
            (fresh if is_fresh else known).append(pk)
    return known, fresh


def statement_parameters(params: dict[str, Any]) -> dict[str, Any]:
    """The run's params as parameters of its statements."""
    return {
        "platforms": [int(pk) for pk in params["days"]],
        "days": list(params["days"].values()),
        "latest": max(params["days"].values(), default="-infinity"),
        "since": str(params["since"] or 0),
        "news_days": params["news_days"] or [],
        "again": params["again"],
    }
