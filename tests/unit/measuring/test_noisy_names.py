"""The evaluation of matching: what the generator promises holds, figures are reckoned right, and the aims are met."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import matching
from benchmarks.matching_names import EACH, KINDS, NONE, Case, Maker, cases, read
from benchmarks.matching_register import matching_register

ROWS = 4000


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return matching_register(tmp_path_factory.mktemp("register"), ROWS)[0]


@pytest.fixture(scope="module")
def made(register: Path) -> list[Case]:
    return Maker(read(register)).cases()


def test_how_many_of_what(made: list[Case]) -> None:
    assert len(made) >= 12_000 and len(made) <= NONE * 6
    assert Counter(case.kind for case in made) == {**dict.fromkeys(KINDS, EACH), "not_in_register": NONE}
    for kind in {case.kind for case in made}:
        some = [case for case in made if case.kind == kind]
        assert 0.45 <= sum(case.bare for case in some) / len(some) <= 0.6
        assert sum(case.held_out for case in some) * 2 == len(some)
        assert abs(sum(case.bare and case.held_out for case in some) / len(some) - 0.25) < 0.06


def test_the_labels_are_true(made: list[Case], register: Path) -> None:
    rows = {row["uscc"]: row for row in read(register)}
    names = {row["name"] for row in rows.values()}
    for case in made:
        assert (case.truth in rows) is (case.kind != "not_in_register")
        assert case.name not in names - {rows[case.truth]["name"]} if case.truth else case.name not in names
        assert not case.truth or case.name != rows[case.truth]["name"]


def test_the_seed_is_fixed(made: list[Case], register: Path) -> None:
    assert Maker(read(register)).cases() == made
    assert cases(register, held_out=True) == [case for case in made if case.held_out]


def test_figures() -> None:
    asked = [Case("a", "x", truth) for truth in ("1", "2", "3", "", "")]
    answers = [("match", "1"), ("match", "9"), ("review", "3"), ("none", ""), ("match", "7")]
    assert matching.overall(asked, answers) == {
        "names": 5, "f1": round(2 / 6, 4), "precision": round(1 / 3, 4), "recall": round(1 / 3, 4), "review": 0.2,
        "wrong": 2,
    }  # fmt: skip
    assert matching.overall(asked[3:], [("none", ""), ("none", "")])["precision"] is None


def test_pairs_by_hand() -> None:
    """At least 150, each once, some of no enterprise."""
    with matching.PAIRS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 150 and len({row["written"] for row in rows}) == len(rows)
    assert 20 <= sum(not row["uscc"] for row in rows) <= len(rows) / 2


@pytest.mark.shared
@pytest.mark.slow
def test_the_aims_are_met_on_the_tuning_half(shared_data: Path) -> None:
    """A thousand names of the tuning half and all pairs by hand, against the whole register."""
    from benchmarks.matching_ours import measured
    from benchmarks.register import REAL

    asked = cases(REAL, held_out=False)[::6]
    answers, told = measured(str(REAL), asked)
    figures = matching.overall(asked, answers)
    assert figures["f1"] >= 0.98 and figures["precision"] >= 0.995 and figures["review"] <= 0.05, figures  # type: ignore[operator]
    assert told["index_mb"] < 400
    by_hand = matching.hand_pairs(str(REAL))
    assert by_hand["wrong"] == 0 and by_hand["recall"] > 0.88, by_hand  # type: ignore[operator]
