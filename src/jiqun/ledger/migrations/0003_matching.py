"""Who is who: decisions about pairs of enterprises, proposed merges, names an office has settled."""

from django.db import migrations, models

import jiqun.ledger.fields


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_search_and_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="IdentityVerdict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("verdict", jiqun.ledger.fields.KeyField(max_length=12)),
                ("subject", jiqun.ledger.fields.KeyField(max_length=200)),
                ("into", jiqun.ledger.fields.KeyField(max_length=200)),
                ("evidence", models.JSONField(default=list)),
                ("reason", models.CharField(blank=True, default="", max_length=300)),
                ("decided_by", models.CharField(max_length=150)),
                ("decided_at", models.DateTimeField()),
                ("taken_back_by", models.CharField(blank=True, default="", max_length=150)),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "ledger_identity_verdict",
                "indexes": [
                    models.Index(fields=["into", "verdict"], name="identity_verdict_into"),
                    models.Index(fields=["subject", "verdict"], name="identity_verdict_subject"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", ("same", "different"))),
                        name="identity_verdict_word",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_back_at__isnull", True), ("taken_back_by", "")),
                            models.Q(
                                models.Q(("taken_back_by", ""), _negated=True),
                                ("taken_back_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="identity_verdict_taken_back_pair",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("taken_back_at__isnull", True), ("verdict", "same")),
                        fields=("subject",),
                        name="identity_merged_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("taken_back_at__isnull", True)),
                        fields=("subject", "into", "verdict"),
                        name="identity_verdict_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MergeProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", jiqun.ledger.fields.KeyField(max_length=200)),
                ("into", jiqun.ledger.fields.KeyField(max_length=200)),
                ("score", models.DecimalField(decimal_places=4, max_digits=5)),
                ("clear", models.BooleanField()),
                ("group_key", jiqun.ledger.fields.KeyField(max_length=200)),
                ("region", jiqun.ledger.fields.KeyField(blank=True, default="", max_length=6)),
                ("evidence", models.JSONField(default=list)),
                ("found_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ledger_merge_proposal",
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "into"), name="merge_proposal_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="NameDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("office", jiqun.ledger.fields.KeyField(blank=True, default="", max_length=200)),
                ("written", jiqun.ledger.fields.KeyField(max_length=400)),
                ("name", models.CharField(max_length=300)),
                ("subject", jiqun.ledger.fields.KeyField(blank=True, default="", max_length=200)),
                ("decided_by", models.CharField(max_length=150)),
                ("decided_at", models.DateTimeField()),
            ],
            options={
                "db_table": "ledger_name_decision",
                "constraints": [
                    models.UniqueConstraint(fields=("office", "written"), name="name_decision_once")
                ],
            },
        ),
    ]
