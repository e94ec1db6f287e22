"""`jiqun factory oee` and `jiqun factory detect`: files in, answers out, every bad cell at once, no home needed."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from benchmarks.detecting_series import SENSORS, made
from jiqun.actions.factory_series import read_series
from jiqun.cli.main import main
from jiqun.core.errors import InputError, RowErrors

EVENTS = """设备,产线,开始,结束,状态,原因,产品,理论节拍(秒),产量,合格数
CW-01,一线,2026-11-02 20:00,2026-11-02 23:00,运行,,S,3,3000,2940
CW-01,一线,2026-11-02 23:00,2026-11-03 00:30,故障,断料,,,,
CW-01,一线,2026-11-03 00:30,2026-11-03 04:00,运行,,S,3,3600,3600
"""
SHIFTS = "班次,开始,结束,休息,星期\n夜班,20:00,04:00,,1-5\n"


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main(["factory", *(str(word) for word in words)])
    return code, *capsys.readouterr()


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def series(folder: Path, *, kind: str = "imbalance") -> Path:
    one = made(kind, 302)
    lines = ["datetime;" + ";".join(SENSORS) + ";anomaly;changepoint;operator"]
    for at, (row, faulty) in enumerate(zip(one.values, one.faulty, strict=True)):
        cells = [
            "" if (at, n) == (50, 2) else "Bad" if (at, n) == (60, 3) else f"{v:.5f}"
            for n, v in enumerate(row)
        ]
        lines.append(
            f"2026-03-01 {at // 3600:02}:{at // 60 % 60:02}:{at % 60:02};{';'.join(cells)};{int(faulty)}.0;0;王五"
        )
    return written(folder, "series.csv", "\n".join(lines))


def test_oee_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events, shifts = written(tmp_path, "e.csv", EVENTS, "gb18030"), written(tmp_path, "s.csv", SHIFTS)
    code, out, _ = run(capsys, "oee", "--input", events, "--shifts", shifts, "--json")
    told = json.loads(out)
    assert code == 0 and told["ok"] and told["by_shift"][0]["shift"] == "2026-11-02 夜班"
    total = told["total"]
    assert (total["availability"], total["oee_index"]) == (0.8125, 0.68125)
    assert total["times_s"]["pbt"] == 8 * 3600 == sum(step["seconds"] for step in total["waterfall"])
    assert total["quantities"] == {"pq": 6600, "gq": 6540, "sq": 60}


def test_oee_as_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events, shifts = written(tmp_path, "e.csv", EVENTS), written(tmp_path, "s.csv", SHIFTS)
    products = written(tmp_path, "p.csv", "product,ideal_cycle_s\nS,3")
    code, out, _ = run(
        capsys, "oee", "--input", events, "--shifts", shifts, "--products", products, "--minor-below", 60
    )
    assert code == 0 and "81.2%" in out and "68.1%" in out and "断料" in out and "计划忙碌时间 PBT" in out


def test_every_bad_cell_of_a_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = EVENTS.replace("3000", "三千").replace("故障", "跳舞")
    events, shifts = written(tmp_path, "e.csv", bad), written(tmp_path, "s.csv", SHIFTS)
    code, out, _ = run(capsys, "oee", "--input", events, "--shifts", shifts, "--json")
    told = json.loads(out)
    assert code == 10 and [(one["row"], one["column"], one["seen"]) for one in told["errors"]] == [
        (2, "produced", "三千"), (3, "state", "跳舞"),
    ]  # fmt: skip
    code, _, err = run(capsys, "oee", "--input", tmp_path / "none.csv", "--shifts", shifts)
    assert code == 10 and "none.csv" in err


def test_detect_writes_a_row_for_every_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.csv"
    code, told, _ = run(capsys, "detect", "--input", series(tmp_path), "--out", out, "--json")
    answer = json.loads(told)
    assert code == 0 and answer["rows"] == 1200 and answer["trained"] == 480
    assert answer["sensors"] == list(SENSORS)
    codes = {(one["code"], one["where"]) for one in answer["remarks"]}
    assert codes >= {("detect.label_left_out", "anomaly"), ("detect.label_left_out", "changepoint"),
                     ("detect.not_a_sensor", "operator"), ("detect.cells_missing", "pressure")}  # fmt: skip
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1200 and rows[0]["timestamp"] == "2026-03-01 00:00:00"
    assert not any(int(row["alarm"]) for row in rows[:480]) and all(float(row["score"]) >= 0 for row in rows)
    assert sum(int(row["alarm"]) for row in rows) == answer["alarm_rows"] > 0
    assert sum(int(row["changepoint"]) for row in rows) in (
        2 * len(answer["warnings"]),
        2 * len(answer["warnings"]) - 1,
    )
    first = next(row for row in rows if row["alarm"] == "1")
    assert first["changepoint"] == "1" and "vibration" in first["point"] and first["point"] in first["reason"]
    code, _, err = run(capsys, "detect", "--input", tmp_path / "series.csv", "--out", out)
    assert code == 10 and "--force" in err
    code, told, _ = run(
        capsys, "detect", "--input", tmp_path / "series.csv", "--out", out, "--force", "--train-share", 0.3
    )
    assert code == 0 and "前 360 行用来学习" in told


@pytest.mark.parametrize(
    ("text", "share", "code"),
    [
        ("a,b\n1,2\n" * 30, 0.4, "detect.no_time"),
        ("time,b\n" + "2026-01-01 08:00,x\n" * 30, 0.4, "detect.no_sensor"),
        ("time,b\n" + "2026-01-01 08:00,1\n" * 30, 0.4, "detect.too_short"),
        ("time,b\n" + "2026-01-01 08:00,1\n" * 30, 0.95, "detect.bad_share"),
        ("time,b\n" + "2026-01-01 08:00,1\n" * 30 + "yesterday,1\n", 0.4, "factory.refused"),
    ],
)
def test_what_detect_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, share: float, code: str
) -> None:
    path, out = written(tmp_path, "x.csv", text), tmp_path / "out.csv"
    exit_code, told, _ = run(
        capsys, "detect", "--input", path, "--out", out, "--train-share", share, "--json"
    )
    assert exit_code == 10 and json.loads(told)["code"] == code and not out.exists()


def test_series_of_any_make_are_read(tmp_path: Path) -> None:
    comma = read_series(
        written(tmp_path, "a.csv", "时间;温度;流量\n2026-01-01T08:00:00Z;1,5;2\n2026-01-01T08:00:01Z;;-3e2\n")
    )
    assert comma.names == ("温度", "流量") and comma.values.tolist()[:2] == [1.5, 2]
    assert comma.values[2] != comma.values[2] and comma.values[3] == -300
    epoch = read_series(written(tmp_path, "b.csv", "a,ts\n1,1700000000\n2,1700000001\n", "gb18030"))
    assert epoch.names == ("a",) and epoch.stamps == ["1700000000", "1700000001"] and not epoch.remarks
    twice = read_series(written(tmp_path, "c.csv", "when,a,a\n2026-01-01 08:00,1,2\n2026-01-01 07:00,1,2\n"))
    assert twice.names == ("a", "a (2)") and [one.code for one in twice.remarks] == ["detect.out_of_order"]
    zipped = tmp_path / "d.csv.gz"
    zipped.write_bytes(gzip.compress("time,温度\n2026-01-01 08:00,1\n".encode("gb18030")))
    assert read_series(zipped).names == ("温度",)


def test_files_that_are_no_series(tmp_path: Path) -> None:
    for name, content, code in (("a.csv", b"", "gate.empty_file"), ("b.csv", b"time,a\x00\n", "gate.not_a_table"),
                                ("c.csv", b"time,a\n\xff\xff\xff", "gate.not_utf8"),
                                ("d.csv", b"PK\x03\x04xx", "gate.not_a_table"),
                                ("e.csv", b"\x1f\x8bxx", "gate.unreadable")):  # fmt: skip
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InputError) as refused:
            read_series(path)
        assert refused.value.code == code


def test_every_bad_timestamp_is_told(tmp_path: Path) -> None:
    path = written(
        tmp_path, "x.csv", "time,a\n" + "2026-01-01 08:00,1\n" * 20 + "x,1\n2026-01-01 08:00,1\ny,1\n"
    )
    with pytest.raises(RowErrors) as refused:
        read_series(path)
    assert [(one.row, one.seen) for one in refused.value.errors] == [(22, "x"), (24, "y")]
