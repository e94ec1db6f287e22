"""Objections with their steps and evidence; sources get an owning office and can be withdrawn."""

import django.db.models.deletion
import jiqun.ledger.fields
from django.db import migrations, models


def owners(apps, schema_editor):
    """An office's sheet belongs to the scope under which its first batch was imported."""
    batches = apps.get_model("ledger", "Batch").objects.order_by("id")
    sheets = apps.get_model("ledger", "Source").objects.filter(kind__in=("office_sheet", "user"))
    for sheet in sheets:
        first = batches.filter(source=sheet.key).values_list("scope_kind", "scope_key").first()
        if first is not None:
            sheet.owner_kind, sheet.owner_key = first
            sheet.save(update_fields=["owner_kind", "owner_key"])


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0003_matching'),
    ]

    operations = [
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', jiqun.ledger.fields.KeyField(max_length=200)),
                ('subject_label', models.CharField(blank=True, default='', max_length=300)),
                ('region', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=6)),
                ('office', jiqun.ledger.fields.KeyField(max_length=16)),
                ('fact', jiqun.ledger.fields.KeyField(max_length=40)),
                ('disputed_hash', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=64)),
                ('source', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=80)),
                ('cell', models.JSONField(default=dict)),
                ('said', models.CharField(blank=True, default='', max_length=300)),
                ('wanted', jiqun.ledger.fields.KeyField(max_length=40)),
                ('unit', jiqun.ledger.fields.KeyField(max_length=40)),
                ('reason', models.TextField()),
                ('state', jiqun.ledger.fields.KeyField(default='submitted', max_length=16)),
                ('due_on', models.DateField()),
                ('filed_by', models.CharField(max_length=150)),
                ('filed_by_id', models.BigIntegerField(null=True)),
                ('filed_at', models.DateTimeField()),
                ('answered_by', models.CharField(blank=True, default='', max_length=150)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.TextField(blank=True, default='')),
                ('batch', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=40)),
                ('correction', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=40)),
            ],
            options={
                'db_table': 'ledger_objection',
            },
        ),
        migrations.CreateModel(
            name='ObjectionEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('sha256', jiqun.ledger.fields.KeyField(max_length=64)),
                ('bytes', models.BigIntegerField()),
                ('by', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ledger_objection_evidence',
            },
        ),
        migrations.CreateModel(
            name='ObjectionStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('move', jiqun.ledger.fields.KeyField(max_length=16)),
                ('text', models.TextField(blank=True, default='')),
                ('by', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ledger_objection_step',
            },
        ),
        migrations.AddField(
            model_name='source',
            name='owner_key',
            field=jiqun.ledger.fields.KeyField(blank=True, default='', max_length=200),
        ),
        migrations.AddField(
            model_name='source',
            name='owner_kind',
            field=jiqun.ledger.fields.KeyField(default='all', max_length=16),
        ),
        migrations.AddField(
            model_name='source',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='source',
            name='withdrawn_by',
            field=models.CharField(blank=True, default='', max_length=150),
        ),
        migrations.AddField(
            model_name='source',
            name='withdrawn_why',
            field=models.CharField(blank=True, default='', max_length=300),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.CheckConstraint(condition=models.Q(('owner_kind__in', ('all', 'region', 'cluster', 'chain', 'enterprise'))), name='source_owner_kind'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by', '')), models.Q(models.Q(('withdrawn_by', ''), _negated=True), ('withdrawn_at__isnull', False)), _connector='OR'), name='source_withdrawn_pair'),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(fields=['state', 'due_on'], name='objection_due'),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(fields=['subject'], name='objection_subject'),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(fields=['correction'], name='objection_correction'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('submitted', 'asked', 'accepted', 'refused', 'withdrawn'))), name='objection_state_word'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('answered_by', '')), models.Q(models.Q(('answered_by', ''), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='objection_answered_pair'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('submitted', 'asked'))), fields=('fact',), name='objection_open_once'),
        ),
        migrations.AddField(
            model_name='objectionevidence',
            name='objection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='ledger.objection'),
        ),
        migrations.AddField(
            model_name='objectionstep',
            name='objection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='ledger.objection'),
        ),
        migrations.AddConstraint(
            model_name='objectionevidence',
            constraint=models.UniqueConstraint(fields=('objection', 'sha256'), name='objection_evidence_once'),
        ),
        migrations.RunPython(owners, migrations.RunPython.noop),
    ]
