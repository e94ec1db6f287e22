"""The header a mapping was confirmed for, so that a changed form can be told what changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_collections")]
    operations = [migrations.AddField("savedmapping", "header", models.JSONField(default=list))]
