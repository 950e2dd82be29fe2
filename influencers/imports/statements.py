"""The statements by which the accounts of a file are told apart; imports.identifying uses them."""

TABLES = """
DROP TABLE IF EXISTS pg_temp.import_new, pg_temp.import_period, pg_temp.import_gone;
CREATE TEMPORARY TABLE import_new (profile_id bigint, platform_id bigint, name text,
    provisional boolean, handle text NOT NULL DEFAULT '') ON COMMIT DROP;
CREATE TEMPORARY TABLE import_period (profile_id bigint, platform_id bigint, handle text,
    since date, until date) ON COMMIT DROP;
CREATE TEMPORARY TABLE import_gone (id bigint PRIMARY KEY) ON COMMIT DROP
"""
# A dry run takes no numbers from the sequence: they would be missing from it for good.
NEXT_ID = "nextval(pg_get_serial_sequence('influencers_profile', 'id'))"
NO_ID = "-row_number() OVER () - (SELECT count(*) FROM import_new)"

NEW_IDS = """
INSERT INTO import_new (profile_id, platform_id, name, provisional)
SELECT {next_id}, platform_id, external_id, false
FROM (SELECT DISTINCT platform_id, external_id FROM {stage} WHERE by_id AND profile_id IS NULL
      ORDER BY platform_id, external_id) k
"""
KNOWN_IDS = """
UPDATE {stage} s SET profile_id = n.profile_id FROM import_new n
WHERE s.profile_id IS NULL AND s.by_id AND NOT n.provisional
    AND n.platform_id = s.platform_id AND n.name = s.external_id
"""
# Another file may have newer news of an account than the account shows yet.
SAID_ELSEWHERE = """
UPDATE {stage} SET settled = false
WHERE by_id AND handle IS NOT NULL AND settled AND profile_id IN (SELECT profile_id FROM {other})
"""
SEEN_ELSEWHERE = """
SELECT profile_id, max(day) FROM {other} WHERE profile_id IN (SELECT profile_id FROM import_fact)
    OR profile_id IN (
        SELECT h.profile_id FROM influencers_profilehandle h
        JOIN import_fact f ON f.platform_id = h.platform_id AND f.handle = h.handle)
GROUP BY profile_id
"""
# Statements "this account had this handle on this day", where one of them is news.
FACTS = """
DROP TABLE IF EXISTS pg_temp.import_fact;
CREATE TEMPORARY TABLE import_fact ON COMMIT DROP AS
WITH loose AS MATERIALIZED (
    SELECT DISTINCT s.profile_id, s.platform_id, s.handle FROM {stage} s
    WHERE NOT s.settled AND NOT EXISTS (
        SELECT FROM influencers_profilehandle h WHERE h.profile_id = s.profile_id
        AND h.handle = s.handle AND h.during @> s.day))
SELECT DISTINCT s.platform_id, s.profile_id, s.handle, s.day, s.external_id IS NOT NULL AS fresh
FROM {stage} s
WHERE s.by_id AND s.handle IS NOT NULL
    AND (s.profile_id IN (SELECT profile_id FROM loose)
        OR (s.platform_id, s.handle) IN (SELECT platform_id, handle FROM loose))
"""
# Bare handles that these statements are about are weighed with them, day after day.
FACTS_OF_HANDLES = """
INSERT INTO import_fact
SELECT DISTINCT s.platform_id, NULL::bigint, s.handle, s.day, false FROM {stage} s
WHERE s.profile_id IS NULL
    AND (s.platform_id, s.handle) IN (SELECT platform_id, handle FROM import_fact)
"""
FREE = """
NOT EXISTS (SELECT FROM influencers_profilehandle h
            WHERE h.platform_id = f.platform_id AND h.handle = f.handle)
AND NOT EXISTS (SELECT FROM influencers_profile q WHERE q.platform_id = f.platform_id
                AND q.external_id = f.handle AND q.provisional)
AND NOT EXISTS (SELECT FROM import_period i
                WHERE i.platform_id = f.platform_id AND i.handle = f.handle)
"""
# A new account whose only handle nobody else has or had: nothing to weigh.
PLAIN_FACTS = """
WITH plain AS (
    SELECT f.profile_id, f.platform_id, min(f.handle) AS handle, min(f.day) AS since
    FROM (SELECT f.*, {free} AND min(profile_id) OVER w = max(profile_id) OVER w
              AND count(*) OVER w = count(profile_id) OVER w AS free
          FROM import_fact f WINDOW w AS (PARTITION BY platform_id, handle)) f
    WHERE f.fresh GROUP BY f.profile_id, f.platform_id
    HAVING count(DISTINCT f.handle) = 1 AND bool_and(f.free)),
kept AS (INSERT INTO import_period SELECT profile_id, platform_id, handle, since FROM plain),
named AS (UPDATE import_new n SET handle = p.handle FROM plain p
          WHERE n.profile_id = p.profile_id)
DELETE FROM import_fact f USING plain p WHERE f.profile_id = p.profile_id
"""
HOLDERS = """
UPDATE {stage} s SET profile_id = h.profile_id
FROM (SELECT platform_id, handle, profile_id, lower(during) AS since, upper(during) AS until
      FROM influencers_profilehandle g
      WHERE NOT EXISTS (SELECT FROM import_gone WHERE import_gone.id = g.id)
      UNION ALL SELECT platform_id, handle, profile_id, since, until FROM import_period) h
WHERE s.profile_id IS NULL AND NOT s.by_id AND h.platform_id = s.platform_id
    AND h.handle = s.handle AND h.since <= s.day AND s.day < coalesce(h.until, 'infinity')
"""
PLAIN_HANDLES = """
WITH plain AS MATERIALIZED (
    SELECT f.platform_id, f.handle, min(f.day) AS since FROM {stage} f
    WHERE f.profile_id IS NULL AND {free} GROUP BY f.platform_id, f.handle
    ORDER BY f.platform_id, f.handle),
fresh AS (
    INSERT INTO import_new SELECT {next_id}, platform_id, handle, true, handle FROM plain
    RETURNING *)
INSERT INTO import_period
SELECT n.profile_id, n.platform_id, n.name, p.since
FROM fresh n JOIN plain p ON p.platform_id = n.platform_id AND p.handle = n.name
"""
PLAIN_HOLDERS = """
UPDATE {stage} s SET profile_id = n.profile_id FROM import_new n
WHERE s.profile_id IS NULL AND n.provisional AND n.platform_id = s.platform_id
    AND n.name = s.handle
"""
BARE_FACTS = """
DROP TABLE IF EXISTS pg_temp.import_fact;
CREATE TEMPORARY TABLE import_fact ON COMMIT DROP AS
SELECT DISTINCT platform_id, NULL::bigint AS profile_id, handle, day, false AS fresh
FROM {stage} WHERE profile_id IS NULL
"""
WEIGHED = """
SELECT f.platform_id, f.profile_id, f.handle, f.day, n.name, s.first
FROM import_fact f
LEFT JOIN import_new n USING (profile_id)
LEFT JOIN (SELECT profile_id, min(day) AS first FROM {stage} WHERE external_id IS NOT NULL
           GROUP BY profile_id) s USING (profile_id)
ORDER BY f.day, f.profile_id NULLS LAST, f.handle
"""
BARE_HOLDERS = """
UPDATE {stage} s SET profile_id = m.profile_id
FROM unnest(%s::bigint[], %s::text[], %s::date[], %s::bigint[]) m (platform_id, handle, day,
    profile_id)
WHERE s.profile_id IS NULL AND s.platform_id = m.platform_id AND s.handle = m.handle
    AND s.day = m.day
"""
NEW_WITHOUT_ROWS = """
WITH unused AS (
    DELETE FROM import_new n
    WHERE NOT EXISTS (SELECT FROM {stage} s WHERE s.profile_id = n.profile_id)
    RETURNING profile_id)
DELETE FROM import_period i USING unused WHERE i.profile_id = unused.profile_id
"""
INVOLVED = """
SELECT profile_id FROM import_fact WHERE NOT fresh AND profile_id IS NOT NULL
UNION SELECT h.profile_id FROM influencers_profilehandle h
    JOIN import_fact f ON f.platform_id = h.platform_id AND f.handle = h.handle
UNION SELECT q.id FROM influencers_profile q
    JOIN import_fact f ON f.platform_id = q.platform_id AND f.handle = q.external_id
    WHERE q.provisional
"""
