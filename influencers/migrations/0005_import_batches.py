"""What an import is asked for, by whom, and why it was refused."""

import django.contrib.postgres.fields
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_accounts'),
        ('influencers', '0004_register_order'),
        ('journal', '0002_order_and_guards'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='importbatch',
            name='batch_moves',
        ),
        migrations.RemoveIndex(
            model_name='importproblem',
            name='problem_by_line',
        ),
        migrations.RemoveField(
            model_name='importbatch',
            name='only_platform',
        ),
        migrations.AddField(
            model_name='importbatch',
            name='only_platforms',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), default=list, size=None),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='public_id',
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='token',
            field=models.UUIDField(editable=False, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name='importbatch',
            name='refusal',
            field=models.JSONField(default=dict),
        ),
        migrations.AddIndex(
            model_name='importproblem',
            index=models.Index(fields=['batch', 'line', 'id'], name='problem_by_line'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importbatch',
            trigger=pgtrigger.compiler.Trigger(name='batch_moves', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.status IS DISTINCT FROM NEW.status AND NOT ((OLD.status = 'waiting' AND NEW.status = 'checking') OR (OLD.status = 'checking' AND NEW.status = 'applying') OR (OLD.status = 'checking' AND NEW.status = 'checked') OR (OLD.status = 'checking' AND NEW.status = 'refused') OR (OLD.status = 'checked' AND NEW.status = 'applying') OR (OLD.status = 'checked' AND NEW.status = 'dropped') OR (OLD.status = 'applying' AND NEW.status = 'applied')))", func="RAISE EXCEPTION 'illegal move: %', OLD.status || ' to ' || NEW.status USING ERRCODE = '23514', CONSTRAINT = 'batch_moves', TABLE = TG_TABLE_NAME;", hash='8b4b2ec244c80daadc3ffff3777194bee02e4433', operation='UPDATE OF "status"', pgid='pgtrigger_batch_moves_00b43', table='influencers_importbatch', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='importbatch',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'refused'), ('refusal', {}), _connector='XOR'), name='batch_refused_for_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='importbatch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('status__in', ['applied', 'refused', 'dropped'])), models.Q(('finished_at__isnull', True), ('status__in', ['waiting', 'checking', 'checked', 'applying'])), _connector='OR'), name='batch_finished_when_over'),
        ),
    ]
