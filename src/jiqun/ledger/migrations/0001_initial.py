"""The first tables of the ledger."""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import jiqun.ledger.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('display_name', models.CharField(blank=True, default='', max_length=80)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'db_table': 'ledger_user',
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=150)),
                ('by_id', models.BigIntegerField(null=True)),
                ('action', jiqun.ledger.fields.KeyField(max_length=80)),
                ('target', jiqun.ledger.fields.KeyField(max_length=300)),
                ('target_label', models.CharField(blank=True, default='', max_length=300)),
                ('detail', models.JSONField(default=dict)),
                ('request_id', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=64)),
                ('batch', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=40)),
            ],
            options={
                'db_table': 'ledger_audit_event',
                'indexes': [models.Index(fields=['-at', '-id'], name='audit_event_latest'), models.Index(fields=['target', '-id'], name='audit_event_target'), models.Index(fields=['action', '-id'], name='audit_event_action'), models.Index(fields=['batch'], name='audit_event_batch')],
            },
        ),
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', jiqun.ledger.fields.KeyField(max_length=40, primary_key=True, serialize=False)),
                ('kind', jiqun.ledger.fields.KeyField(max_length=16)),
                ('file_name', models.CharField(blank=True, default='', max_length=300)),
                ('sha256', jiqun.ledger.fields.KeyField(blank=True, db_index=True, default='', max_length=64)),
                ('bytes', models.BigIntegerField(default=0)),
                ('source', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=80)),
                ('mapping', models.JSONField(default=dict)),
                ('scope_kind', jiqun.ledger.fields.KeyField(default='all', max_length=16)),
                ('scope_key', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=200)),
                ('state', jiqun.ledger.fields.KeyField(default='received', max_length=16)),
                ('rows', models.BigIntegerField(default=0)),
                ('accepted', models.BigIntegerField(default=0)),
                ('created', models.BigIntegerField(default=0)),
                ('updated', models.BigIntegerField(default=0)),
                ('unchanged', models.BigIntegerField(default=0)),
                ('quarantined', models.BigIntegerField(default=0)),
                ('flagged', models.BigIntegerField(default=0)),
                ('by', models.CharField(max_length=150)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('undone_by', models.CharField(blank=True, default='', max_length=150)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.TextField(blank=True, default='')),
            ],
            options={
                'db_table': 'ledger_batch',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ('enterprises', 'facts', 'subjects', 'relations', 'readings'))), name='batch_kind'), models.CheckConstraint(condition=models.Q(('state__in', ('received', 'staged', 'merged', 'visible', 'undone', 'failed'))), name='batch_state'), models.CheckConstraint(condition=models.Q(('scope_kind__in', ('all', 'region', 'cluster', 'chain', 'enterprise'))), name='batch_scope_kind'), models.CheckConstraint(condition=models.Q(models.Q(('undone_at__isnull', True), ('undone_by', '')), models.Q(models.Q(('undone_by', ''), _negated=True), ('undone_at__isnull', False)), _connector='OR'), name='batch_undone_pair'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'undone'), _negated=True), ('undone_at__isnull', False), _connector='OR'), name='batch_undone_says_when')],
            },
        ),
        migrations.CreateModel(
            name='LoginAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', jiqun.ledger.fields.KeyField(max_length=150)),
                ('address', jiqun.ledger.fields.KeyField(max_length=64)),
                ('succeeded', models.BooleanField()),
                ('tried_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ledger_login_attempt',
                'indexes': [models.Index(fields=['account', 'address', 'tried_at'], name='login_attempt_who_when')],
            },
        ),
        migrations.CreateModel(
            name='OutboxSegment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', jiqun.ledger.fields.KeyField(db_index=True, max_length=40)),
                ('table', jiqun.ledger.fields.KeyField(max_length=40)),
                ('writer', jiqun.ledger.fields.KeyField(max_length=80)),
                ('key', jiqun.ledger.fields.KeyField(max_length=250)),
                ('sha256', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=64)),
                ('rows', models.BigIntegerField()),
                ('state', jiqun.ledger.fields.KeyField(default='received', max_length=16)),
                ('recorded_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('merged_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'db_table': 'ledger_outbox_segment',
                'indexes': [models.Index(fields=['state', 'id'], name='outbox_segment_state')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('received', 'published', 'merged'))), name='outbox_segment_state_word'), models.UniqueConstraint(fields=('writer', 'key'), name='outbox_segment_once')],
            },
        ),
        migrations.CreateModel(
            name='QuarantineItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', jiqun.ledger.fields.KeyField(max_length=40)),
                ('file', models.CharField(blank=True, default='', max_length=300)),
                ('row_no', models.BigIntegerField()),
                ('columns', models.JSONField(default=list)),
                ('codes', models.JSONField(default=list)),
                ('summary', models.CharField(blank=True, default='', max_length=500)),
                ('state', jiqun.ledger.fields.KeyField(default='waiting', max_length=16)),
                ('resolved_by', models.CharField(blank=True, default='', max_length=150)),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('resolved_batch', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=40)),
            ],
            options={
                'db_table': 'ledger_quarantine_item',
                'indexes': [models.Index(fields=['state', 'id'], name='quarantine_item_state')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'resubmitted', 'dismissed'))), name='quarantine_item_state_word'), models.CheckConstraint(condition=models.Q(models.Q(('resolved_at__isnull', True), ('resolved_by', '')), models.Q(models.Q(('resolved_by', ''), _negated=True), ('resolved_at__isnull', False)), _connector='OR'), name='quarantine_item_resolved_pair'), models.UniqueConstraint(fields=('batch', 'file', 'row_no'), name='quarantine_item_once')],
            },
        ),
        migrations.CreateModel(
            name='Relation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', jiqun.ledger.fields.KeyField(max_length=200)),
                ('predicate', jiqun.ledger.fields.KeyField(max_length=40)),
                ('object', jiqun.ledger.fields.KeyField(max_length=200)),
                ('valid_from', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=10)),
                ('valid_to', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=10)),
                ('source', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=80)),
                ('locator', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=80)),
                ('quote', models.CharField(blank=True, default='', max_length=200)),
                ('note', models.TextField(blank=True, default='')),
                ('batch', jiqun.ledger.fields.KeyField(blank=True, db_index=True, default='', max_length=40)),
                ('synthetic', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'ledger_relation',
                'indexes': [models.Index(fields=['object', 'predicate'], name='relation_object')],
                'constraints': [models.UniqueConstraint(fields=('subject', 'predicate', 'object', 'valid_from', 'source', 'locator'), name='relation_once')],
            },
        ),
        migrations.CreateModel(
            name='SavedMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('form', jiqun.ledger.fields.KeyField(max_length=64)),
                ('office', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=200)),
                ('kind', jiqun.ledger.fields.KeyField(max_length=16)),
                ('mapping', models.JSONField(default=dict)),
                ('saved_by', models.CharField(max_length=150)),
                ('saved_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ledger_saved_mapping',
                'constraints': [models.UniqueConstraint(fields=('form', 'office', 'kind'), name='saved_mapping_once')],
            },
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('key', jiqun.ledger.fields.KeyField(max_length=80, primary_key=True, serialize=False)),
                ('kind', jiqun.ledger.fields.KeyField(max_length=16)),
                ('title', models.CharField(max_length=300)),
                ('publisher', models.CharField(blank=True, default='', max_length=200)),
                ('published_on', models.DateField(blank=True, null=True)),
                ('published_inferred', models.BooleanField(default=False)),
                ('speaks_as_of', models.DateField(blank=True, null=True)),
                ('speaks_inferred', models.BooleanField(default=False)),
                ('licence', models.CharField(blank=True, default='', max_length=200)),
                ('url', models.CharField(blank=True, default='', max_length=500)),
                ('note', models.TextField(blank=True, default='')),
                ('synthetic', models.BooleanField(default=False)),
            ],
            options={
                'db_table': 'ledger_source',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ('document', 'register', 'office_sheet', 'synthetic', 'user'))), name='source_kind')],
            },
        ),
        migrations.CreateModel(
            name='Subject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', jiqun.ledger.fields.KeyField(max_length=200, unique=True)),
                ('kind', jiqun.ledger.fields.KeyField(max_length=24)),
                ('code', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=32)),
                ('label_zh', models.CharField(max_length=300)),
                ('label_en', models.CharField(blank=True, default='', max_length=300)),
                ('name_norm', jiqun.ledger.fields.KeyField(max_length=300)),
                ('aliases', models.JSONField(default=list)),
                ('region', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=6)),
                ('city', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=6)),
                ('uscc_grade', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=24)),
                ('industry_code', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=8)),
                ('attributes', models.JSONField(default=dict)),
                ('provisional', models.BooleanField(default=False)),
                ('synthetic', models.BooleanField(default=False)),
                ('source', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=80)),
                ('batch', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=40)),
                ('first_batch', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=40)),
                ('row_hash', jiqun.ledger.fields.KeyField(max_length=32)),
                ('merged_into', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=200)),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'ledger_subject',
                'indexes': [models.Index(fields=['merged_into', 'kind', 'region', 'synthetic'], name='subject_kind_region'), models.Index(fields=['merged_into', 'kind', 'name_norm'], name='subject_kind_name')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', jiqun.ledger.fields.KeyField(max_length=16, unique=True)),
                ('sha256', jiqun.ledger.fields.KeyField(max_length=64)),
                ('label', models.CharField(max_length=120)),
                ('scopes', models.JSONField(default=list)),
                ('scope_kind', jiqun.ledger.fields.KeyField(default='all', max_length=16)),
                ('scope_key', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=200)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('revoked_by', models.CharField(blank=True, default='', max_length=150)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'ledger_api_token',
                'constraints': [models.CheckConstraint(condition=models.Q(('scope_kind__in', ('all', 'region', 'cluster', 'chain', 'enterprise'))), name='api_token_scope_kind'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by', '')), models.Q(models.Q(('revoked_by', ''), _negated=True), ('revoked_at__isnull', False)), _connector='OR'), name='api_token_revoked_pair')],
            },
        ),
        migrations.CreateModel(
            name='RoleGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', jiqun.ledger.fields.KeyField(max_length=40)),
                ('scope_kind', jiqun.ledger.fields.KeyField(max_length=16)),
                ('scope_key', jiqun.ledger.fields.KeyField(blank=True, default='', max_length=200)),
                ('granted_by', models.CharField(max_length=150)),
                ('granted_at', models.DateTimeField()),
                ('revoked_by', models.CharField(blank=True, default='', max_length=150)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'ledger_role_grant',
                'constraints': [models.CheckConstraint(condition=models.Q(('scope_kind__in', ('all', 'region', 'cluster', 'chain', 'enterprise'))), name='role_grant_scope_kind'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by', '')), models.Q(models.Q(('revoked_by', ''), _negated=True), ('revoked_at__isnull', False)), _connector='OR'), name='role_grant_revoked_pair'), models.CheckConstraint(condition=models.Q(models.Q(('scope_key', ''), ('scope_kind', 'all')), models.Q(models.Q(('scope_kind', 'all'), _negated=True), models.Q(('scope_key', ''), _negated=True)), _connector='OR'), name='role_grant_scope_key'), models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('user', 'role', 'scope_kind', 'scope_key'), name='role_grant_once')],
            },
        ),
    ]
