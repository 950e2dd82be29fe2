"""Proofs that somebody controls an account."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('influencers', '0007_handle_numbers'),
    ]

    operations = [
        migrations.CreateModel(
            name='ControlProof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('method', models.CharField(choices=[('code', 'code in the profile text'), ('message', 'message of the platform')], max_length=10, verbose_name='way')),
                ('status', models.CharField(choices=[('asked', 'asked for'), ('ready', 'to be checked'), ('missing', 'code not found'), ('proven', 'proven'), ('ended', 'ended')], default='asked', max_length=10, verbose_name='state')),
                ('code', models.CharField(max_length=12, null=True, unique=True, verbose_name='code')),
                ('token_hash', models.CharField(max_length=64, null=True, unique=True)),
                ('secret_hash', models.CharField(max_length=64, null=True, unique=True)),
                ('notice_id', models.BigIntegerField(null=True)),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked at')),
                ('expires_at', models.DateTimeField(verbose_name='to be answered before')),
                ('ready_at', models.DateTimeField(null=True, verbose_name='said to stand there since')),
                ('checked_at', models.DateTimeField(null=True, verbose_name='checked at')),
                ('checked_by', models.CharField(blank=True, max_length=200, verbose_name='checked by')),
                ('proven_until', models.DateTimeField(null=True, verbose_name='proven until')),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proofs', to='influencers.profile')),
            ],
            options={
                'verbose_name': 'control proof',
                'verbose_name_plural': 'control proofs',
                'indexes': [models.Index(condition=models.Q(('status', 'ready')), fields=['ready_at', 'id'], name='proof_ready')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('code__isnull', False), ('method', 'code')), models.Q(('code', None), ('method', 'message')), _connector='OR'), name='proof_by_code_or_message'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'proven'), _negated=True), models.Q(('checked_at__isnull', False), ('proven_until__isnull', False), ('secret_hash__isnull', False), models.Q(('checked_by', ''), _negated=True)), _connector='OR'), name='proof_has_a_witness')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='controlproof',
            trigger=pgtrigger.compiler.Trigger(name='proof_moves', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (OLD.status IS DISTINCT FROM NEW.status AND NOT ((OLD.status = 'asked' AND NEW.status = 'ready') OR (OLD.status = 'asked' AND NEW.status = 'proven') OR (OLD.status = 'asked' AND NEW.status = 'ended') OR (OLD.status = 'ready' AND NEW.status = 'proven') OR (OLD.status = 'ready' AND NEW.status = 'missing') OR (OLD.status = 'ready' AND NEW.status = 'ended') OR (OLD.status = 'missing' AND NEW.status = 'ready') OR (OLD.status = 'missing' AND NEW.status = 'ended') OR (OLD.status = 'proven' AND NEW.status = 'ended')))", func="RAISE EXCEPTION 'illegal move: %', OLD.status || ' to ' || NEW.status USING ERRCODE = '23514', CONSTRAINT = 'proof_moves', TABLE = TG_TABLE_NAME;", hash='d39a31b0aab107d7d8fedcdeb80ffd3f53c65f31', operation='UPDATE OF "status"', pgid='pgtrigger_proof_moves_e070a', table='influencers_controlproof', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='controlproof',
            trigger=pgtrigger.compiler.Trigger(name='proof_first', sql=pgtrigger.compiler.UpsertTriggerSql(condition="WHEN (NEW.status NOT IN ('asked'))", func="RAISE EXCEPTION 'illegal move: %', 'born as ' || NEW.status USING ERRCODE = '23514', CONSTRAINT = 'proof_first', TABLE = TG_TABLE_NAME;", hash='6ddc8da3680493f6d8ccf8169b8a603c1e5d085f', operation='INSERT', pgid='pgtrigger_proof_first_acb7a', table='influencers_controlproof', when='BEFORE')),
        ),
    ]
