"""Keeps when a binding was confirmed in its past; finds bindings that begin or end on a day."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agencies", "0003_reference_data")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="binding",
            name="binding_to_past",
        ),
        migrations.AddField(
            model_name="bindingpast",
            name="confirmed_on",
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name="binding",
            index=models.Index(
                models.Func("during", function="lower", output_field=models.DateField()),
                name="binding_begins_on",
            ),
        ),
        migrations.AddIndex(
            model_name="binding",
            index=models.Index(
                models.Func("during", function="upper", output_field=models.DateField()),
                name="binding_ends_on",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="binding",
            trigger=pgtrigger.compiler.Trigger(
                name="binding_to_past",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO agencies_bindingpast (binding_id, contract_id, agency_id, profile_id, lines, territory, during, exclusive, status, basis, confirmed_on, last_confirmed_on, known) SELECT o.id, o.contract_id, o.agency_id, o.profile_id, o.lines, o.territory, o.during, o.exclusive, o.status, o.basis, o.confirmed_on, o.last_confirmed_on, tstzrange(o.known_from, n.known_from) FROM old_rows o JOIN new_rows n ON n.id = o.id WHERE n.known_from > o.known_from; RETURN NULL;",
                    hash="efafce23aadeafd2cfcdc0cda91fc5a983ed2bc8",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_binding_to_past_0956b",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="agencies_binding",
                    when="AFTER",
                ),
            ),
        ),
    ]
