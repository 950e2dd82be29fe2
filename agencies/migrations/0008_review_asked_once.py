"""A review remembers the form that opened it, so that a double click opens one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("agencies", "0007_what_was_proposed")]

    operations = [
        migrations.AddField(
            model_name="contractreview",
            name="asked_as",
            field=models.UUIDField(
                editable=False,
                help_text="the form that opened it, which opens one",
                null=True,
                unique=True,
            ),
        ),
    ]
