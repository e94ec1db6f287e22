"""The tables themselves: migrations in step, search table there and back, rows from several writers at once."""

import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.db import models as fields
from ledger_rows import AT, firm

from jiqun.ledger import models, search, subjects
from jiqun.ledger.fields import KeyField


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "ledger", "--check", "--dry-run", stdout=StringIO())


@pytest.mark.django_db(transaction=True)
def test_the_search_table_goes_and_comes_back() -> None:
    subjects.upsert([firm("A", "新昌轴承")], batch="b1", at=AT)
    call_command("migrate", "ledger", "0001", verbosity=0)
    with connection.cursor() as cursor:
        assert "ledger_subject_search" not in connection.introspection.table_names(cursor)
    call_command("migrate", "ledger", verbosity=0)
    assert search.rebuild() == 1
    assert [hit.code for hit in search.search("轴承")] == ["A"]
    search.remove(["enterprise:A"])


def test_every_key_compares_byte_by_byte() -> None:
    """Keys, codes and names are KeyField, so that order and ranges agree on both databases."""
    for model, names in (
        (models.Subject, ("key", "name_norm", "region", "merged_into")),
        (models.Batch, ("id",)),
    ):
        for name in names:
            assert isinstance(model._meta.get_field(name), KeyField)


def test_no_table_points_at_a_subject_or_batch() -> None:
    """History never blocks a deletion: accounts, objections, alarms and factories have their own parts; else labels."""
    tied = [
        (model.__name__, field.name)
        for model in vars(models).values()
        if isinstance(model, type) and issubclass(model, fields.Model)
        for field in model._meta.get_fields()
        if isinstance(field, fields.ForeignKey) and field.name != "factory"
    ]
    assert sorted(tied) == [
        ("AlarmEntry", "limit"),
        ("AlarmStanding", "limit"),
        ("ApiToken", "user"),
        ("ObjectionEvidence", "objection"),
        ("ObjectionStep", "objection"),
        ("RoleGrant", "user"),
        ("StopReason", "replaced_by"),
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_two_writers_at_once_lose_and_double_nothing() -> None:
    """Each writes the same 400 firms under another name; SQLite has one writer anyway."""
    counts: list[subjects.Counts] = []

    def write(mark: str) -> None:
        rows = [firm(f"{n:04}", f"企业{n:04}{mark}") for n in range(400)]
        try:
            counts.append(subjects.upsert(rows, batch=f"b{mark}", at=AT))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(mark,)) for mark in "甲乙丙"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((item.created, item.updated) for item in counts) == [(0, 400), (0, 400), (400, 0)]
    assert subjects.list_page(subjects.SubjectFilter(kind="enterprise")).total == 400
    last = subjects.get("enterprise:0007").label_zh
    assert search.search(last)[0].code == "0007"
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM ledger_subject_search")
        assert cursor.fetchone() == (400,)
        cursor.execute("DELETE FROM ledger_subject_search")


@pytest.mark.django_db
def test_sheets_of_an_older_ledger_belong_to_whoever_imported_them_first() -> None:
    """The migration that gives sources an owner."""
    from datetime import UTC, datetime
    from importlib import import_module

    from django.apps import apps

    from jiqun.ledger import batches, sources
    from jiqun.ledger.scopes import EVERYTHING, Scope

    at, county = datetime(2026, 1, 1, tzinfo=UTC), Scope("region", "330624")
    for key, kind in (("s1", "office_sheet"), ("s2", "office_sheet"), ("s3", "register")):
        sources.save(sources.Source(key, kind, key))
    for id, source, scope in (("b1", "s1", county), ("b2", "s1", EVERYTHING), ("b3", "s3", county)):
        batches.open_batch(batches.NewBatch("facts", "me", source=source, scope=scope), at=at, id=id)
    import_module("jiqun.ledger.migrations.0004_objections").owners(apps, None)
    owners = {key: sources.get(key).owner for key in ("s1", "s2", "s3")}
    assert owners == {"s1": county, "s2": EVERYTHING, "s3": EVERYTHING}
