import django.contrib.postgres.fields
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_accounts'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='apikey',
            name='apikey_has_platform',
        ),
        migrations.RemoveConstraint(
            model_name='apikey',
            name='apikey_rights_known',
        ),
        migrations.AddField(
            model_name='apikey',
            name='agency_id',
            field=models.BigIntegerField(blank=True, db_index=True, null=True, verbose_name='agency'),
        ),
        migrations.AlterField(
            model_name='apikey',
            name='platform',
            field=models.CharField(blank=True, default='', max_length=30, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9_-]{0,29}\\Z', 'Small letters, digits, “-” and “_” only.')], verbose_name='platform'),
        ),
        migrations.AlterField(
            model_name='apikey',
            name='rights',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('observations', 'push follower observations'), ('messages', 'fetch messages to creators and report their delivery'), ('journal', 'read the journal'), ('cases', 'read the cases of a platform'), ('contracts', "read an agency's own contracts"), ('bindings', "read and claim an agency's own bindings")], max_length=20), default=list, size=None, verbose_name='rights'),
        ),
        migrations.AddConstraint(
            model_name='apikey',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('platform', ''), _negated=True), ('agency_id__isnull', True), ('rights__contained_by', ['observations', 'messages', 'journal', 'cases'])), models.Q(('platform', ''), ('agency_id__isnull', False), ('rights__contained_by', ['contracts', 'bindings'])), _connector='OR'), name='apikey_of_platform_or_agency'),
        ),
        migrations.AddConstraint(
            model_name='apikey',
            constraint=models.CheckConstraint(condition=models.Q(('rights__len__gt', 0)), name='apikey_rights_known'),
        ),
    ]
