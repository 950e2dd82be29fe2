"""Walls around admissions, groups by the day in labels, and no contract beyond its agency's end."""

from django.db import migrations

OWN = "(SELECT app_all()) OR agency_id = ANY ((SELECT app_agencies())::bigint[])"
STAFF = "(SELECT app_all())"

# table: who reads, who writes
TABLES = {
    # Who is admitted, where and since when is public.
    "agencies_admission": (f"status = 'admitted' OR {OWN}", OWN),
    "agencies_admissioncheck": (OWN, OWN),
    "agencies_application": (OWN, OWN),
    "agencies_evidence": (OWN, OWN),
    "agencies_filing": (STAFF, STAFF),
    "agencies_blacklisted": (STAFF, STAFF),
    "agencies_letin": (STAFF, STAFF),
}


def walls() -> str:
    return "\n".join(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY owner ON {table} TO mingpai_owner USING (true) WITH CHECK (true);"
        f"CREATE POLICY reads ON {table} FOR SELECT TO mingpai_app USING ({reads});"
        f"CREATE POLICY adds ON {table} FOR INSERT TO mingpai_app WITH CHECK ({writes});"
        f"CREATE POLICY changes ON {table} FOR UPDATE TO mingpai_app"
        f" USING ({writes}) WITH CHECK ({writes});"
        f"CREATE POLICY removes ON {table} FOR DELETE TO mingpai_app USING ({writes});"
        for table, (reads, writes) in TABLES.items()
    )


def no_walls() -> str:
    return "\n".join(
        "".join(
            f"DROP POLICY {name} ON {table};"
            for name in ("owner", "reads", "adds", "changes", "removes")
        )
        + f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"
        for table in TABLES
    )


# What was shown so far was shown for all days, and is known since the agency is.
OWNED = """
INSERT INTO agencies_ownership (agency_id, group_id, during, known_from)
SELECT id, group_id, daterange(NULL, NULL), created_at FROM agencies_agency
WHERE group_id IS NOT NULL;
REVOKE UPDATE, DELETE ON agencies_ownershippast FROM mingpai_app;
"""

