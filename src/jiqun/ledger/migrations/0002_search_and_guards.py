"""Full text over subjects, and the trigger that keeps the audit trail as written.

The search table is no Django model: it is FTS5 on SQLite and tsvector with GIN on PostgreSQL (see ledger/search.py).
"""

from django.db import migrations

FORWARD = {
    "sqlite": (
        "CREATE VIRTUAL TABLE ledger_subject_search USING fts5("
        "grams, tokenize='ascii', detail=none, columnsize=0)",
        "CREATE TRIGGER ledger_audit_event_kept BEFORE UPDATE ON ledger_audit_event "
        "BEGIN SELECT RAISE(ABORT, 'audit events are never changed'); END",
    ),
    "postgresql": (
        "CREATE TABLE ledger_subject_search (rowid bigint PRIMARY KEY, grams tsvector NOT NULL)",
        "CREATE INDEX ledger_subject_search_grams ON ledger_subject_search USING gin (grams)",
        "CREATE FUNCTION ledger_audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit events are never changed'; END $$",
        "CREATE TRIGGER ledger_audit_event_kept BEFORE UPDATE ON ledger_audit_event "
        "FOR EACH ROW EXECUTE FUNCTION ledger_audit_event_refuse()",
    ),
}
BACKWARD = {
    "sqlite": (
        "DROP TRIGGER ledger_audit_event_kept",
        "DROP TABLE ledger_subject_search",
    ),
    "postgresql": (
        "DROP TRIGGER ledger_audit_event_kept ON ledger_audit_event",
        "DROP FUNCTION ledger_audit_event_refuse",
        "DROP TABLE ledger_subject_search",
    ),
}


def _run(statements):
    def apply(apps, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return apply


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(_run(FORWARD), _run(BACKWARD))]
