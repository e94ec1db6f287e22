"""A slice of a real register: written, unchanged the second time, found, listed to its last page, taken back.

How long all of it takes is told by `python -m benchmarks register`.
"""

import csv
import gzip
from itertools import islice
from pathlib import Path

import pytest
from ledger_rows import AT, firm

from jiqun.ledger import search, subjects
from jiqun.ledger.subjects import Counts, SubjectFilter

pytestmark = [pytest.mark.django_db, pytest.mark.shared]
MORE = 6_000
"""More than one write or one page of the list takes."""


def test_the_real_register(shared_data: Path) -> None:
    path = shared_data / "zj_enterprise_register" / "zj_enterprises_1980_2004.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        told = list(islice(csv.DictReader(file), MORE))
    rows = [
        firm(row["uscc"], row["name"], row["reg_authority_code"], attributes={"address": row["address"]})
        for row in told
    ]
    assert subjects.upsert(rows, batch="b1", at=AT) == Counts(created=MORE)
    assert subjects.upsert(rows, batch="b2", at=AT) == Counts(unchanged=MORE)
    for row in told[:: MORE // 10]:
        assert row["name"] in [hit.label_zh for hit in search.search(row["name"])]
        assert search.search(row["uscc"])[0].label_zh == row["name"]
    everyone = SubjectFilter(kind="enterprise")
    assert subjects.list_page(everyone).total == MORE
    assert sum(one.count for one in subjects.counts_by_kind_and_region()) == MORE
    first, last = subjects.list_page(everyone).rows[0], subjects.list_page(everyone, page=10**6).rows[-1]
    assert first.label_zh < last.label_zh
    assert subjects.apply_undo("b1", [], at=AT).removed == MORE
    assert search.search("有限公司") == []
