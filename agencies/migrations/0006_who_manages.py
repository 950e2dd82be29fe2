"""Who manages an account, as the register knew it: one definition, for labels and case pages.

Row-level security hides nothing that these look at: the answer is the same whoever asks. The last
two are STRICT so that they are not written into the statement that calls them. Most accounts have
no agency, and a plan that carries all of this takes twice as long to be made ready.
"""

from django.db import migrations

# The bindings of an account that were public knowledge at an instant (infinity: now), each once.
BOUND = """
CREATE FUNCTION agencies_bound(of_profile bigint, known_at timestamptz)
RETURNS TABLE (id bigint, agency_id bigint, during daterange, status varchar, lines int4multirange,
               territory int4multirange, basis varchar, confirmed_on date, last_confirmed_on date)
LANGUAGE sql STABLE AS $$
    SELECT b.id, b.agency_id, b.during, b.status, b.lines, b.territory, b.basis, b.confirmed_on,
           b.last_confirmed_on
    FROM agencies_binding b
    WHERE b.profile_id = of_profile AND b.known_from <= known_at
      AND b.status IN ('confirmed', 'suspended')
    UNION ALL
    SELECT b.binding_id, b.agency_id, b.during, b.status, b.lines, b.territory, b.basis,
           b.confirmed_on, b.last_confirmed_on
    FROM agencies_bindingpast b
    WHERE known_at < 'infinity' AND b.profile_id = of_profile AND b.known @> known_at
      AND b.status IN ('confirmed', 'suspended')
$$;
"""

# Days on which a public binding was contested by who had proved control of the account.
CONTESTED = """
CREATE FUNCTION agencies_contested(of_profile bigint, known_at timestamptz)
RETURNS datemultirange LANGUAGE sql STABLE STRICT AS $$
    SELECT range_agg(b.during * daterange(d.from_day,
               CASE WHEN d.closed_at <= known_at THEN greatest(d.from_day, d.to_day) END))
    FROM agencies_dispute d JOIN agencies_bound(of_profile, known_at) b ON b.id = d.binding_id
    WHERE d.profile_id = of_profile AND d.proven AND d.opened_at <= known_at
$$;
"""

# A row for each agency that manages the account on a day. `since` and `until` are the ends of the
# unbroken run of days with that agency, across all of its bindings; what else a binding says is
# that of the day, where there are several of the newest confirmation. Its name is the last one that
# had begun by the day, else the first one. `scopes` are `all` or codes of business lines, and where
# these are not the whole world, the widest territories.
MANAGING = """
CREATE FUNCTION agencies_managing(of_profile bigint, on_day date, known_at timestamptz)
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
    LEFT JOIN agencies_group kin ON kin.id = agency.group_id
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

GRANTS = """
REVOKE ALL ON FUNCTION agencies_bound(bigint, timestamptz),
    agencies_contested(bigint, timestamptz), agencies_managing(bigint, date, timestamptz)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION agencies_bound(bigint, timestamptz),
    agencies_contested(bigint, timestamptz), agencies_managing(bigint, date, timestamptz)
    TO mingpai_app;
"""


class Migration(migrations.Migration):
    dependencies = [("agencies", "0005_disputes_and_establishments")]

    operations = [
        migrations.RunSQL(text, migrations.RunSQL.noop)
        for text in (BOUND, CONTESTED, MANAGING, GRANTS)
    ]
