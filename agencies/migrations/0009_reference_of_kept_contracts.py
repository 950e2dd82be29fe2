"""A reference is taken by a contract that is kept, in whatever case it is written."""

from django.db import migrations, models
from django.db.models.functions import Lower


class Migration(migrations.Migration):
    dependencies = [("agencies", "0008_review_asked_once")]

    operations = [
        migrations.RemoveConstraint(model_name="contract", name="contract_reference"),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.UniqueConstraint(
                models.F("agency"),
                Lower("reference"),
                condition=models.Q(status="kept"),
                name="contract_reference",
            ),
        ),
    ]