# As in 0006, but for the group: that of the day, as it was known.
_MANAGING = """
CREATE OR REPLACE FUNCTION agencies_managing(of_profile bigint, on_day date, known_at timestamptz)
RETURNS TABLE (agency_id bigint, slug varchar, name_zh varchar, name_en varchar, group_slug varchar,
               scopes text[], since date, until date, last_confirmed_on date, basis varchar)
LANGUAGE sql STABLE STRICT AS $$
    SELECT g.agency_id, agency.slug, named.name_zh, named.name_en, kin.slug,
           CASE WHEN g.lines @> '[0,1000)'::int4range THEN ARRAY['all']
           ELSE ARRAY(SELECT line.code::text FROM agencies_businessline line
                      WHERE g.lines @> line.number::int ORDER BY line.number) END
           || CASE WHEN g.territory @> '[0,1000000)'::int4range THEN '{}'
           ELSE ARRAY(SELECT 'territory:' || t.code FROM agencies_contractterritory t
               WHERE g.territory @> int4range(t.lo::int, t.hi::int) AND NOT EXISTS (
                   SELECT FROM agencies_contractterritory wider
                   WHERE g.territory @> int4range(wider.lo::int, wider.hi::int)
                     AND int4range(wider.lo::int, wider.hi::int) @> int4range(t.lo::int, t.hi::int)
                     AND wider.hi - wider.lo > t.hi - t.lo)
               ORDER BY t.lo, t.code) END,
           lower(g.run), upper(g.run), g.last_confirmed_on, g.basis
    FROM (
        SELECT k.agency_id, k.lines, k.territory, k.last_confirmed_on, k.basis,
               (SELECT run FROM unnest(k.days) run WHERE run @> on_day) AS run
        FROM (SELECT b.agency_id, range_agg(b.during) AS days,
                     range_agg(b.lines) FILTER (WHERE b.during @> on_day) AS lines,
                     range_agg(b.territory) FILTER (WHERE b.during @> on_day) AS territory,
                     max(b.last_confirmed_on) FILTER (WHERE b.during @> on_day)
                         AS last_confirmed_on,
                     (array_agg(b.basis ORDER BY b.last_confirmed_on DESC NULLS LAST, b.id DESC)
                         FILTER (WHERE b.during @> on_day))[1] AS basis
              FROM agencies_bound(of_profile, known_at) b
              WHERE b.status = 'confirmed' GROUP BY b.agency_id) k
        WHERE k.days @> on_day) g
    JOIN agencies_agency agency ON agency.id = g.agency_id
    LEFT JOIN agencies_group kin ON kin.id = {group}
    LEFT JOIN LATERAL (
        SELECT n.name_zh, n.name_en FROM (
            SELECT a.name_zh, a.name_en, lower(a.during) AS since FROM agencies_agencyname a
            WHERE a.agency_id = g.agency_id AND a.known_from <= known_at AND NOT isempty(a.during)
            UNION ALL
            SELECT a.name_zh, a.name_en, lower(a.during) FROM agencies_agencynamepast a
            WHERE known_at < 'infinity' AND a.agency_id = g.agency_id AND a.known @> known_at
              AND NOT isempty(a.during)) n
        ORDER BY CASE WHEN n.since > on_day THEN NULL ELSE coalesce(n.since, '-infinity') END
                 DESC NULLS LAST, n.since
        LIMIT 1) named ON true
    ORDER BY lower(g.run), agency.slug
$$;
"""
BY_DAY = """(
        SELECT o.group_id FROM agencies_ownership o
        WHERE o.agency_id = g.agency_id AND o.known_from <= known_at AND o.during @> on_day
        UNION ALL
        SELECT o.group_id FROM agencies_ownershippast o
        WHERE known_at < 'infinity' AND o.agency_id = g.agency_id AND o.known @> known_at
          AND o.during @> on_day
        LIMIT 1)"""

# An agency that is no more has no contract and no public binding beyond its last day.
ENDED = """
CREATE FUNCTION agencies_not_beyond() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    the_end date;
BEGIN
    SELECT a.ended_on INTO the_end FROM agencies_agency a WHERE a.id = NEW.agency_id;
    IF the_end IS NOT NULL AND (upper_inf(NEW.during) OR upper(NEW.during) > the_end) THEN
        RAISE EXCEPTION 'the agency is no more from % on', the_end
            USING ERRCODE = '23514', CONSTRAINT = TG_TABLE_NAME || '_beyond_its_agency',
                  TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER not_beyond BEFORE INSERT OR UPDATE OF during, status ON agencies_contract
    FOR EACH ROW WHEN (NEW.status = 'kept') EXECUTE FUNCTION agencies_not_beyond();
CREATE TRIGGER not_beyond BEFORE INSERT OR UPDATE OF during, status ON agencies_binding
    FOR EACH ROW WHEN (NEW.status IN ('claimed', 'confirmed', 'suspended'))
    EXECUTE FUNCTION agencies_not_beyond();
"""
NOT_ENDED = """
DROP TRIGGER not_beyond ON agencies_binding;
DROP TRIGGER not_beyond ON agencies_contract;
DROP FUNCTION agencies_not_beyond();
"""


class Migration(migrations.Migration):
    dependencies = [("agencies", "0012_admissions")]

    operations = [
        migrations.RunSQL(walls(), no_walls()),
        migrations.RunSQL(OWNED, migrations.RunSQL.noop),
        migrations.RunSQL(
            _MANAGING.replace("{group}", BY_DAY), _MANAGING.replace("{group}", "agency.group_id")
        ),
        migrations.RunSQL(ENDED, NOT_ENDED),
    ]
