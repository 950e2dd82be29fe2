"""From the stage to profiles and observations, one range of profiles at a time.

In every statement each table carries the range: the planner would scan the whole of the other one
for every range.
"""

from dataclasses import dataclass

from django.db import connection

from influencers.models import ImportBatch

# What the newest row of each profile says. With several rows of a profile each fact is that of the
# newest row that names it, as if the rows had come one day after the other.
ONE_ROW = """
SELECT s.profile_id, s.day, s.followers, s.at_least, s.display_name, s.field, s.territory,
    s.day AS territory_on
FROM {stage} s
"""
SEVERAL_ROWS = """
SELECT s.profile_id, max(s.day) AS day,
    (array_agg(s.followers ORDER BY s.day DESC))[1] AS followers,
    (array_agg(s.at_least ORDER BY s.day DESC))[1] AS at_least,
    (array_agg(s.display_name ORDER BY s.day DESC)
        FILTER (WHERE s.display_name IS NOT NULL))[1] AS display_name,
    (array_agg(s.field ORDER BY s.day DESC) FILTER (WHERE s.field IS NOT NULL))[1] AS field,
    (array_agg(s.territory ORDER BY s.day DESC)
        FILTER (WHERE s.territory IS NOT NULL))[1] AS territory,
    max(s.day) FILTER (WHERE s.territory IS NOT NULL) AS territory_on
FROM {stage} s
"""
# Rows older than what the profile shows add their observation and nothing else.
SEVERAL_NEWER = (
    SEVERAL_ROWS
    + """
JOIN influencers_profile q ON q.id = s.profile_id AND {range_q}
WHERE {range_s} AND s.day >= coalesce(q.observed_on, '-infinity')
GROUP BY s.profile_id
"""
)
DIFFERS = """
s.day >= coalesce(p.observed_on, '-infinity')
AND ((p.followers, p.at_least, p.observed_on) IS DISTINCT FROM (s.followers, s.at_least, s.day)
    OR s.display_name <> p.display_name
    OR (s.field IS NOT NULL AND ARRAY[s.field]::varchar[] <> p.content_fields)
    OR s.territory <> p.ip_territory)
"""
UPDATE = """
UPDATE influencers_profile p SET
    followers = s.followers, at_least = s.at_least, observed_on = s.day,
    display_name = coalesce(s.display_name, p.display_name),
    content_fields = CASE WHEN s.field IS NULL THEN p.content_fields ELSE ARRAY[s.field] END,
    ip_territory = coalesce(s.territory, p.ip_territory),
    ip_territory_on = CASE WHEN s.territory IS NULL THEN p.ip_territory_on ELSE s.territory_on END
FROM {rows} s
WHERE p.id = s.profile_id AND {range_s} AND {range_p} AND {differs}
"""
FIELDS = """
SELECT count(*) FROM {rows} s JOIN influencers_profile p ON p.id = s.profile_id
WHERE s.field IS NOT NULL AND ARRAY[s.field]::varchar[] <> p.content_fields
    AND s.day >= coalesce(p.observed_on, '-infinity') AND {range_s} AND {range_p}
"""
OBSERVE = """
INSERT INTO influencers_observation AS o (profile_id, day, followers, at_least, views, posts,
    engagements, source, batch_id)
SELECT s.profile_id, s.day, s.followers, s.at_least, s.views, s.posts, s.engagements,
    %(source)s, %(batch)s
FROM {stage} s WHERE {range_s}
ON CONFLICT (profile_id, day) DO UPDATE SET
    followers = excluded.followers, at_least = excluded.at_least,
    views = coalesce(excluded.views, o.views), posts = coalesce(excluded.posts, o.posts),
    engagements = coalesce(excluded.engagements, o.engagements),
    source = excluded.source, batch_id = excluded.batch_id,
    revised = o.revised
        OR (o.followers, o.at_least) IS DISTINCT FROM (excluded.followers, excluded.at_least),
    xid = pg_current_xact_id()
WHERE (o.followers, o.at_least) IS DISTINCT FROM (excluded.followers, excluded.at_least)
    OR coalesce(excluded.views, o.views) IS DISTINCT FROM o.views
    OR coalesce(excluded.posts, o.posts) IS DISTINCT FROM o.posts
    OR coalesce(excluded.engagements, o.engagements) IS DISTINCT FROM o.engagements
"""
CREATE = """
INSERT INTO influencers_profile (id, public_id, platform_id, external_id, provisional, handle,
    display_name, content_fields, followers, at_least, observed_on, ip_territory, ip_territory_on,
    created_at)
SELECT n.profile_id, gen_random_uuid(), n.platform_id, n.name, n.provisional, n.handle,
    coalesce(s.display_name, ''), CASE WHEN s.field IS NULL THEN '{{}}' ELSE ARRAY[s.field] END,
    s.followers, s.at_least, s.day, coalesce(s.territory, ''),
    CASE WHEN s.territory IS NULL THEN NULL ELSE s.territory_on END, statement_timestamp()
FROM import_new n JOIN {rows} s ON s.profile_id = n.profile_id
ORDER BY n.profile_id
"""


