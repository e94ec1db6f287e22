"""A province's register: written, found and listed in the time a person waits. Bounds are wide; the bench is exact."""

import csv
import gzip
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from ledger_rows import AT, firm

from jiqun.ledger import search, subjects
from jiqun.ledger.subjects import Counts, SubjectFilter

pytestmark = [pytest.mark.django_db, pytest.mark.shared, pytest.mark.slow]
WORDS = ("轴承", "有限公司", "浙江", "杭州", "新昌轴承", "公司有限", "91330", "浙", "专精特新", "科技股份")


def seconds(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        ask()
        times.append(time.perf_counter() - start)
    return min(times)


def test_the_real_register(shared_data: Path) -> None:
    path = shared_data / "zj_enterprise_register" / "zj_enterprises_1980_2004.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [
            firm(row["uscc"], row["name"], row["reg_authority_code"], attributes={"address": row["address"]})
            for row in csv.DictReader(file)
        ]
    start = time.perf_counter()
    assert subjects.upsert(rows, batch="b1", at=AT) == Counts(created=84_476)
    assert time.perf_counter() - start < 60
    assert subjects.upsert(rows, batch="b2", at=AT) == Counts(unchanged=84_476)
    for word in WORDS:
        assert seconds(lambda word=word: search.search(word)) < 0.3, word
    assert [hit.label_zh for hit in search.search("万丰奥特")] == ["万丰奥特控股集团有限公司"]
    everyone = SubjectFilter(kind="enterprise")
    assert subjects.list_page(everyone).total == 84_476
    assert seconds(lambda: subjects.list_page(everyone, page=800)) < 0.5
    assert seconds(subjects.counts_by_kind_and_region) < 0.5
    first, last = subjects.list_page(everyone).rows[0], subjects.list_page(everyone, page=10**6).rows[-1]
    assert first.label_zh < last.label_zh
    assert subjects.apply_undo("b1", [], at=AT).removed == 84_476
    assert search.search("轴承") == []
