"""Wishes to end beside disputes; claims established on documents by two people."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


# Proposals about claims that nobody confirmed: no agency and no visitor sees one.
STAFF_ONLY = """
ALTER TABLE agencies_establishment ENABLE ROW LEVEL SECURITY;
ALTER TABLE agencies_establishment FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON agencies_establishment TO mingpai_owner USING (true) WITH CHECK (true);
CREATE POLICY staff ON agencies_establishment TO mingpai_app
    USING ((SELECT app_all())) WITH CHECK ((SELECT app_all()));
"""


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0004_binding_past_confirmed_on'),
        ('influencers', '0008_control_proofs'),
    ]

    operations = [
        migrations.CreateModel(
            name='Establishment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('proposed', 'waits for a second person'), ('approved', 'approved'), ('rejected', 'rejected')], default='proposed', max_length=10, verbose_name='state')),
                ('documents', models.TextField(verbose_name='documents seen')),
                ('proposed_by', models.CharField(max_length=100)),
                ('proposed_name', models.CharField(max_length=200, verbose_name='proposed by')),
                ('proposed_at', models.DateTimeField(auto_now_add=True)),
                ('decided_by', models.CharField(blank=True, max_length=100)),
                ('decided_name', models.CharField(blank=True, max_length=200, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'establishment on documents',
                'verbose_name_plural': 'establishments on documents',
            },
        ),
        migrations.AddField(
            model_name='dispute',
            name='wish',
            field=models.CharField(choices=[('void', 'it never held'), ('end', 'it is to end')], default='void', max_length=10, verbose_name='wish'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['open', 'answered']), ('wish', 'end')), fields=('binding',), name='dispute_one_wish_to_end_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('proven', True), ('wish', 'end'), _negated=True), name='dispute_to_end_is_not_public'),
        ),
        migrations.AddField(
            model_name='establishment',
            name='agency',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='establishments', to='agencies.agency'),
        ),
        migrations.AddField(
            model_name='establishment',
            name='binding',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='establishments', to='agencies.binding'),
        ),
        migrations.AddConstraint(
            model_name='establishment',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'proposed')), fields=('binding',), name='establishment_one_open'),
        ),
        migrations.AddConstraint(
            model_name='establishment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by', ''), ('status', 'proposed')), models.Q(models.Q(('status', 'proposed'), _negated=True), models.Q(('decided_by', ''), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='establishment_by_two'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='establishment',
            trigger=pgtrigger.compiler.Trigger(name='establishment_moves', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.status IS DISTINCT FROM NEW.status AND NOT ((OLD.status = 'proposed' AND NEW.status = 'approved') OR (OLD.status = 'proposed' AND NEW.status = 'rejected')))", func="RAISE EXCEPTION 'illegal move: %', OLD.status || ' to ' || NEW.status USING ERRCODE = '23514', CONSTRAINT = 'establishment_moves', TABLE = TG_TABLE_NAME;", hash='c50c55bacc9796165fefe0c931ef671b57272e7b', operation='UPDATE OF "status"', pgid='pgtrigger_establishment_moves_b458a', table='agencies_establishment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='establishment',
            trigger=pgtrigger.compiler.Trigger(name='establishment_first', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.status NOT IN ('proposed'))", func="RAISE EXCEPTION 'illegal move: %', 'born as ' || NEW.status USING ERRCODE = '23514', CONSTRAINT = 'establishment_first', TABLE = TG_TABLE_NAME;", hash='141b882570617114b17add1a9dba94d7629c90a6', operation='INSERT', pgid='pgtrigger_establishment_first_b48a0', table='agencies_establishment', when='BEFORE')),
        ),
        migrations.RunSQL(STAFF_ONLY, migrations.RunSQL.noop),
    ]
