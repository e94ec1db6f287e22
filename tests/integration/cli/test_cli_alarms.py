"""Alarms on the command line: list, acknowledge, shelve, journal, limits from a file, warnings; sentences and exit codes."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cli_house import House, firm, table

from jiqun.actions.desk import ZONE
from jiqun.cli.alarms import until_of
from jiqun.core.errors import InputError

EDGE = Path(__file__).parents[3] / "example/edge"
NOW = datetime(2026, 11, 22, 16, 0, tzinfo=ZONE)


def build(house: House, tmp_path: Path) -> None:
    """A factory of an enterprise."""
    house.json("import", "enterprises", table(tmp_path / "list.csv", [firm(1)]), "--source", "list")
    with closing(sqlite3.connect(house.home / "ledger.sqlite3")) as ledger, ledger:
        ledger.execute(
            "INSERT INTO ledger_factory (key, name, subject, region, synthetic, active, made_by, made_at)"
            " SELECT 'spring', '试验弹簧厂', key, '330624', 0, 1, 'test', '2026-11-22'"
            " FROM ledger_subject WHERE kind = 'enterprise'"
        )


def test_a_day_with_alarms(house: House, tmp_path: Path) -> None:
    assert house.json("alarms", "list", code=10)["code"] == "alarm.which_factory"
    assert house.json("alarms", "list", "--site", "none", code=10)["code"] == "factory.unknown"
    build(house, tmp_path)
    loaded = house.json("alarms", "load", EDGE / "spring/alarms.toml")
    assert (loaded["limits"], loaded["watches"]) == (9, 3)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(
        '[[alarm]]\nkey = "A!"\npoint = "p"\nname = "甲"\nside = "high"\nsetpoint = 1\n', encoding="utf-8"
    )
    refused = house.json("alarms", "load", wrong, code=10)
    assert (refused["code"], refused["errors"][0]["row"]) == ("alarm.limits_refused", 2)  # type: ignore[index]
    assert house.json("alarms", "list")["watched_at"] is None
    assert "未知" in house.run("--lang", "zh", "alarms", "list").out
    assert house.json("alarms", "ack", "furnace.hot", code=None)["code"] == "alarm.state"
    assert house.json("alarms", "ack", "none", code=10)["code"] == "alarm.no_such_limit"
    until = house.json("alarms", "shelve", "furnace.cold", "--why", "开机升温", "--until", "2h")["alarm"]
    assert until["state"] == "shelved"  # type: ignore[index]
    assert (
        house.json("alarms", "shelve", "air.low", "--why", "x", "--until", "soon", code=10)["code"]
        == "alarm.bad_until"
    )
    (shelved,) = house.json("alarms", "list")["rows"]  # type: ignore[misc]
    assert shelved["key"] == "furnace.cold"
    assert len(house.json("alarms", "list", "--all")["rows"]) == 9  # type: ignore[arg-type]
    assert "正常" in house.run("--lang", "zh", "alarms", "unshelve", "furnace.cold").out
    journal = house.json("alarms", "journal")
    assert [one["name"] for one in journal["rows"]] == ["unshelve", "shelve"]  # type: ignore[union-attr]
    assert "开机升温" in house.run("alarms", "journal").out
    assert len(house.json("alarms", "limits")["limits"]) == 9  # type: ignore[arg-type]
    assert all(one["learning"] for one in house.json("alarms", "watches")["watches"])  # type: ignore[union-attr]
    assert house.json(
        "alarms", "retrain", "air.pressure", "--from", "2026-11-22 08:00", "--to", "2026-11-22 10:00"
    )["ok"]
    assert house.json("alarms", "warnings")["worth"]["precision"] is None  # type: ignore[index]
    assert "unknown" in house.run("--lang", "en", "alarms", "warnings").out
    assert house.json("alarms", "judge", "7", "useful", code=10)["code"] == "drift.no_such_warning"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("90m", NOW + timedelta(minutes=90)), ("2h", NOW + timedelta(hours=2)), ("30分钟", NOW + timedelta(minutes=30)),
        ("2026-11-22 18:30", datetime(2026, 11, 22, 18, 30, tzinfo=ZONE)),
    ],
)  # fmt: skip
def test_until_when(text: str, wanted: datetime) -> None:
    assert until_of(text, NOW) == wanted


@pytest.mark.parametrize("text", ["", "soon", "2 days", "-3h"])
def test_what_is_no_instant(text: str) -> None:
    with pytest.raises(InputError, match=r"alarm\.bad_until"):
        until_of(text, NOW)
