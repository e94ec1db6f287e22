"""Listing: facts narrowed, sorted and counted as pages ask for them, and remembered until the next commit."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from lake_rows import RECORDED, fact, undone, write

from jiqun.lake import listing
from jiqun.lake.listing import SORTS, Wanted
from jiqun.lake.store import Lake

DAY = timedelta(days=1)
IN_2025 = {"period_start": date(2025, 1, 1), "period_end": date(2026, 1, 1)}
ENTERPRISE = "enterprise:91330624MA2XXXXXX1"


def ids(rows: list[dict[str, object]]) -> list[object]:
    return [row["id"] for row in rows]


@pytest.fixture
def filled(lake: Lake) -> Lake:
    """Five facts that differ in everything a page can narrow by."""
    rows = [
        fact(1),
        fact(2, subject="region:330683", source="001", value=Decimal(3), base_value=Decimal(3), scope="规上"),
        fact(3, indicator="revenue", status="target", period="2025") | IN_2025,
        fact(4, subject=ENTERPRISE, source="sheet", unit="万元", quote="营收超9亿元", batch="b2"),
        fact(5, subject="cluster:robots_cnc", synthetic=True),
    ]  # fmt: skip
    write(lake, "facts", rows)
    return lake


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["f1", "f2", "f3", "f4", "f5"]),
        (Wanted(subject="region:330624"), ["f1", "f3"]),
        (Wanted(indicator="revenue"), ["f3"]),
        (Wanted(source="001"), ["f2"]),
        (Wanted(batch="b2"), ["f4"]),
        (Wanted(status="target"), ["f3"]),
        (Wanted(unit="万元"), ["f4"]),
        (Wanted(kind="region"), ["f1", "f2", "f3"]),
        (Wanted(kind="enterprise"), ["f4"]),
        (Wanted(text="规上"), ["f2"]),
        (Wanted(text="超9亿"), ["f4"]),
        (Wanted(text="nothing says this"), []),
        (Wanted(real=True), ["f1", "f2", "f3", "f4"]),
        (Wanted(subjects=("region:330683", "cluster:robots_cnc")), ["f2", "f5"]),
        (Wanted(indicators=("revenue", "rank")), ["f3"]),
        (Wanted(sources=("001", "sheet")), ["f2", "f4"]),
        (Wanted(ids=("f4", "f1", "nobody")), ["f1", "f4"]),
        (Wanted(kind="region", status="actual", real=True), ["f1", "f2"]),
        (Wanted(withheld=("sheet",)), ["f1", "f2", "f3", "f5"]),
        (Wanted(withheld=("000",)), ["f1", "f2", "f3", "f4", "f5"]),
        (Wanted(withheld=("sheet",), seen=(ENTERPRISE,)), ["f1", "f2", "f3", "f4", "f5"]),
    ],
)
def test_narrowing(filled: Lake, wanted: Wanted, found: list[str]) -> None:
    assert sorted(map(str, ids(listing.listed(filled, wanted)))) == found
    assert listing.counted(filled, wanted) == len(found)


def test_words_are_bound_and_not_run(filled: Lake) -> None:
    assert listing.listed(filled, Wanted(text="' OR 1=1 --")) == []
    assert listing.listed(filled, Wanted(subject="x'); DROP TABLE facts; --")) == []


@pytest.mark.parametrize("sort", SORTS)
def test_every_sort_gives_all_rows_and_turns(filled: Lake, sort: str) -> None:
    up = ids(listing.listed(filled, Wanted(), sort=sort))
    down = ids(listing.listed(filled, Wanted(), sort=sort, descending=True))
    assert sorted(map(str, up)) == sorted(map(str, down)) == ["f1", "f2", "f3", "f4", "f5"]


def test_sorting_by_value_leaves_what_has_none_last(lake: Lake) -> None:
    write(
        lake,
        "facts",
        [fact(1, value=None, base_value=None), fact(2), fact(3, value=Decimal(99), base_value=Decimal(99))],
    )
    assert ids(listing.listed(lake, Wanted(), sort="value")) == ["f2", "f3", "f1"]
    assert ids(listing.listed(lake, Wanted(), sort="value", descending=True)) == ["f3", "f2", "f1"]


def test_an_unknown_sort_is_the_usual_one(filled: Lake) -> None:
    assert ids(listing.listed(filled, Wanted(), sort="no such")) == ids(listing.listed(filled, Wanted()))


def test_pages_follow_one_another(filled: Lake) -> None:
    pages = [ids(listing.listed(filled, Wanted(), limit=2, offset=start)) for start in (0, 2, 4)]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [one for page in pages for one in page] == ids(listing.listed(filled, Wanted()))


def test_counts_per_key_keep_made_up_ones_apart(filled: Lake) -> None:
    assert listing.tallied(filled, Wanted(), by="source") == {"000": (3, 1), "001": (1, 0), "sheet": (1, 0)}
    assert listing.tallied(filled, Wanted(real=True), by="status") == {"actual": (3, 0), "target": (1, 0)}
    assert listing.tallied(filled, Wanted(subject="nobody")) == {}
    with pytest.raises(KeyError):
        listing.tallied(filled, Wanted(), by="quote")


def test_subjects_by_kind_are_counted_once(filled: Lake) -> None:
    assert listing.subjects_by_kind(filled, Wanted()) == {"region": 2, "enterprise": 1, "cluster": 1}


def test_years_are_those_the_periods_end_in(filled: Lake) -> None:
    assert listing.years_of(filled, Wanted()) == [2025, 2020]
    assert listing.years_of(filled, Wanted(subject="nobody")) == []


def test_a_corrected_fact_gives_way_however_it_is_asked_for(filled: Lake) -> None:
    write(
        filled,
        "facts",
        [fact(9, natural_key="k\x1f1", value=Decimal(13), supersedes="f1", recorded_at=RECORDED + DAY)],
    )
    for wanted in (
        Wanted(subject="region:330624", indicator="gdp"),
        Wanted(source="000", kind="region", status="actual"),
    ):
        assert ids(listing.listed(filled, wanted)) == ["f9"]
    before = Wanted(subject="region:330624", indicator="gdp", as_of=datetime(2026, 1, 1, 12, tzinfo=UTC))
    assert ids(listing.listed(filled, before)) == ["f1"]


def test_an_undone_batch_is_gone_at_once(filled: Lake) -> None:
    assert listing.counted(filled, Wanted(batch="b2")) == 1
    write(filled, "batches", [undone("b2", RECORDED + DAY)])
    assert listing.counted(filled, Wanted(batch="b2")) == 0


def test_what_was_remembered_is_forgotten_with_the_next_commit(filled: Lake) -> None:
    assert listing.counted(filled, Wanted()) == 5
    write(filled, "facts", [fact(6)])
    assert listing.counted(filled, Wanted()) == 6


def test_the_same_question_is_asked_of_the_lake_once(filled: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    answer = Lake.ask
    monkeypatch.setattr(
        Lake,
        "ask",
        lambda self, query, *rest, **more: asked.append(query) or answer(self, query, *rest, **more),
    )
    for _ in range(3):
        listing.counted(filled, Wanted(subject="region:330624"))
    listing.counted(filled, Wanted(subject="region:330683"))
    assert len(asked) == 2


def test_remembered_rows_cannot_be_spoilt_by_who_reads_them(filled: Lake) -> None:
    first = listing.listed(filled, Wanted(subject="region:330624"))
    first[0]["value"] = None
    assert listing.listed(filled, Wanted(subject="region:330624"))[0]["value"] is not None


def test_one_cell_per_place_and_year(lake: Lake) -> None:
    write(
        lake,
        "facts",
        [
            fact(1, scope="规上"),
            fact(2, value=Decimal(9), base_value=Decimal(9)),
            fact(3, breakdown="industry=轴承"),
            fact(4, subject="region:330683", synthetic=True),
            fact(5, period="2021", period_start=date(2021, 1, 1), period_end=date(2022, 1, 1)),
        ],
    )
    cells = listing.cells_of(lake, Wanted(indicator="gdp"), year=2020)
    assert [(cell["subject"], cell["id"], cell["synthetic"]) for cell in cells] == [
        ("region:330624", "f2", False),
        ("region:330683", "f4", True),
    ]
    assert listing.cells_of(lake, Wanted(indicator="gdp"), year=1999) == []


def test_times_come_back_aware(filled: Lake) -> None:
    assert all(row["recorded_at"].tzinfo is not None for row in listing.listed(filled, Wanted()))  # type: ignore[union-attr]
