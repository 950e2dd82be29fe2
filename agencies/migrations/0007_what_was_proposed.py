from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0006_who_manages'),
    ]

    operations = [
        # A proposal made before this is known has to be made anew.
        migrations.AddField(
            model_name='establishment',
            name='seen',
            field=models.DateTimeField(default=timezone.now),
            preserve_default=False,
        ),
    ]
