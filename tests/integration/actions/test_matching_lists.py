"""Matching as an action: who may match against what, the line of the trail, the list written out, stopped and gone on."""

import csv
from pathlib import Path
from typing import Any

import pytest
from action_world import SYSTEM, World, firm, key_of, officer
from gate_rows import LIST_HEADER

from jiqun.actions import matching, matching_files
from jiqun.actions.matching import match_names
from jiqun.actions.matching_files import MatchOrder, MatchReport, match_file
from jiqun.brain.matching import Asked, Decision
from jiqun.core.errors import InputError, NotAllowed
from jiqun.lake.candidates import CandidateIndex
from jiqun.ledger import audit
from jiqun.ledger.permissions import NOBODY, Actor
from jiqun.ledger.roles import ROLES, Permission

NAMES = ("新昌试样轴承1号有限责任公司", "浙江省新昌县试样轴承3号有限公司", "新昌县试样纺织1号有限公司", "")


@pytest.fixture
def filled(world: World) -> World:
    """Five enterprises of 新昌."""
    world.load("enterprises", LIST_HEADER, [firm(n) for n in range(1, 6)])
    return world


def rows(names: tuple[str, ...] = NAMES) -> list[Asked]:
    return [Asked(n, name) for n, name in enumerate(names, start=2)]


def answered(decisions: list[Decision]) -> list[tuple[int, str, str]]:
    return [(one.asked.row, one.decision, one.best.subject if one.best else "") for one in decisions]


def test_names_are_decided_in_order(filled: World) -> None:
    told = answered(list(match_names(filled.desk, SYSTEM, rows())))
    assert [one[:2] for one in told] == [(2, "match"), (3, "match"), (4, "none"), (5, "none")]
    assert [one[2] for one in told[:2]] == [key_of(1), key_of(3)]


def test_a_call_leaves_one_line_of_the_trail(filled: World) -> None:
    list(match_names(filled.desk, SYSTEM, rows()))
    lines = [one for one in audit.list_page().rows if one.action == "match.names"]
    assert [one.detail for one in lines] == [{"rows": len(NAMES)}]


def test_processes_make_no_difference(filled: World) -> None:
    many = rows(NAMES * 200)
    alone = list(match_names(filled.desk, SYSTEM, many))
    assert list(match_names(filled.desk, SYSTEM, many, processes=2)) == alone


def test_what_comes_in_later_is_found(filled: World) -> None:
    late = rows(("新昌县试样轴承7号有限公司",))
    assert answered(list(match_names(filled.desk, SYSTEM, late)))[0][1] != "match"
    filled.load("enterprises", LIST_HEADER, [firm(7)])
    assert answered(list(match_names(filled.desk, SYSTEM, late))) == [(2, "match", key_of(7))]


def test_the_index_is_kept_in_the_home_and_built_anew_when_enterprises_change(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[int] = []
    index = matching.CandidateIndex

    def counted(*told: Any, **more: Any) -> CandidateIndex:
        built.append(1)
        return index(*told, **more)

    monkeypatch.setattr(matching, "CandidateIndex", counted)

    def asked_anew() -> list[Decision]:
        monkeypatch.setattr(matching, "_kept", {})
        return list(match_names(filled.desk, SYSTEM, rows()))

    first = asked_anew()
    assert asked_anew() == first and len(built) == 1
    (kept,) = (filled.desk.home / "cache").iterdir()
    kept.write_bytes(kept.read_bytes()[:-9])
    assert asked_anew() == first and len(built) == 2
    filled.load("enterprises", LIST_HEADER, [firm(7)])
    assert asked_anew() == first and len(built) == 3
    assert len(list((filled.desk.home / "cache").iterdir())) == 1


def test_a_private_sheet_of_another_county_is_not_matched_against(world: World) -> None:
    """What only an office's sheet knows is found by who may read it, and by nobody else."""
    world.load("enterprises", LIST_HEADER, [firm(1)], source="sheet")
    asked = rows(("新昌县试样轴承1号有限公司",))

    def found(actor: Actor) -> str:
        return answered(list(match_names(world.desk, actor, asked)))[0][1]

    assert found(SYSTEM) == "match"
    assert found(officer("county_officer", "region", "330624")) == "match"
    assert found(officer("county_officer", "region", "330683")) == "none"
    assert found(officer("analyst")) == "none"


@pytest.mark.parametrize("role", ROLES)
def test_each_role(filled: World, tmp_path: Path, role: str) -> None:
    """Who may read may match; who may export may have the list written."""
    actor = officer(role, "all")
    may = ROLES[role].permissions
    path = table(tmp_path)
    order = MatchOrder(path, {"name": "名称"}, tmp_path / "out.csv")
    for needed, act in (
        ({Permission.READ_PUBLIC}, lambda: list(match_names(filled.desk, actor, rows()))),
        ({Permission.READ_PUBLIC, Permission.EXPORT}, lambda: run(filled, order, actor)),
    ):
        if needed <= may:
            assert act()
        else:
            with pytest.raises(NotAllowed):
                act()


def test_nobody_may_not(filled: World) -> None:
    with pytest.raises(NotAllowed):
        match_names(filled.desk, NOBODY, rows())


def table(folder: Path, names: tuple[str, ...] = NAMES, encoding: str = "utf-8") -> Path:
    path = folder / "名单.csv"
    path.write_bytes(("名称,备注\n" + "".join(f"{name},x\n" for name in names)).encode(encoding))
    return path


def run(world: World, order: MatchOrder, actor: Actor = SYSTEM) -> MatchReport:
    return match_file(world.desk, order, by=actor, at=world.now())


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_list_is_written_row_by_row(filled: World, tmp_path: Path, encoding: str) -> None:
    out = tmp_path / "out.csv"
    report = run(filled, MatchOrder(table(tmp_path, encoding=encoding), {"name": "名称"}, out))
    assert (report.rows, dict(report.counts), report.resumed) == (4, {"match": 2, "none": 2}, 0)
    told = read(out)
    assert [row["row"] for row in told] == ["2", "3", "4", "5"]
    assert told[0]["uscc"] == key_of(1).partition(":")[2] and told[0]["matched_name"] == firm(1)[0]
    assert "组织形式" in told[0]["evidence"] and 0.9 < float(told[0]["score"]) <= 1
    assert told[2]["uscc"] == "" and told[2]["evidence"] == "没有足够相近的企业"
    assert told[3]["evidence"] == "这一行没有名称"
    assert not list(tmp_path.glob("*.partial")) and not list(tmp_path.glob("*.written"))
    (line,) = [one for one in audit.list_page().rows if one.action == "match.file"]
    assert line.detail["match"] == 2 and line.detail["file"] == "名单.csv"


def test_a_workbook_and_another_language(filled: World, tmp_path: Path) -> None:
    import openpyxl

    out = tmp_path / "out.xlsx"
    run(filled, MatchOrder(table(tmp_path), {"name": "名称"}, out, lang="en"))
    sheet = openpyxl.load_workbook(out).active
    assert sheet is not None
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0][:4] == ("row", "name", "decision", "uscc")
    assert lines[1][2] == "match" and "legal form" in str(lines[1][6])


