"""Where the rows of a file wait between the check and the ranges in which they are applied."""

from django.db import migrations

# Unlogged: what is lost with a crash of the database is filled again from the kept file.
# SECURITY DEFINER: the application role may make no table, but each file needs one of its own.
STAGE = """
CREATE FUNCTION influencers_stage_make(batch bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    stage text := 'influencers_stage_' || batch;
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS %I', stage);
    EXECUTE format(
        'CREATE UNLOGGED TABLE %I (
            profile_id bigint, line bigint NOT NULL, followers bigint NOT NULL,
            views bigint, posts bigint, engagements bigint,
            platform_id bigint NOT NULL, day date NOT NULL, at_least boolean NOT NULL,
            by_id boolean NOT NULL, settled boolean NOT NULL,
            external_id text, handle text, display_name text, field text, territory text)', stage);
    EXECUTE format('REVOKE ALL ON %I FROM mingpai_app', stage);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO mingpai_app', stage);
END $$;

CREATE FUNCTION influencers_stage_order(batch bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    stage text := 'influencers_stage_' || batch;
BEGIN
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON %I (profile_id)', stage || '_profile', stage);
    EXECUTE format('ANALYZE %I', stage);
END $$;

CREATE FUNCTION influencers_stage_drop(batch bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS %I', 'influencers_stage_' || batch);
END $$;

REVOKE ALL ON FUNCTION influencers_stage_make(bigint), influencers_stage_order(bigint),
    influencers_stage_drop(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION influencers_stage_make(bigint), influencers_stage_order(bigint),
    influencers_stage_drop(bigint) TO mingpai_app;
"""
NO_STAGE = """
DROP FUNCTION influencers_stage_make(bigint), influencers_stage_order(bigint),
    influencers_stage_drop(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("influencers", "0005_import_batches")]

    operations = [migrations.RunSQL(STAGE, NO_STAGE)]
