"""Connections of factories, drafts and trials on the way there, what boxes say of themselves."""

import django.db.models.deletion
import jiqun.ledger.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0010_shift_records'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConnectDraft',
            fields=[
                ('id', jiqun.ledger.fields.KeyField(max_length=40, primary_key=True, serialize=False)),
                ('box', jiqun.ledger.fields.KeyField(max_length=128)),
                ('kind', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=40)),
                ('connection', models.CharField(blank=True, default='', max_length=80)),
                ('step', models.PositiveSmallIntegerField(default=1)),
                ('told', models.JSONField(default=dict)),
                ('made_by', models.CharField(max_length=150)),
                ('made_at', models.DateTimeField()),
                ('factory', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='ledger.factory')),
            ],
            options={
                'db_table': 'ledger_connect_draft',
            },
        ),
        migrations.CreateModel(
            name='BoxChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('box', jiqun.ledger.fields.KeyField(max_length=128)),
                ('connector', models.CharField(max_length=80)),
                ('state', jiqun.ledger.fields.KeyField(max_length=20)),
                ('fault', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=40)),
                ('at', models.DateTimeField()),
                ('factory', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='box_changes', to='ledger.factory')),
            ],
            options={
                'db_table': 'ledger_box_change',
                'indexes': [models.Index(fields=['factory', 'box', 'id'], name='box_change_of')],
            },
        ),
        migrations.CreateModel(
            name='BoxReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('box', jiqun.ledger.fields.KeyField(max_length=128)),
                ('state', models.JSONField(default=dict)),
                ('first_at', models.DateTimeField()),
                ('at', models.DateTimeField()),
                ('factory', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='boxes', to='ledger.factory')),
            ],
            options={
                'db_table': 'ledger_box_report',
                'constraints': [models.UniqueConstraint(fields=('factory', 'box'), name='box_report_once')],
            },
        ),
        migrations.CreateModel(
            name='ConnectTrial',
            fields=[
                ('id', jiqun.ledger.fields.KeyField(max_length=40, primary_key=True, serialize=False)),
                ('box', jiqun.ledger.fields.KeyField(max_length=128)),
                ('draft', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=40)),
                ('kind', jiqun.ledger.fields.KeyField(max_length=16)),
                ('protocol', jiqun.ledger.fields.KeyField(max_length=40)),
                ('options', models.JSONField(default=dict)),
                ('points', models.JSONField(default=list)),
                ('until', models.DateTimeField()),
                ('state', jiqun.ledger.fields.KeyField(default='waiting', max_length=16)),
                ('fault', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=40)),
                ('said', models.CharField(blank=True, default='', max_length=200)),
                ('seen', models.JSONField(default=list)),
                ('more', models.BooleanField(default=False)),
                ('trail', models.JSONField(default=dict)),
                ('asked_by', models.CharField(max_length=150)),
                ('asked_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('factory', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='trials', to='ledger.factory')),
            ],
            options={
                'db_table': 'ledger_connect_trial',
                'indexes': [models.Index(fields=['factory', 'box', 'state'], name='connect_trial_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'running', 'done', 'failed', 'timed_out'))), name='connect_trial_state')],
            },
        ),
        migrations.CreateModel(
            name='FactoryConnection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('box', jiqun.ledger.fields.KeyField(max_length=128)),
                ('kind', jiqun.ledger.fields.KeyField(max_length=40)),
                ('options', models.JSONField(default=dict)),
                ('points', models.JSONField(default=list)),
                ('machine', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=64)),
                ('version', models.PositiveIntegerField()),
                ('saved_by', models.CharField(max_length=150)),
                ('saved_at', models.DateTimeField()),
                ('removed_by', models.CharField(blank=True, default='', max_length=150)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('factory', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='connections', to='ledger.factory')),
            ],
            options={
                'db_table': 'ledger_factory_connection',
                'constraints': [models.UniqueConstraint(fields=('factory', 'name'), name='factory_connection_once'), models.CheckConstraint(condition=models.Q(models.Q(('removed_at__isnull', True), ('removed_by', '')), models.Q(models.Q(('removed_by', ''), _negated=True), ('removed_at__isnull', False)), _connector='OR'), name='factory_connection_removed')],
            },
        ),
    ]
