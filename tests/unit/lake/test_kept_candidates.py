"""The kept index: the same answers as the one just built, and nothing at all when it is stale, cut short or damaged."""

from pathlib import Path

import pytest
from names_house import decided, index

from jiqun.lake.candidates import CandidateIndex
from jiqun.lake.kept_candidates import MOST_FILES, SUFFIX, KeptCandidates

NAMES = (
    "新昌恒泽轴承", "恒泽轴承厂", "余姚科博特模具塑料厂", "浙江振鑫电气有限公司", "宁波甬涵精密机械", "温州市远涛革制品厂",
    "试样银行望春支行", "没有这一家有限公司",
)  # fmt: skip


def kept(folder: Path, *, recipe: str = "words", stamp: str = "1/2/3") -> KeptCandidates:
    return KeptCandidates(folder, recipe=recipe, stamp=stamp)


def file_of(folder: Path) -> Path:
    (found,) = folder.glob("*" + SUFFIX)
    return found


@pytest.fixture
def built() -> CandidateIndex:
    return index()


def test_it_answers_as_the_one_it_was_kept_from(tmp_path: Path, built: CandidateIndex) -> None:
    assert kept(tmp_path / "cache").load("all") is None
    kept(tmp_path / "cache").save("all", built)
    again = kept(tmp_path / "cache").load("all")
    assert again is not None and again.known == built.known and again.keys == built.keys
    assert [decided(name, again) for name in NAMES] == [decided(name, built) for name in NAMES]
    assert {decided(name, again).decision for name in NAMES} >= {"match", "none"}


def test_only_its_owner_may_read_the_file(tmp_path: Path, built: CandidateIndex) -> None:
    kept(tmp_path).save("all", built)
    assert file_of(tmp_path).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("other", [{"stamp": "1/2/4"}, {"recipe": "other words"}])
def test_made_of_something_else_it_is_dropped(
    tmp_path: Path, built: CandidateIndex, other: dict[str, str]
) -> None:
    kept(tmp_path).save("all", built)
    assert kept(tmp_path, **other).load("all") is None
    assert list(tmp_path.iterdir()) == []


def test_one_person_does_not_get_the_view_of_another(tmp_path: Path, built: CandidateIndex) -> None:
    kept(tmp_path).save("all", built)
    assert kept(tmp_path).load("some") is None
    theirs = file_of(tmp_path)
    kept(tmp_path).save("some", built)
    (mine,) = set(tmp_path.iterdir()) - {theirs}
    theirs.replace(mine)
    assert kept(tmp_path).load("some") is None and list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_dropped(tmp_path: Path, built: CandidateIndex) -> None:
    kept(tmp_path).save("all", built)
    path = file_of(tmp_path)
    whole = path.read_bytes()
    size = len(whole)
    damaged = [whole[:n] for n in (0, 1, 40, size // 2, size - 8, size - 1)]
    damaged += [whole[:n] + bytes([whole[n] ^ 1]) + whole[n + 1 :] for n in (0, 9, 60, size // 2, size - 1)]
    damaged += [b"null\n", b"[]\n" + whole, b"\xff\xfe", whole + b"x"]
    for data in damaged:
        path.write_bytes(data)
        assert kept(tmp_path).load("all") is None
        assert not path.exists()
    path.write_bytes(whole)
    assert kept(tmp_path).load("all") is not None


def test_what_no_longer_holds_and_what_is_too_much_goes_away(tmp_path: Path, built: CandidateIndex) -> None:
    kept(tmp_path).save("of old", built)
    kept(tmp_path, stamp="2/2/3").save("all", built)
    assert kept(tmp_path, stamp="2/2/3").load("all") is not None and file_of(tmp_path)
    for n in range(MOST_FILES + 1):
        kept(tmp_path, stamp="2/2/3").save(f"sight {n}", built)
    assert len(list(tmp_path.iterdir())) == MOST_FILES
    assert kept(tmp_path, stamp="2/2/3").load(f"sight {MOST_FILES}") is not None


def test_where_nothing_can_be_kept_work_goes_on(tmp_path: Path, built: CandidateIndex) -> None:
    (tmp_path / "cache").write_text("in the way")
    kept(tmp_path / "cache").save("all", built)
    assert (tmp_path / "cache").read_text() == "in the way"
    assert kept(tmp_path / "cache").load("all") is None
