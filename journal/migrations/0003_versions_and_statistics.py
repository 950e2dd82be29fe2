"""Versions of labels that only public events move, and fresh statistics for passes: a table that has just been filled has none, and a plan made without
them took minutes where it should take a second."""

from django.db import migrations

STATISTICS = """
-- SECURITY DEFINER: only a table's owner may ANALYZE it. Autovacuum does the same a minute later,
-- which is too late for a pass that follows an import at once. Size on disk is looked at beside the
-- count of changes, because that count reaches other sessions late.
CREATE FUNCTION journal_refresh_statistics() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    stale regclass;
    done integer := 0;
BEGIN
    IF NOT pg_try_advisory_xact_lock(7006, 0) THEN
        RETURN 0;  -- somebody is at it
    END IF;
    FOR stale IN
        SELECT c.oid::regclass FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
          AND c.relpersistence = 'p' AND c.relowner = current_user::regrole
          AND (pg_relation_size(c.oid) / 8192 > greatest(c.relpages, 0) * 1.3 + 8
               OR pg_stat_get_mod_since_analyze(c.oid) > greatest(c.reltuples, 0) * 0.3 + 2000)
    LOOP
        EXECUTE format('ANALYZE %s', stale);
        done := done + 1;
    END LOOP;
    RETURN done;
END $$;
REVOKE ALL ON FUNCTION journal_refresh_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal_refresh_statistics() TO mingpai_app;
"""

# `Leaf.profile_id` leads from a profile to its last public event, whose place is the version that a
# label shows. A duty or a claim, which the public does not see, must not move it.
PUBLIC_ONLY = """
CREATE OR REPLACE FUNCTION journal_to_pending() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO journal_pending (event_id, at, profile_id)
    SELECT id, at, CASE WHEN audience = 'public' THEN profile_id END FROM fresh;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_order_and_guards")]

    operations = [
        migrations.RunSQL(STATISTICS, "DROP FUNCTION journal_refresh_statistics();"),
        migrations.RunSQL(PUBLIC_ONLY, migrations.RunSQL.noop),
    ]
