"""Facts stay recorded under their subject; questions see them under the one it goes by today."""

from collections.abc import Mapping

import pytest
from lake_rows import fact, write

from jiqun.lake import listing
from jiqun.lake.compile import compile_query, table
from jiqun.lake.facts import FactReader
from jiqun.lake.listing import Wanted
from jiqun.lake.store import Lake

OLD, NEW, OTHER = "enterprise:A", "enterprise:B", "enterprise:C"


@pytest.fixture
def filled(lake: Lake) -> Lake:
    """Two facts of one enterprise, one of another, one of a third."""
    write(
        lake,
        "facts",
        [fact(1, subject=OLD), fact(2, subject=OLD), fact(3, subject=NEW), fact(4, subject=OTHER)],
    )
    return lake


def tallied(lake: Lake) -> Mapping[str, int]:
    """Facts per subject."""
    return {key: count for key, (count, _) in listing.tallied(lake, Wanted()).items()}


def test_a_merge_is_followed_and_left_again(filled: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tallied(filled) == {OLD: 2, NEW: 1, OTHER: 1}
    with monkeypatch.context() as patched:
        patched.setattr(filled, "identities", lambda: {OLD: NEW})
        assert tallied(filled) == {NEW: 3, OTHER: 1}  # and no remembered answer is given
        assert [row["id"] for row in listing.listed(filled, Wanted(subject=NEW))] == ["f1", "f2", "f3"]
        assert listing.listed(filled, Wanted(subject=OLD)) == []
        assert {row["subject"] for row in FactReader(filled).facts()} == {NEW, OTHER}
        assert FactReader(filled).coverage()["kind"][0]["subjects"] == 2
    assert tallied(filled) == {OLD: 2, NEW: 1, OTHER: 1}
    assert FactReader(filled).coverage()["kind"][0]["subjects"] == 3


def test_writers_see_what_is_recorded(filled: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filled, "identities", lambda: {OLD: NEW})
    reader = FactReader(filled)
    assert set(reader.told_by_others([OLD, NEW], "b9")) == {OLD, NEW}
    assert reader.remembers(OLD)
    everything = compile_query(table("facts").select("id", "subject").order_by("id"))
    assert [row[1] for row in filled.ask(everything, as_recorded=True)] == [OLD, OLD, NEW, OTHER]
    assert [row[1] for row in filled.ask(everything)] == [NEW, NEW, NEW, OTHER]


def test_private_statements_follow_today_too(filled: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filled, "identities", lambda: {OLD: NEW})
    own = Wanted(withheld=("000",), seen=(NEW,))
    assert [row["id"] for row in listing.listed(filled, own)] == ["f1", "f2", "f3"]
