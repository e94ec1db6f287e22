"""The audit trail: complete, append only, findable."""

import pytest
from django.db import DatabaseError, connection, transaction
from ledger_rows import AT, SOMEBODY, SYSTEM, later

from jiqun.ledger import audit, models
from jiqun.ledger.models.audit_event import AppendOnlyError

pytestmark = pytest.mark.django_db


def write(action: str = "batch.undo", target: str = "batch:b1", **more: object) -> None:
    with transaction.atomic():
        audit.record(
            more.pop("by", SOMEBODY), action, target, {"rows": 3, "词": "值"}, at=more.pop("at", AT), **more
        )


def test_a_line_says_who_what_when_and_in_which_request() -> None:
    write(batch="b1", target_label="名单.xlsx")
    (line,) = audit.list_page().rows
    assert (line.by, line.by_id, line.at, line.request_id) == ("Li Ming", 7, AT, "r-1")
    assert (line.action, line.target, line.target_label, line.batch) == (
        "batch.undo",
        "batch:b1",
        "名单.xlsx",
        "b1",
    )
    assert line.detail == {"rows": 3, "词": "值"}


def test_what_is_rolled_back_leaves_no_line() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        write()
        1 / 0  # noqa: B018 - anything that fails
    assert audit.list_page().total == 0


def test_lines_are_found_by_action_person_target_and_time() -> None:
    write("batch.undo", at=AT)
    write("batch.retry", at=later(hours=1), by=SYSTEM)
    write("batches.odd", at=later(hours=2), target="batch:b2")
    write("user.grant", at=later(hours=3), target="user:7", batch="b9")
    assert [line.action for line in audit.list_page().rows] == [
        "user.grant",
        "batches.odd",
        "batch.retry",
        "batch.undo",
    ]
    assert [line.action for line in audit.list_page(action="batch").rows] == ["batch.retry", "batch.undo"]
    assert [line.action for line in audit.list_page(action="batch.undo").rows] == ["batch.undo"]
    assert [line.action for line in audit.list_page(by="jiqun").rows] == ["batch.retry"]
    assert [line.action for line in audit.list_page(target="batch:b2").rows] == ["batches.odd"]
    assert [line.action for line in audit.list_page(batch="b9").rows] == ["user.grant"]
    found = audit.list_page(since=later(hours=1), until=later(hours=3)).rows
    assert [line.action for line in found] == ["batches.odd", "batch.retry"]
    assert [line.action for line in audit.of_target("batch:b1")] == ["batch.retry", "batch.undo"]
    assert audit.actions_seen() == ("batch.retry", "batch.undo", "batches.odd", "user.grant")


def test_the_model_refuses_to_change_or_delete() -> None:
    write()
    row = models.AuditEvent.objects.get()
    row.action = "nothing.happened"
    rows = models.AuditEvent.objects.all()
    attempts = [row.save, row.delete, rows.delete]
    attempts += [lambda: rows.update(action="x"), lambda: rows.bulk_update([row], ["action"])]
    for attempt in attempts:
        with pytest.raises(AppendOnlyError):
            attempt()
    assert audit.list_page().rows[0].action == "batch.undo"


def test_the_database_itself_refuses_to_change() -> None:
    write()
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE ledger_audit_event SET action = 'nothing.happened'")
    assert audit.list_page().rows[0].action == "batch.undo"
