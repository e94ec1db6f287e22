"""Exports: what one may read and no more, the synthetic column always, one line of the trail each."""

import csv
from pathlib import Path

import duckdb
import pytest
from web_house import CLUSTER, SHENGZHOU, SYSTEM, XINCHANG, House, key_of

from jiqun.actions import audit as audit_acts
from jiqun.actions import exports
from jiqun.actions.exports import ExportAsk
from jiqun.actions.reading.audit import Narrowing
from jiqun.core.errors import InputError, NotAllowed, NotFound
from jiqun.ledger import audit
from jiqun.ledger.permissions import NOBODY


def taken(house: House, tmp_path: Path, role: str, **asked: object) -> list[dict[str, str]]:
    """Rows of a CSV export."""
    path = tmp_path / "out.csv"
    ask = ExportAsk(**{"what": "facts", "form": "csv", **asked})  # type: ignore[arg-type]
    by = house.actor(role) if role else SYSTEM
    report = exports.export(house.desk, ask, path, by=by, at=house.desk.now())
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert report.rows == len(rows)
    assert report.bytes == path.stat().st_size
    return rows


def test_everything_for_who_may_read_everything(house: House, tmp_path: Path) -> None:
    rows = taken(house, tmp_path, "administrator")
    assert {row["subject"] for row in rows} == {
        key_of(county, n) for county in (XINCHANG, SHENGZHOU) for n in range(3)
    }
    assert {row["synthetic"] for row in rows} == {"0"}
    assert "natural_key" not in rows[0]


PRIVATE = {
    "county_officer": 3,
    "other_county": 3,
    "cluster_office": 1,
    "enterprise": 1,
    "analyst": 0,
    "auditor": 0,
}


@pytest.mark.parametrize(("role", "count"), PRIVATE.items())
def test_private_facts_only_for_whose_they_are(house: House, tmp_path: Path, role: str, count: int) -> None:
    assert len(taken(house, tmp_path, role)) == count


def test_narrowed_by_what_is_asked(house: House, tmp_path: Path) -> None:
    assert len(taken(house, tmp_path, "", subject=key_of(XINCHANG))) == 1
    assert len(taken(house, tmp_path, "", batch=house.batches[SHENGZHOU])) == 3
    assert len(taken(house, tmp_path, "", indicator="revenue")) == 6
    assert taken(house, tmp_path, "", status="target") == []
    assert len(taken(house, tmp_path, "", what="enterprises", region=XINCHANG)) == 3
    assert len(taken(house, tmp_path, "", what="enterprises", region="330600")) == 6
    assert len(taken(house, tmp_path, "", what="enterprises", cluster=CLUSTER)) == 1


def test_an_enterprise_only_a_private_sheet_knows(house: House, tmp_path: Path) -> None:
    rows = [("新昌县只在内部有限公司", "", "浙江省绍兴市新昌县人民路7号", "1")]
    house.load(
        ("企业名称", "统一社会信用代码", "地址", "x"),
        rows,
        f"sheet_{XINCHANG}",
        house.actor("county_officer"),
    )
    asked = {"what": "enterprises", "q": "只在内部"}
    assert len(taken(house, tmp_path, "county_officer", **asked)) == 1
    for role in ("other_county", "analyst"):
        assert taken(house, tmp_path, role, **asked) == []


def test_the_formats_agree(house: House, tmp_path: Path) -> None:
    by, at = house.actor("administrator"), house.desk.now()
    for form in ("parquet", "xlsx"):
        report = exports.export(house.desk, ExportAsk("facts", form), tmp_path / f"a.{form}", by=by, at=at)
        assert report.rows == 6
    (values,) = duckdb.sql(
        f"SELECT count(*), sum(value), bool_or(synthetic) FROM '{tmp_path / 'a.parquet'}'"
    ).fetchall()
    assert (values[0], int(values[1]), values[2]) == (6, 2 * (1000 + 1001 + 1002), False)


@pytest.mark.parametrize(
    "asked",
    [{"what": "people"}, {"form": "ods"}, {"subject": "region:999999"}, {"indicator": "none"}, {"source": "none"},
     {"region": "999999"}, {"cluster": "cluster:none"}],
)  # fmt: skip
def test_what_cannot_be_is_an_error_and_leaves_no_file(
    house: House, tmp_path: Path, asked: dict[str, str]
) -> None:
    with pytest.raises((InputError, NotFound)):
        taken(house, tmp_path, "administrator", **asked)
    assert list(tmp_path.iterdir()) == []


def test_more_rows_than_are_handed_out(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIQUN_EXPORT_ROWS", "2")
    for what in exports.WHAT:
        with pytest.raises(InputError, match="too_many_rows"):
            taken(house, tmp_path, "administrator", what=what)


def test_each_export_is_on_the_trail(house: House, tmp_path: Path) -> None:
    taken(house, tmp_path, "analyst", indicator="revenue")
    (event,) = audit.list_page(action="export").rows
    assert (event.action, event.detail["indicator"], event.detail["rows"]) == ("export.facts", "revenue", 0)


def test_strangers_take_nothing(house: House, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        exports.export(
            house.desk, ExportAsk("facts", "csv"), tmp_path / "a.csv", by=NOBODY, at=house.desk.now()
        )


def test_the_trail_is_handed_out_narrowed(house: House, tmp_path: Path) -> None:
    by, at, path = house.actor("auditor"), house.desk.now(), tmp_path / "a.csv"
    count = audit_acts.export(house.desk, path, "csv", Narrowing(action="account"), by=by, at=at)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == count > 10
    assert {row["action"].partition(".")[0] for row in rows} == {"account"}
    with pytest.raises(NotAllowed):
        audit_acts.export(house.desk, path, "csv", Narrowing(), by=house.actor("analyst"), at=at)
    with pytest.raises(InputError, match="bad_day"):
        audit_acts.export(house.desk, path, "csv", Narrowing(since="昨天"), by=by, at=at)
