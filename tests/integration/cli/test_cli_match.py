"""`jiqun match`: a list in, an answer out; killed anywhere, the same command goes on; nothing is written over unasked."""

from collections.abc import Callable
from pathlib import Path

from cli_house import House, firm, table

FIRMS = 40


def listed(path: Path, count: int = 30) -> Path:
    """A list without codes, each name written in another way."""
    ways = ("{}", "{}（浙江）", " {} ", "{}有限责任公司", "无此企业{}")
    names = [firm(n % FIRMS)[0] for n in range(count)]
    written = [
        ways[n % 5].format(name.removesuffix("有限公司") if n % 5 == 3 else name)
        for n, name in enumerate(names)
    ]
    return table(path, [(name, "新昌县") for name in written], ("单位名称", "区县"))


def test_a_list(house: House, firms: Callable[..., Path], tmp_path: Path) -> None:
    house.run("import", "enterprises", firms(FIRMS), "--source", "register")
    out = tmp_path / "out.csv"
    words = (
        "match",
        listed(tmp_path / "list.csv"),
        "--name-col",
        "单位名称",
        "--region-col",
        "区县",
        "--out",
        out,
    )
    told = house.json(*words)
    assert told["ok"] and told["rows"] == 30 and told["match"] == 24 and told["none"] == 6
    before = out.read_bytes()
    refused = house.json(*words, code=10)
    assert refused["code"] == "export.file_exists" and out.read_bytes() == before
    house.run(*words, "--force", "--processes", 1)
    assert out.read_bytes() == before


def test_a_column_that_is_not_there(house: House, tmp_path: Path) -> None:
    words = ("match", listed(tmp_path / "list.csv"), "--name-col", "名称", "--out", tmp_path / "out.csv")
    told = house.json(*words, code=10)
    assert told["code"] == "match.no_such_column" and "单位名称" in str(told["error"])


def test_killed_and_run_again(house: House, firms: Callable[..., Path], tmp_path: Path) -> None:
    house.run("import", "enterprises", firms(FIRMS), "--source", "register")
    path = listed(tmp_path / "list.csv", 8_000)
    words = ("match", path, "--name-col", "单位名称", "--processes", 1, "--out")
    whole, out = tmp_path / "whole.csv", tmp_path / "out.csv"
    partial = tmp_path / "out.csv.partial"
    killed = house.kill_when(lambda _: partial.exists() and partial.stat().st_size > 60_000, *words, out)
    assert killed and not out.exists()
    told = house.json(*words, out)
    assert told["resumed"] > 0 and told["rows"] == 8_000
    house.run(*words, whole)
    assert out.read_bytes() == whole.read_bytes()
    assert not partial.exists()
