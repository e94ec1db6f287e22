"""A file of firms: read whole or refused whole, each bad cell with its sentence."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from rules_house import PACKS, catalogue

from jiqun.core.errors import RowErrors
from jiqun.core.messages import Messages
from jiqun.core.states import NEVER
from jiqun.rules.firms import Firms, firms_of

D = Decimal

ON = date(2023, 9, 1)


def read(text: str) -> Firms:
    rows = list(csv.reader(io.StringIO(text)))
    return firms_of(rows, catalogue(), file="firms.csv", on=ON)


def test_columns_by_their_names_or_as_people_call_them() -> None:
    found = read(
        "企业名称,所在县,研发费用,研发费用（前1年）,rd_expense_wan@-2,主导产品细分市场占有率,拥有自主品牌,title_zjtx_until,亩均评价类别,净利润\n"
        '甲厂,331003,"1,200.5",,0,12.5,是,无,规上,-30\n',
    )
    (firm,) = found.firms
    assert (firm.name, firm.region) == ("甲厂", "331003") and not found.remarks
    assert firm.values == {
        "rd_expense_wan": D("1200.5"), "rd_expense_wan@-1": None, "rd_expense_wan@-2": D(0), "segment_share_pct": D("12.5"),
        "own_brand": True, "title_zjtx_until": NEVER, "per_mu_tier": "规上", "net_profit_wan": D(-30),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("rd_expense_wan", "约三百", "firm.not_a_number"),
        ("rd_expense_wan", "3e5", "firm.not_a_number"),
        ("segment_share_pct", "0.03", "firm.percent_as_fraction"),
        ("land_own_mu", "-3", "firm.negative"),
        ("own_brand", "也许", "firm.bad_flag"),
        ("title_zjtx_until", "2026-02-30", "firm.bad_date"),
        ("title_zjtx_until", "2026-04-015", "firm.bad_date"),
        ("title_zjtx_until", "2026-04-01前后", "firm.bad_date"),
        ("rd_institution", "省级以上", "firm.bad_choice"),
        ("established_on", "2024-01-01", "firm.founded_later"),
    ],
)
def test_each_bad_cell_is_refused_with_its_sentence(column: str, cell: str, code: str) -> None:
    with pytest.raises(RowErrors) as caught:
        read(f"name,{column}\n甲厂,{cell}\n乙厂,\n")
    (one,) = caught.value.errors
    assert (one.code, one.row, one.column, one.seen) == (code, 2, column, cell)
    sentence = Messages.load(PACKS / "errors.toml").sentence(one, "zh")
    assert "第 2 行" in sentence and cell in sentence


def test_a_percentage_with_its_sign_is_what_it_says() -> None:
    assert read("name,segment_share_pct\n甲厂,0.03%\n").firms[0].values == {"segment_share_pct": D("0.03")}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("name,rd_costs\n甲厂,3\n", "firm.unknown_column"),
        ("rd_expense_wan\n3\n", "firm.no_identity"),
        ("name\n", "firm.empty_file"),
        ("", "firm.no_identity"),
        ("name,employees,从业人员数\n甲厂,3,4\n", "firm.column_twice"),
        ("name,employees\n甲厂,3,4\n", "firm.ragged_row"),
        ("name,employees\n甲厂,3\n甲厂,4\n", "firm.twice"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(text: str, code: str) -> None:
    with pytest.raises(RowErrors) as caught:
        read(text)
    assert code in [one.code for one in caught.value.errors]


def test_no_land_and_no_revenue_are_said_and_judged_all_the_same() -> None:
    found = read(
        "uscc,land_own_mu,land_leased_in_mu,land_leased_out_mu,operating_revenue_wan\nF1,5,0,5,0\n",
    )
    assert len(found.firms) == 1
    assert [one.code for one in found.remarks] == ["firm.bad_code", "firm.zero_land", "firm.zero_revenue"]


def test_what_a_spreadsheet_reckoned_is_judged_with_six_digits_and_told_once() -> None:
    found = read("name,energy_tce,employees\n甲厂,505.4194506310,3\n乙厂,0.0000005,4.0000000\n丙厂,1.5,5\n")
    assert [one.values["energy_tce"] for one in found.firms] == [D("505.419451"), D("0"), D("1.5")]
    assert [(one.code, one.row, one.column, one.seen) for one in found.remarks] == [
        ("firm.rounded", 2, "energy_tce", "505.4194506310")
    ]


@pytest.mark.parametrize(
    "written", ["2026-04-01", "2026/4/1", "2026年4月1日", "2026-04-01 00:00:00", "2026-04-01T00:00"]
)
def test_a_day_is_read_however_a_sheet_writes_it(written: str) -> None:
    assert read(f"name,title_zjtx_until\n甲厂,{written}\n").firms[0].values == {
        "title_zjtx_until": date(2026, 4, 1)
    }
