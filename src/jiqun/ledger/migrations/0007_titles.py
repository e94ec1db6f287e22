"""Recognitions with their candidates, titles with notices; an objection can be against a candidate."""

import jiqun.ledger.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0006_forms'),
    ]

    operations = [
        migrations.CreateModel(
            name='Recognition',
            fields=[
                ('id', jiqun.ledger.fields.KeyField(max_length=40, primary_key=True, serialize=False)),
                ('pack', jiqun.ledger.fields.KeyField(max_length=120)),
                ('version', jiqun.ledger.fields.KeyField(max_length=40)),
                ('kind', jiqun.ledger.fields.KeyField(default='new', max_length=16)),
                ('region', jiqun.ledger.fields.KeyField(max_length=6)),
                ('on', models.DateField()),
                ('field', jiqun.ledger.fields.KeyField(max_length=80)),
                ('label_zh', models.CharField(max_length=200)),
                ('label_en', models.CharField(max_length=200)),
                ('years', models.PositiveSmallIntegerField()),
                ('judged', models.PositiveIntegerField(default=0)),
                ('verdicts', models.JSONField(default=dict)),
                ('synthetic', models.BooleanField(default=False)),
                ('note', models.TextField(blank=True, default='')),
                ('state', jiqun.ledger.fields.KeyField(default='candidates', max_length=16)),
                ('started_by', models.CharField(max_length=150)),
                ('started_at', models.DateTimeField()),
                ('published_by', models.CharField(blank=True, default='', max_length=150)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('public_from', models.DateField(blank=True, null=True)),
                ('public_until', models.DateField(blank=True, null=True)),
                ('closed_by', models.CharField(blank=True, default='', max_length=150)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('why', models.TextField(blank=True, default='')),
            ],
            options={
                'db_table': 'ledger_recognition',
            },
        ),
        migrations.CreateModel(
            name='RecognitionCandidate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recognition', jiqun.ledger.fields.KeyField(max_length=40)),
                ('subject', jiqun.ledger.fields.KeyField(max_length=200)),
                ('label', models.CharField(max_length=300)),
                ('uscc', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=18)),
                ('region', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=6)),
                ('state', jiqun.ledger.fields.KeyField(default='candidate', max_length=16)),
                ('reason', models.TextField(blank=True, default='')),
                ('ruling', models.JSONField(default=dict)),
                ('title', models.BigIntegerField(default=0)),
                ('judged_by', models.CharField(blank=True, default='', max_length=150)),
                ('judged_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'ledger_recognition_candidate',
            },
        ),
        migrations.CreateModel(
            name='Title',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', jiqun.ledger.fields.KeyField(max_length=200)),
                ('subject_label', models.CharField(blank=True, default='', max_length=300)),
                ('region', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=6)),
                ('field', jiqun.ledger.fields.KeyField(max_length=80)),
                ('label_zh', models.CharField(max_length=200)),
                ('label_en', models.CharField(max_length=200)),
                ('pack', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=120)),
                ('version', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=40)),
                ('how', jiqun.ledger.fields.KeyField(max_length=16)),
                ('granted_on', models.DateField()),
                ('starts_on', models.DateField()),
                ('valid_until', models.DateField()),
                ('recognition', jiqun.ledger.fields.KeyField(blank=True, db_index=True, default='', max_length=40)),
                ('ruling', models.JSONField(default=dict)),
                ('origin', models.CharField(blank=True, default='', max_length=300)),
                ('synthetic', models.BooleanField(default=False)),
                ('state', jiqun.ledger.fields.KeyField(default='held', max_length=16)),
                ('entered_by', models.CharField(max_length=150)),
                ('entered_at', models.DateTimeField()),
                ('taken_back_by', models.CharField(blank=True, default='', max_length=150)),
                ('taken_back_at', models.DateTimeField(blank=True, null=True)),
                ('taken_back_why', models.TextField(blank=True, default='')),
            ],
            options={
                'db_table': 'ledger_title',
            },
        ),
        migrations.CreateModel(
            name='TitleNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', jiqun.ledger.fields.KeyField(max_length=200)),
                ('kind', jiqun.ledger.fields.KeyField(max_length=16)),
                ('title', models.BigIntegerField(default=0)),
                ('recognition', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=40)),
                ('days', models.IntegerField(default=0)),
                ('text', models.CharField(max_length=500)),
                ('by', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
                ('seen_by', models.CharField(blank=True, default='', max_length=150)),
                ('seen_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'ledger_title_notice',
            },
        ),
        migrations.RemoveConstraint(
            model_name='objection',
            name='objection_open_once',
        ),
        migrations.AddField(
            model_name='objection',
            name='candidate',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(fields=['candidate'], name='objection_candidate'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.UniqueConstraint(condition=models.Q(('candidate', 0), ('state__in', ('submitted', 'asked'))), fields=('fact',), name='objection_open_once'),
        ),
        migrations.AddIndex(
            model_name='recognition',
            index=models.Index(fields=['state', 'started_at'], name='recognition_state'),
        ),
        migrations.AddConstraint(
            model_name='recognition',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('candidates', 'publicity', 'decided', 'withdrawn'))), name='recognition_state_word'),
        ),
        migrations.AddConstraint(
            model_name='recognition',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('new', 're_review'))), name='recognition_kind_word'),
        ),
        migrations.AddConstraint(
            model_name='recognition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('published_by', '')), models.Q(models.Q(('published_by', ''), _negated=True), ('published_at__isnull', False)), _connector='OR'), name='recognition_published_pair'),
        ),
        migrations.AddConstraint(
            model_name='recognition',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by', '')), models.Q(models.Q(('closed_by', ''), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='recognition_closed_pair'),
        ),
        migrations.AddConstraint(
            model_name='recognition',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('candidates', 'publicity'))), fields=('field', 'region', 'kind'), name='recognition_open_once'),
        ),
        migrations.AddIndex(
            model_name='recognitioncandidate',
            index=models.Index(fields=['subject'], name='candidate_subject'),
        ),
        migrations.AddConstraint(
            model_name='recognitioncandidate',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('candidate', 'objected', 'granted', 'refused'))), name='candidate_state_word'),
        ),
        migrations.AddConstraint(
            model_name='recognitioncandidate',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('judged_at__isnull', True), ('judged_by', '')), models.Q(models.Q(('judged_by', ''), _negated=True), ('judged_at__isnull', False)), _connector='OR'), name='candidate_judged_pair'),
        ),
        migrations.AddConstraint(
            model_name='recognitioncandidate',
            constraint=models.UniqueConstraint(fields=('recognition', 'subject'), name='candidate_once'),
        ),
        migrations.AddIndex(
            model_name='title',
            index=models.Index(fields=['subject', 'field'], name='title_subject'),
        ),
        migrations.AddIndex(
            model_name='title',
            index=models.Index(fields=['state', 'valid_until'], name='title_until'),
        ),
        migrations.AddConstraint(
            model_name='title',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('held', 'replaced', 'taken_back'))), name='title_state_word'),
        ),
        migrations.AddConstraint(
            model_name='title',
            constraint=models.CheckConstraint(condition=models.Q(('how__in', ('recognised', 'registered'))), name='title_how_word'),
        ),
        migrations.AddConstraint(
            model_name='title',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('taken_back_at__isnull', True), ('taken_back_by', '')), models.Q(models.Q(('taken_back_by', ''), _negated=True), ('taken_back_at__isnull', False)), _connector='OR'), name='title_taken_back_pair'),
        ),
        migrations.AddConstraint(
            model_name='title',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__gte', models.F('starts_on'))), name='title_days_in_order'),
        ),
        migrations.AddConstraint(
            model_name='title',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'held')), fields=('subject', 'field'), name='title_held_once'),
        ),
        migrations.AddIndex(
            model_name='titlenotice',
            index=models.Index(fields=['subject', 'id'], name='title_notice_of'),
        ),
        migrations.AddConstraint(
            model_name='titlenotice',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('publicity', 'granted', 'refused', 'review', 'expiring', 'taken_back'))), name='title_notice_kind'),
        ),
        migrations.AddConstraint(
            model_name='titlenotice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('seen_at__isnull', True), ('seen_by', '')), models.Q(models.Q(('seen_by', ''), _negated=True), ('seen_at__isnull', False)), _connector='OR'), name='title_notice_seen'),
        ),
        migrations.AddConstraint(
            model_name='titlenotice',
            constraint=models.UniqueConstraint(condition=models.Q(('days__gt', 0)), fields=('title', 'kind', 'days'), name='title_reminded_once'),
        ),
    ]
