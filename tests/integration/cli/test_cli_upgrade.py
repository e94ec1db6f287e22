"""Homes of earlier versions: `init` brings them to this one, and they answer what they answered then."""

import json
import zipfile
from pathlib import Path

import pytest
from cli_house import House, firm, table

HOMES = Path(__file__).resolve().parents[2] / "fixtures" / "homes"
VERSIONS = sorted(path.name for path in HOMES.iterdir() if path.is_dir())
QUESTIONS = {
    "gdp": ("facts", "region:330624", "--indicator", "gdp"),
    "gdp_then": ("facts", "region:330624", "--indicator", "gdp", "--as-of", "2024-03-01"),
    "search": ("subjects", "search", "测试0002号"),
    "batches": ("batches", "list"),
    "accounts": ("accounts", "list"),
}


def told_then(version: str) -> dict[str, dict[str, object]]:
    return json.loads((HOMES / version / "expected.json").read_text(encoding="utf-8"))


def unpacked(version: str, target: Path) -> House:
    with zipfile.ZipFile(HOMES / version / "home.zip") as archive:
        archive.extractall(target)
    return House(target)


def holds(then: object, now: object) -> bool:
    """Is everything that was answered then still answered? New fields may stand beside it."""
    if isinstance(then, dict):
        return isinstance(now, dict) and all(
            name in now and holds(value, now[name]) for name, value in then.items()
        )
    if isinstance(then, list):
        return isinstance(now, list) and len(then) == len(now) and all(map(holds, then, now))
    return then == now


def check_answers(house: House, version: str) -> None:
    for name, answer in told_then(version).items():
        now = house.json(*QUESTIONS[name])
        assert holds(answer, now), f"{name}: {answer}\nnow: {now}"


def test_this_version_has_its_fixture() -> None:
    import jiqun

    assert ".".join(jiqun.__version__.split(".")[:2]) in VERSIONS, "run tools/make_home_fixture.py"
    for version in VERSIONS:
        assert sum(path.stat().st_size for path in (HOMES / version).iterdir()) < 300_000


@pytest.mark.parametrize("version", VERSIONS)
def test_an_old_home_is_brought_up_and_goes_on_working(version: str, tmp_path: Path) -> None:
    house = unpacked(version, tmp_path / "home")
    house.json("init")
    check_answers(house, version)
    waiting = [row for row in house.json("batches", "list")["batches"] if row["counts"]["quarantined"]]  # type: ignore[attr-defined]
    assert len(house.json("batches", "show", waiting[0]["id"])["waiting"]) == 1  # type: ignore[arg-type]
    again = house.json(
        "import", "enterprises", table(tmp_path / "l.csv", [firm(2), firm(3), firm(9)]), "--source", "list"
    )
    assert (again["unchanged"], again["created"]) == (2, 1)
    updating = next(row for row in house.json("batches", "list")["batches"] if row["counts"]["updated"] == 1
                    and row["kind"] == "enterprises")  # type: ignore[attr-defined]  # fmt: skip
    assert house.json("batches", "undo", updating["id"])["restored"] == 1
    assert house.json("engine", "check")["ok"] is True


@pytest.mark.parametrize("version", VERSIONS)
def test_an_old_backup_is_restored_into_this_version(version: str, tmp_path: Path) -> None:
    house = House(tmp_path / "home")
    house.json("restore", HOMES / version / "backup.zip")
    check_answers(house, version)
    house.json("import", "enterprises", table(tmp_path / "l.csv", [firm(2), firm(9)]), "--source", "list")
