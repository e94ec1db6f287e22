"""What must be written together refuses to be written alone."""

import pytest
from django.db.transaction import TransactionManagementError
from ledger_rows import AT, SYSTEM

from jiqun.ledger import alarms, audit, drift, outbox
from jiqun.ledger.bulk import Target, write_rows
from jiqun.ledger.outbox import NewSegment

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_audit_line_needs_the_transaction_of_what_it_records() -> None:
    with pytest.raises(TransactionManagementError):
        audit.record(SYSTEM, "batch.undo", "batch:b1", {}, at=AT)
    assert audit.list_page().total == 0


def test_an_outbox_row_needs_the_transaction_it_promises() -> None:
    with pytest.raises(TransactionManagementError):
        outbox.add([NewSegment("b1", "facts", "cli", "k1", 1)], at=AT)


def test_bulk_rows_need_a_transaction() -> None:
    with pytest.raises(TransactionManagementError):
        write_rows(Target("ledger_relation", ("subject",)), [("x",)])


def test_what_the_watcher_keeps_needs_one() -> None:
    for alone in (lambda: alarms.keep("spring", [], []), lambda: drift.touch("spring")):
        with pytest.raises(TransactionManagementError):
            alone()
