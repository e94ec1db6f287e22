"""表样 templates: an empty workbook for a table of the packs, to be filled in and handed in; in both languages."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, NotFound
from jiqun.core.indicators import Indicator, Nature
from jiqun.core.periods import Period
from jiqun.lake.forms.blank import Blank, BlankColumn, write_blank
from jiqun.lake.forms.periods import as_stock
from jiqun.lake.mapping import FieldDef, table_fields
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check

TABLES = {
    "enterprise": ("企业名单", "Enterprises"),
    "fact": ("事实", "Facts"),
    "subject": ("主体", "Subjects"),
    "relation": ("关系", "Relations"),
    "firm": ("企业评价数据", "Firms to judge"),
}
STRICT = frozenset(("flag", "bound", "kind", "status"))
IN_FORMS = {"亿元": "万元", "万家": "家", "万亩": "亩"}
"""Units an enterprise fills in where the indicator itself is kept in a larger one."""
HELP = {
    "zh": (
        "橙色表头为必填。第 2 行是示例，以“示例：”开头，交回时不读。",
        "不知道的格留空，不要写 0；有下拉的格请从下拉中选。",
        "代码列已设为文本格式，请不要改成数字格式。",
    ),
    "en": (
        "Orange headers must be filled. Row 2 begins with “Example: ” and is not read.",
        "Leave unknown cells empty, never 0; choose from the drop-down where there is one.",
        "Columns of codes are formatted as text; do not turn them into numbers.",
    ),
}
HEADS = {
    "zh": ("栏目", "必填", "单位", "含义", "可选", "示例"),
    "en": ("Column", "Required", "Unit", "Meaning", "Choices", "Example"),
}


@dataclass(frozen=True)
class Asked:
    """What template is wanted.

    table       enterprise | fact | subject | relation | firm
    indicators  figures to ask of each enterprise, `key` or `key:unit`; only with enterprise
    period      their period
    """

    table: str
    indicators: Sequence[str] = ()
    period: str = ""


def template(desk: Desk, asked: Asked, *, by: Actor, lang: str) -> bytes:
    """The workbook; NotFound `template.no_table`, InputError for an indicator, unit or period nobody knows."""
    check(by, Permission.IMPORT_DATA, target_scope=ANYWHERE)
    if asked.table not in TABLES:
        raise NotFound("template.no_table", seen=asked.table, allowed=" ".join(TABLES))
    if asked.indicators and asked.table != "enterprise":
        raise InputError("template.no_figures", seen=asked.table, allowed="enterprise")
    if asked.indicators:
        Period.parse(asked.period)
    zh = "zh" if lang.startswith("zh") else "en"
    columns = [
        _of_field(desk, item, zh) for item in table_fields(desk.packs, asked.table) if _is_filled_in(item)
    ]
    columns += [_of_indicator(desk, text, asked.period, zh) for text in asked.indicators]
    blank = Blank(
        TABLES[asked.table][zh == "en"], columns, "示例：" if zh == "zh" else "Example: ",
        "填写说明" if zh == "zh" else "Help", HEADS[zh], HELP[zh], ("是", "否") if zh == "zh" else ("yes", "no"),
    )  # fmt: skip
    with tempfile.TemporaryDirectory(dir=desk.uploads) as folder:
        path = Path(folder) / "template.xlsx"
        write_blank(blank, path)
        return path.read_bytes()


def _is_filled_in(item: FieldDef) -> bool:
    """Fields that concern the taking over of older ledgers are not asked of an office."""
    return item.name not in ("recorded_at", "synthetic")


def _of_field(desk: Desk, item: FieldDef, lang: str) -> BlankColumn:
    head = item.aliases[0] if lang == "zh" and item.aliases else item.name
    return BlankColumn(
        head, item.type, item.required, item.meaning[lang], item.example, _choices(desk, item),
        item.type in STRICT, item.unit,
    )  # fmt: skip


def _choices(desk: Desk, item: FieldDef) -> Sequence[str]:
    lists = {
        "@regions": lambda: [region.name["zh"] for region in desk.regions.counties()],
        "@cities": lambda: [region.name["zh"] for region in desk.regions.cities()],
        "@indicators": lambda: [one.key for one in desk.indicators],
        "@units": lambda: [unit.key for unit in desk.units],
    }
    found = item.choices[0] if len(item.choices) == 1 else ""
    return lists[found]() if found in lists else item.choices


def _of_indicator(desk: Desk, text: str, period: str, lang: str) -> BlankColumn:
    key, _, told = text.partition(":")
    item: Indicator = desk.indicators.get(key)
    unit = desk.units.get(told or IN_FORMS.get(item.unit, item.unit)).key
    own = as_stock(period) if item.stock_or_flow is Nature.STOCK else period
    label = Period.parse(own).label(lang)
    head = f"{label}{item.label['zh']}（{unit}）" if lang == "zh" else f"{label} {item.label['zh']} ({unit})"
    return BlankColumn(
        head, "number", False, f"{item.label[lang]}：{item.definition[lang]}", "", (), False, unit
    )