def test_no_cell_can_act_as_a_formula(filled: World, tmp_path: Path) -> None:
    names = ('"=HYPERLINK(""x"")"', "@新昌县试样轴承1号有限公司", "+1-2")
    out = tmp_path / "out.csv"
    run(filled, MatchOrder(table(tmp_path, names), {"name": "名称"}, out))
    assert all(row["name"].startswith("'") for row in read(out))
    assert read(out)[1]["decision"] == "match"


def test_a_column_that_is_not_there(filled: World, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run(filled, MatchOrder(table(tmp_path), {"name": "企业"}, tmp_path / "out.csv"))
    assert caught.value.code == "match.no_such_column" and caught.value.facts["allowed"] == "名称、备注"
    with pytest.raises(InputError, match=r"export\.unknown_format"):
        run(filled, MatchOrder(table(tmp_path), {"name": "名称"}, tmp_path / "out.txt"))


class StoppedError(Exception):
    """Ctrl-C."""


def stop_after(pieces: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let so many pieces be decided, then stop."""
    decide, left = matching.Matcher.decide, [pieces]

    def counted(self: matching.Matcher, asked: Asked) -> Decision:
        if left[0] == 0:
            raise StoppedError
        left[0] -= 1
        return decide(self, asked)

    monkeypatch.setattr(matching.Matcher, "decide", counted)


@pytest.mark.parametrize("torn", ["", "[12,", "[9999999, 1]\n", "\x00\x00"])
def test_stopped_and_gone_on(
    filled: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, torn: str
) -> None:
    """What was decided is kept; a torn last line is decided again; the answer is the one of a run in one go."""
    monkeypatch.setattr(matching, "CHUNK", 3)
    monkeypatch.setattr(matching_files, "CHUNK", 3)
    whole, out = tmp_path / "whole.csv", tmp_path / "out.csv"
    path = table(tmp_path, NAMES * 5)
    run(filled, MatchOrder(path, {"name": "名称"}, whole))
    with monkeypatch.context() as context:
        stop_after(7, context)
        with pytest.raises(StoppedError):
            run(filled, MatchOrder(path, {"name": "名称"}, out))
    assert not out.exists()
    with (tmp_path / "out.csv.partial").open("a", encoding="utf-8") as file:
        file.write(torn)
    report = run(filled, MatchOrder(path, {"name": "名称"}, out))
    assert (report.resumed, report.rows) == (6, 20)
    assert out.read_bytes() == whole.read_bytes()


def test_another_list_begins_anew(filled: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "CHUNK", 2)
    monkeypatch.setattr(matching_files, "CHUNK", 2)
    out = tmp_path / "out.csv"
    with monkeypatch.context() as context:
        stop_after(3, context)
        with pytest.raises(StoppedError):
            run(filled, MatchOrder(table(tmp_path), {"name": "名称"}, out))
    report = run(filled, MatchOrder(table(tmp_path, NAMES[::-1]), {"name": "名称"}, out))
    assert report.resumed == 0 and [row["name"] for row in read(out)] == list(NAMES[::-1])
