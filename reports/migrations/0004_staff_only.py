"""Reports are read by those who decide on them, cases and decisions by staff.

No agency and no visitor sees a row, whatever a query forgot. Whoever holds a receipt is shown the
one report that it opens: where the receipt was checked, the door is opened for as long as that is
read. A platform's key with the right to read cases sees those and no report.
"""

from django.db import migrations

STAFF = "(SELECT app_all())"
WITH_PLATFORMS = f"{STAFF} OR (SELECT app_reach()) = 'platform'"

# table: who reads it
TABLES = {
    "reports_report": STAFF,
    "reports_message": STAFF,
    "reports_case": WITH_PLATFORMS,
    "reports_decision": WITH_PLATFORMS,
}

WALLS = "".join(
    f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
    f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;"
    f"CREATE POLICY owner ON {table} TO mingpai_owner USING (true) WITH CHECK (true);"
    f"CREATE POLICY reads ON {table} FOR SELECT TO mingpai_app USING ({reads});"
    f"CREATE POLICY adds ON {table} FOR INSERT TO mingpai_app WITH CHECK ({STAFF});"
    f"CREATE POLICY changes ON {table} FOR UPDATE TO mingpai_app"
    f" USING ({STAFF}) WITH CHECK ({STAFF});"
    f"CREATE POLICY removes ON {table} FOR DELETE TO mingpai_app USING ({STAFF});"
    for table, reads in TABLES.items()
)


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0002_isolation"),
        ("reports", "0003_second_person"),
    ]

    operations = [migrations.RunSQL(WALLS, migrations.RunSQL.noop)]
