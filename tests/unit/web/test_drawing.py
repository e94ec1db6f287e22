"""Drawing: geometry of the small trend and the cartogram, data of the charts."""

from decimal import Decimal

from statement_rows import link, statement, target

from jiqun.actions.reading.archive import Ask, StatementTable
from jiqun.actions.reading.indicators import IndicatorContext, PlacesContext, PlaceValue
from jiqun.actions.reading.map import Cell, MapContext, Step
from jiqun.actions.reading.statements import Label
from jiqun.web import drawing


def test_a_trend_needs_two_points() -> None:
    assert drawing.trend([statement()], "zh") == {"points": ()}
    assert drawing.trend([statement("2024", None), statement("2023", "1")], "zh") == {"points": ()}


def test_outcomes_are_joined_and_targets_stand_apart() -> None:
    drawn = drawing.trend([statement("2023", "10"), statement("2024", "20"), target("2025", "15")], "zh")
    first, second, aim = drawn["points"]
    assert (first.x, second.y, aim.status) == (8, 8, "target")
    assert first.y > aim.y > second.y
    assert drawn["line"] == f"{first.x},{first.y} {second.x},{second.y}"
    assert (drawn["first"], drawn["last"]) == (2023, 2025)
    assert first.say == "2023年: 10 亿元"
    assert (aim.left, aim.right, aim.top, aim.bottom) == (aim.x - 4, aim.x + 4, aim.y - 4, aim.y + 4)


def test_equal_values_and_days_do_not_divide_by_zero() -> None:
    drawn = drawing.trend([statement("2024", "5"), target("2024", "5")], "en")
    assert {(dot.x, dot.y) for dot in drawn["points"]} == {(75.0, 25.0)}


def context(*points: object) -> IndicatorContext:
    label = Label("亿元", "100 million yuan")
    table = StatementTable((), 0, Ask(), (), 0)
    return IndicatorContext(
        link=link("revenue"), definition=label, unit="亿元", unit_label=label, kind="level", nature="flow", adds="sum",
        subjects=(), subject=None, points=points, rungs=(), clashes=(), differences=(), table=table, everything=False,
    )  # type: ignore[arg-type]  # fmt: skip


def test_a_series_has_a_line_for_each_status_and_scope() -> None:
    page = context(
        statement("2024", "20", scope="规上"),
        statement("2023", "10", scope="规上"),
        statement("2024", "21", scope="全省"),
        target("2025", "30"),
        statement("2024", "7", kind="growth"),
        statement("2024", None),
    )
    drawn = drawing.series(page, "zh")
    assert drawn["periods"] == ["2023年", "2024年", "2025年"]
    lines = {line["name"]: line for line in drawn["series"]}
    assert [point["value"] for point in lines["实际 · 规上"]["points"]] == [10.0, 20.0]
    assert [line["joined"] for line in drawn["series"]] == [False, True, False]
    assert lines["目标"]["points"][0]["why"].startswith("/why/fact/")


def test_bars_carry_their_evidence() -> None:
    place = PlaceValue(link("region:330624", zh="新昌县"), Decimal("12.50"), ">", "f1")
    page = PlacesContext(link("gdp"), "亿元", 2024, "规上", 1, (place,))
    (row,) = drawing.ranking(page, "zh")["rows"]
    assert (row["name"], row["value"], row["say"], row["why"]) == (
        "新昌县",
        12.5,
        "> 12.5 亿元",
        "/why/fact/f1/",
    )
    assert row["tip"].splitlines() == ["新昌县", "2024: > 12.5 亿元", "规上"]


def cell(x: int, y: int, city: str, value: str | None, **changed: object) -> Cell:
    known = None if value is None else Decimal(value)
    fields = {
        "code": f"{x}{y}", "label": Label.of("某县"), "short": Label("新昌", "Xinchang"), "city": city, "x": x, "y": y,
        "value": known, "quantile": 0 if known is None else 4,
    }  # fmt: skip
    return Cell(**(fields | changed))  # type: ignore[arg-type]


def chart(*cells: Cell, indicator: str = "gdp") -> MapContext:
    return MapContext(
        indicator=indicator, label=Label.of("某"), definition=Label.of(""), unit="亿元", kind="level",
        year=2024, years=(2024,),
        status="actual", synthetic=False, counted=(), choices=(), cells=cells, steps=(Step(4, Decimal(1), Decimal(9)),),
        known=1, width=2, height=1, cities=(),
    )  # fmt: skip


def test_a_tile_says_what_is_known_and_leads_to_why() -> None:
    drawn = drawing.tiles(
        chart(cell(0, 0, "a", "8.125", fact="f1", bound="≥", scope="规上"), cell(1, 0, "b", None)), "zh"
    )
    known, unknown = drawn["tiles"]
    assert (known["css"], known["value"], known["why"]) == ("q4", "≥8.12", "/why/fact/f1/")
    assert known["say"] == "某县\n≥ 8.125 亿元\n规上"
    assert (unknown["css"], unknown["value"], unknown["why"]) == ("none", "", "")
    assert unknown["address"] == "/subjects/region:10/"
    assert unknown["say"] == "某县\n—"


def test_a_counted_tile_leads_to_how_it_was_counted() -> None:
    (tile,) = drawing.tiles(chart(cell(0, 0, "a", "8"), indicator="facts"), "zh")["tiles"]
    assert tile["why"] == "/why/count/map-facts/?about=region:00"


def test_made_up_tiles_are_marked() -> None:
    (tile,) = drawing.tiles(chart(cell(0, 0, "a", "8", synthetic=True)), "zh")["tiles"]
    assert tile["css"] == "q4 is-synthetic"


def test_edges_stand_between_cities_and_around_the_whole() -> None:
    same = drawing._edges([cell(0, 0, "a", None), cell(1, 0, "a", None)])
    apart = drawing._edges([cell(0, 0, "a", None), cell(1, 0, "b", None)])
    assert apart.count("M") == same.count("M") + 1
    assert same.count("V") == 2


def test_digits_are_cut_only_after_the_point() -> None:
    assert [drawing._short(Decimal(text)) for text in ("12345.678", "12.345", "1.2345", "0")] == [
        "12,346",
        "12.3",
        "1.23",
        "0",
    ]
