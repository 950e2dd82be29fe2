"""Files of contracts: where their rows wait, and who sees them."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.db import migrations, models


# What an agency sends is for its own people alone.
WALL = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY owner ON {table} TO mingpai_owner USING (true) WITH CHECK (true);
CREATE POLICY parties ON {table} TO mingpai_app
    USING ((SELECT app_all()) OR agency_id = ANY ((SELECT app_agencies())::bigint[]))
    WITH CHECK ((SELECT app_all()) OR agency_id = ANY ((SELECT app_agencies())::bigint[]));
"""
OPEN = """
DROP POLICY parties ON {table};
DROP POLICY owner ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""
TABLES = (
    'agencies_contractbatch',
    'agencies_contractheadings',
    'agencies_contractstagerow',
    'agencies_contractbatchrow',
)
# What is lost with a crash of the database is filled again from the kept file.
UNLOGGED = 'ALTER TABLE agencies_contractstagerow SET UNLOGGED'


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_agency_keys'),
        ('agencies', '0010_proposals'),
        ('journal', '0003_versions_and_statistics'),
    ]

    operations = [
        migrations.CreateModel(
            name='ContractBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=255, verbose_name='file')),
                ('token', models.UUIDField(editable=False, null=True, unique=True)),
                ('status', models.CharField(choices=[('waiting', 'waiting'), ('checking', 'being checked'), ('unmapped', 'columns to be named'), ('checked', 'checked, not applied'), ('applying', 'being applied'), ('applied', 'applied'), ('undoing', 'being undone'), ('undone', 'undone'), ('refused', 'refused'), ('dropped', 'dropped')], default='waiting', max_length=10, verbose_name='state')),
                ('headings', models.JSONField(default=list)),
                ('asked_by_kind', models.CharField(max_length=10)),
                ('asked_by_id', models.CharField(blank=True, max_length=80)),
                ('asked_by', models.CharField(blank=True, max_length=200, verbose_name='sent by')),
                ('decided_by_kind', models.CharField(blank=True, max_length=10)),
                ('decided_by_id', models.CharField(blank=True, max_length=80)),
                ('decided_by', models.CharField(blank=True, max_length=200, verbose_name='applied by')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='uploaded at')),
                ('finished_at', models.DateTimeField(null=True)),
                ('applied_at', models.DateTimeField(null=True, verbose_name='applied at')),
                ('asked_holders_at', models.DateTimeField(null=True)),
                ('counts', models.JSONField(default=dict)),
                ('parts', models.PositiveIntegerField(default=0)),
                ('done', models.JSONField(default=dict)),
                ('taken_back', models.JSONField(default=dict)),
                ('refusal', models.JSONField(default=dict)),
                ('notes', models.JSONField(default=list)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='agencies.agency')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.file')),
                ('run', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='journal.run')),
            ],
            options={
                'verbose_name': 'import of contracts',
                'verbose_name_plural': 'imports of contracts',
            },
        ),
        migrations.CreateModel(
            name='ContractBatchRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField(verbose_name='line')),
                ('part', models.PositiveIntegerField()),
                ('outcome', models.CharField(choices=[('new', 'new'), ('changed', 'changed'), ('same', 'same'), ('conflict', 'conflict'), ('error', 'error')], max_length=10)),
                ('reference', models.CharField(blank=True, max_length=80)),
                ('account', models.CharField(blank=True, max_length=300)),
                ('changes', models.JSONField(default=list)),
                ('problems', models.JSONField(default=list)),
                ('cells', models.JSONField(default=list)),
                ('contract_id', models.BigIntegerField(null=True)),
                ('binding_id', models.BigIntegerField(null=True)),
                ('done', models.JSONField(default=dict)),
                ('kept', models.JSONField(default=list)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='agencies.agency')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='agencies.contractbatch')),
            ],
        ),
        migrations.CreateModel(
            name='ContractHeadings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('known', models.JSONField(default=dict)),
                ('agency', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='headings', to='agencies.agency')),
            ],
        ),
        migrations.CreateModel(
            name='ContractStageRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.PositiveIntegerField()),
                ('part', models.PositiveIntegerField()),
                ('said', models.JSONField(default=dict)),
                ('cells', models.JSONField(default=list)),
                ('problems', models.JSONField(default=list)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='agencies.agency')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stage', to='agencies.contractbatch')),
            ],
        ),
        migrations.AddIndex(
            model_name='contractbatch',
            index=models.Index(fields=['agency', '-id'], name='contractbatch_agency'),
        ),
        migrations.AddConstraint(
            model_name='contractbatch',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'refused'), ('refusal', {}), _connector='XOR'), name='contractbatch_refused_for_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='contractbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('status__in', ('applied', 'undone', 'refused', 'dropped'))), ('status__in', ['undoing']), models.Q(('finished_at__isnull', True), ('status__in', ('waiting', 'checking', 'unmapped', 'checked', 'applying', 'undoing'))), _connector='OR'), name='contractbatch_finished_when_over'),
        ),
        migrations.AddConstraint(
            model_name='contractbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['applying', 'applied', 'undoing', 'undone']), models.Q(('decided_by_kind', ''), _negated=True)), models.Q(('status__in', ['applying', 'applied', 'undoing', 'undone']), _negated=True), _connector='OR'), name='contractbatch_applied_by_somebody'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contractbatch',
            trigger=pgtrigger.compiler.Trigger(name='contractbatch_moves', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.status IS DISTINCT FROM NEW.status AND NOT ((OLD.status = 'waiting' AND NEW.status = 'checking') OR (OLD.status = 'checking' AND NEW.status = 'unmapped') OR (OLD.status = 'checking' AND NEW.status = 'checked') OR (OLD.status = 'checking' AND NEW.status = 'refused') OR (OLD.status = 'unmapped' AND NEW.status = 'waiting') OR (OLD.status = 'unmapped' AND NEW.status = 'dropped') OR (OLD.status = 'checked' AND NEW.status = 'waiting') OR (OLD.status = 'checked' AND NEW.status = 'applying') OR (OLD.status = 'checked' AND NEW.status = 'dropped') OR (OLD.status = 'applying' AND NEW.status = 'applied') OR (OLD.status = 'applied' AND NEW.status = 'undoing') OR (OLD.status = 'undoing' AND NEW.status = 'undone')))", func="RAISE EXCEPTION 'illegal move: %', OLD.status || ' to ' || NEW.status USING ERRCODE = '23514', CONSTRAINT = 'contractbatch_moves', TABLE = TG_TABLE_NAME;", hash='69cb4bb0d72383db5705ad2ba96879d4d000e02c', operation='UPDATE OF "status"', pgid='pgtrigger_contractbatch_moves_279fc', table='agencies_contractbatch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contractbatch',
            trigger=pgtrigger.compiler.Trigger(name='contractbatch_first', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.status NOT IN ('waiting'))", func="RAISE EXCEPTION 'illegal move: %', 'born as ' || NEW.status USING ERRCODE = '23514', CONSTRAINT = 'contractbatch_first', TABLE = TG_TABLE_NAME;", hash='82801482cad42f2013a1742a597dbfebfc923e11', operation='INSERT', pgid='pgtrigger_contractbatch_first_69204', table='agencies_contractbatch', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='contractbatchrow',
            index=models.Index(fields=['batch', 'outcome', 'line'], name='contractbatchrow_outcome'),
        ),
        migrations.AddIndex(
            model_name='contractbatchrow',
            index=models.Index(fields=['batch', 'part', 'line'], name='contractbatchrow_part'),
        ),
        migrations.AddConstraint(
            model_name='contractbatchrow',
            constraint=models.UniqueConstraint(fields=('batch', 'line'), name='contractbatchrow_once'),
        ),
        migrations.AddIndex(
            model_name='contractstagerow',
            index=models.Index(fields=['batch', 'part', 'line'], name='contractstage_part'),
        ),
        migrations.AddConstraint(
            model_name='contractstagerow',
            constraint=models.UniqueConstraint(fields=('batch', 'line'), name='contractstage_once'),
        ),
        migrations.RunSQL(UNLOGGED, migrations.RunSQL.noop),
        *(
            migrations.RunSQL(WALL.format(table=table), OPEN.format(table=table))
            for table in TABLES
        ),
    ]
