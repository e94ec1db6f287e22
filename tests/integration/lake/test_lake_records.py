"""Registrations, quarantine and batch events as rows."""

from datetime import timedelta

import pytest
from lake_rows import RECORDED, registration, undone, write

from jiqun.lake.records import RecordReader
from jiqun.lake.store import Lake

LATER = RECORDED + timedelta(days=1)


@pytest.fixture
def records(lake: Lake) -> RecordReader:
    return RecordReader(lake)


def test_the_last_row_of_a_subject_stands(lake: Lake, records: RecordReader) -> None:
    write(lake, "registrations", [registration(1), registration(2)])
    write(
        lake, "registrations", [registration(1, name="改名", row_hash="new", batch="b2", recorded_at=LATER)]
    )
    assert [row["name"] for row in records.registrations()] == ["改名", "试样2号"]
    assert records.row_hashes("register") == {"enterprise:1": "new", "enterprise:2": "hash2"}
    assert records.registrations(subject="enterprise:2") == [
        {"legal_form": None, "industry_code": None, "address": None, "status": None, "extra": None}
        | registration(2)
    ]
    assert len(records.registrations(limit=1, offset=1)) == 1


def test_a_batch_taken_back_leaves_the_row_before(lake: Lake, records: RecordReader) -> None:
    write(lake, "registrations", [registration(1)])
    write(lake, "registrations", [registration(1, row_hash="new", batch="b2", recorded_at=LATER)])
    write(lake, "batches", [undone("b2", LATER)])
    assert records.row_hashes("register") == {"enterprise:1": "hash1"}
    write(lake, "batches", [undone("b1", LATER)])
    assert records.row_hashes("register") == {}
    assert [row["batch"] for row in records.batch_events()] == ["b1", "b2"]
    assert [row["event"] for row in records.batch_events(batch="b2")] == ["undone"]


def test_sources_are_kept_apart(lake: Lake, records: RecordReader) -> None:
    write(lake, "registrations", [registration(1), registration(1, source="other", row_hash="o")])
    assert records.row_hashes("other") == {"enterprise:1": "o"}
    assert len(records.registrations(subject="enterprise:1")) == 2


def test_quarantined_rows_come_in_the_order_of_their_file(lake: Lake, records: RecordReader) -> None:
    def held(row: int, column: str) -> dict[str, object]:
        return {
            "batch": "b1", "file": "a.csv", "row_no": row, "column_name": column, "code": "gate.bad_date",
            "seen": "<b>1</b>", "allowed": "YYYY-MM-DD", "raw": '{"a": 1}', "recorded_at": RECORDED,
        }  # fmt: skip

    write(lake, "quarantine", [held(3, "b"), held(2, "z"), held(3, "a")])
    assert [(row["row_no"], row["column_name"]) for row in records.quarantined(batch="b1")] == [
        (2, "z"),
        (3, "a"),
        (3, "b"),
    ]
    assert records.quarantined(code="other") == []