@dataclass(frozen=True)
class Shape:
    """What the check found in a file, so that the ranges can do without what is not needed."""

    several: bool  # rows of one profile
    fields: bool  # content fields are named


def apply_range(batch: ImportBatch, shape: Shape, lo: int, hi: int) -> dict[str, int]:
    """Writes what the stage holds of the profiles `lo <= id < hi`, whose range lock is held."""
    parts = _parts(batch) | {
        f"range_{table}": f"{table}.{'profile_id' if table == 's' else 'id'} >= {int(lo)}"
        f" AND {table}.{'profile_id' if table == 's' else 'id'} < {int(hi)}"
        for table in "spq"
    }
    if shape.several:
        parts["rows"] = f"({SEVERAL_NEWER.format(**parts)})"
    with connection.cursor() as cursor:
        fields = 0
        if shape.fields:
            cursor.execute(FIELDS.format(**parts))
            fields = cursor.fetchone()[0]
        cursor.execute(UPDATE.format(differs=DIFFERS, **parts))
        updated = cursor.rowcount
        cursor.execute(OBSERVE.format(**parts), {"source": batch.source, "batch": batch.pk})
        return {"updated": updated, "observations": cursor.rowcount, "fields_changed": fields}


def would_change(batch: ImportBatch, shape: Shape) -> dict[str, int]:
    """What `apply_range` over all profiles would count; changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*),"
            " count(*) FILTER (WHERE s.field IS NOT NULL"
            " AND ARRAY[s.field]::varchar[] <> p.content_fields)"
            f" FROM {_all_rows(batch, shape)} s JOIN influencers_profile p ON p.id = s.profile_id"
            f" WHERE {DIFFERS}"
        )
        updated, fields = cursor.fetchone()
        cursor.execute(
            f"SELECT count(*) FROM {batch.stage} s LEFT JOIN influencers_observation o"
            " ON o.profile_id = s.profile_id AND o.day = s.day WHERE o.day IS NULL"
            " OR (o.followers, o.at_least) IS DISTINCT FROM (s.followers, s.at_least)"
            " OR coalesce(s.views, o.views) IS DISTINCT FROM o.views"
            " OR coalesce(s.posts, o.posts) IS DISTINCT FROM o.posts"
            " OR coalesce(s.engagements, o.engagements) IS DISTINCT FROM o.engagements"
        )
        observations = cursor.fetchone()[0]
    return {"updated": updated, "observations": observations, "fields_changed": fields}


def count_unmoved(batch: ImportBatch, shape: Shape, profiles: list[int]) -> tuple[int, int]:
    """Of some existing profiles: how many the stage names without another fact about them, and how
    many it does not name."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH named AS (SELECT p.*, EXISTS (SELECT FROM {batch.stage} s"
            " WHERE s.profile_id = p.id) AS here FROM influencers_profile p WHERE p.id = ANY (%s))"
            " SELECT count(*) FILTER (WHERE here AND NOT EXISTS (SELECT"
            f" FROM {_all_rows(batch, shape)} s WHERE s.profile_id = p.id AND {DIFFERS})),"
            " count(*) FILTER (WHERE NOT here) FROM named p",
            [profiles],
        )
        unmoved, absent = cursor.fetchone()
        return int(unmoved), int(absent)


def _all_rows(batch: ImportBatch, shape: Shape) -> str:
    if not shape.several:
        return _parts(batch)["rows"]
    return f"({SEVERAL_NEWER.format(stage=batch.stage, range_q='true', range_s='true')})"


def create_profiles(batch: ImportBatch, shape: Shape) -> int:
    """Makes the profiles of `import_new`, in key order, with what their newest row says."""
    rows = f"({SEVERAL_ROWS.format(stage=batch.stage)} GROUP BY s.profile_id)"
    with connection.cursor() as cursor:
        cursor.execute(CREATE.format(rows=rows if shape.several else _parts(batch)["rows"]))
        return int(cursor.rowcount)


def write_handles() -> None:
    """Ends and begins the periods of handles that the check found to end and begin."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM influencers_profilehandle h USING import_gone g WHERE h.id = g.id"
        )
        cursor.execute(
            "INSERT INTO influencers_profilehandle (platform_id, profile_id, handle, during)"
            " SELECT platform_id, profile_id, handle, daterange(since, until)"
            " FROM import_period ORDER BY profile_id, since"
        )


def _parts(batch: ImportBatch) -> dict[str, str]:
    return {"stage": batch.stage, "rows": f"({ONE_ROW.format(stage=batch.stage)})"}
