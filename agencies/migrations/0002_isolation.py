"""The second wall: rows of one agency are no rows for another, whatever a query forgot.

The door of each request and of each task says who asks (`app.reach`, `app.agencies`,
`app.profiles`); without that nothing is seen. What a confirmed binding says is public.
"""

from django.db import migrations

CONTEXT = """
CREATE FUNCTION app_reach() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(current_setting('app.reach', true), '') $$;
CREATE FUNCTION app_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(current_setting('app.reach', true), '') IN ('staff', 'pass') $$;
CREATE FUNCTION app_agencies() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(string_to_array(nullif(current_setting('app.agencies', true), ''), ','),
                       '{}')::bigint[] $$;
CREATE FUNCTION app_profiles() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(string_to_array(nullif(current_setting('app.profiles', true), ''), ','),
                       '{}')::bigint[] $$;
"""

AGENCY_ROWS = "(SELECT app_all()) OR agency_id = ANY ((SELECT app_agencies())::bigint[])"
PROFILE_ROWS = "profile_id = ANY ((SELECT app_profiles())::bigint[])"

# table: what a reader or writer must fulfil beside being the owner of the tables
TABLES = {
    "agencies_contract": AGENCY_ROWS,
    "agencies_contractpast": AGENCY_ROWS,
    "agencies_membership": AGENCY_ROWS,
    "agencies_contractreviewitem": AGENCY_ROWS,
    "agencies_reviewreceipt": AGENCY_ROWS,
    "agencies_binding": f"status IN ('confirmed', 'suspended') OR {AGENCY_ROWS} OR {PROFILE_ROWS}",
    "agencies_bindingpast": (
        f"status IN ('confirmed', 'suspended') OR {AGENCY_ROWS} OR {PROFILE_ROWS}"
    ),
    "agencies_confirmation": f"{AGENCY_ROWS} OR {PROFILE_ROWS}",
    # A dispute shows on the label where control was proven; the rest is between the parties.
    "agencies_dispute": (
        f"proven OR (SELECT app_all()) OR {PROFILE_ROWS} OR EXISTS (SELECT FROM agencies_binding b "
        "WHERE b.id = binding_id AND b.agency_id = ANY ((SELECT app_agencies())::bigint[]))"
    ),
}

# Writing asks for more than reading: that a binding is public lets nobody change it.
WRITES = {
    "agencies_binding": f"{AGENCY_ROWS} OR {PROFILE_ROWS}",
    "agencies_bindingpast": f"{AGENCY_ROWS} OR {PROFILE_ROWS}",
    "agencies_dispute": (
        f"(SELECT app_all()) OR {PROFILE_ROWS} OR EXISTS (SELECT FROM agencies_binding b "
        "WHERE b.id = binding_id AND b.agency_id = ANY ((SELECT app_agencies())::bigint[]))"
    ),
}


def walls() -> str:
    parts = []
    for table, reads in TABLES.items():
        writes = WRITES.get(table, reads)
        parts.append(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY owner ON {table} TO mingpai_owner USING (true) WITH CHECK (true);"
            f"CREATE POLICY reads ON {table} FOR SELECT TO mingpai_app USING ({reads});"
            f"CREATE POLICY adds ON {table} FOR INSERT TO mingpai_app WITH CHECK ({writes});"
            f"CREATE POLICY changes ON {table} FOR UPDATE TO mingpai_app"
            f" USING ({writes}) WITH CHECK ({writes});"
            f"CREATE POLICY removes ON {table} FOR DELETE TO mingpai_app USING ({writes});"
        )
    return "\n".join(parts)


# Names the period in which somebody holds the account exclusively, and nothing else: whose it is,
# is not the asker's to know before it is confirmed and public anyway.
BLOCKED = """
CREATE FUNCTION blocked_until(profile bigint, wanted_lines int4multirange,
    wanted_territory int4multirange, wanted daterange) RETURNS daterange
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT b.during FROM agencies_binding b
    WHERE b.profile_id = profile AND b.exclusive AND b.status IN ('confirmed', 'suspended')
      AND b.lines && wanted_lines AND b.territory && wanted_territory AND b.during && wanted
    ORDER BY lower(b.during) LIMIT 1 $$;
REVOKE ALL ON FUNCTION blocked_until(bigint, int4multirange, int4multirange, daterange) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION blocked_until(bigint, int4multirange, int4multirange, daterange)
    TO mingpai_app;

-- Whom somebody works for, asked before there is a context to read memberships with.
CREATE FUNCTION memberships_of(member bigint, day date)
RETURNS TABLE (agency_id bigint, role varchar)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT m.agency_id, m.role FROM agencies_membership m
    WHERE m.user_id = member AND m.since <= day AND (m.until IS NULL OR m.until > day) $$;
REVOKE ALL ON FUNCTION memberships_of(bigint, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION memberships_of(bigint, date) TO mingpai_app;

REVOKE UPDATE, DELETE ON agencies_bindingpast, agencies_contractpast, agencies_agencynamepast
    FROM mingpai_app;
"""


class Migration(migrations.Migration):
    dependencies = [("agencies", "0001_agencies")]

    operations = [
        migrations.RunSQL(CONTEXT, migrations.RunSQL.noop),
        migrations.RunSQL(walls(), migrations.RunSQL.noop),
        migrations.RunSQL(BLOCKED, migrations.RunSQL.noop),
    ]
