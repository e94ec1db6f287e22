"""Table catalogue 数据目录: every lake table with its columns, types, units and meanings, frozen.

A column's `type` is one of the seven words of `ColumnType`; each engine maps the words in its own adapter.
Times are stored as UTC without a zone (microseconds), so no engine's session zone can shift them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

ColumnType = Literal["text", "decimal", "float", "date", "timestamp", "bool", "int"]

DECIMAL_DIGITS = 28
DECIMAL_PLACES = 6


@dataclass(frozen=True, slots=True)
class Column:
    """One column: name, type, unit of its values ("" where it has none) and meaning in both languages."""

    name: str
    type: ColumnType
    meaning_zh: str
    meaning_en: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class TableDef:
    """One table: its columns in order, the columns a compaction sorts by, and the one it deals into piles before.

    Of facts both all of one subject and all of one indicator are asked for. Sorted by either, the other question reads
    the whole file; dealt into piles by subject and sorted by indicator within, each reads a part of it.

    day_by  the instant whose day (Asia/Shanghai) a file holds; "" where files hold any days
    """

    name: str
    meaning_zh: str
    meaning_en: str
    columns: tuple[Column, ...]
    sort_by: tuple[str, ...]
    dealt_by: str = ""
    day_by: str = ""

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in stored order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


FACTS = TableDef(
    "facts",
    "事实：一行一个数，只增不改",
    "Facts: one row per quantity, appended, never changed",
    (
        Column("id", "text", "事实编号", "Identity of the fact"),
        Column("subject", "text", "主体，如 region:330624", "Subject, e.g. region:330624"),
        Column("indicator", "text", "指标", "Indicator key"),
        Column("period", "text", "期间，原样", "Period as written"),
        Column("period_start", "date", "期间起（含）", "First day of the period"),
        Column("period_end", "date", "期间止（不含）", "Day after the last day of the period"),
        Column("is_instant", "bool", "是否时点", "True when the value holds at an instant (as of)"),
        Column("period_inferred", "bool", "期间是否推定", "True when the period was inferred, not stated"),
        Column("value", "decimal", "数值", "Value, in `unit`"),
        Column("value_high", "decimal", "区间上限", "Upper value of a range, in `unit`"),
        Column(
            "base_value",
            "decimal",
            "基准单位数值",
            "Value in the base unit; of a state the number that tells words apart",
        ),
        Column("base_value_high", "decimal", "基准单位区间上限", "Upper value in the base unit"),
        Column("bound", "text", "界：= ≥ > ≈ < ≤ range", "Bound: = ≥ > ≈ < ≤ range"),
        Column("value_text", "text", "数值原文，如 七成", "Value as worded"),
        Column("unit", "text", "单位", "Unit symbol as stated"),
        Column(
            "kind", "text", "量的种类", "level, share, growth, points, completion, rank; flag, choice, date"
        ),
        Column("scope", "text", "口径，如 规上工业", "Scope as stated"),
        Column("breakdown", "text", "分组，如 industry=轴承", "Breakdown, dim=value pairs"),
        Column("status", "text", "性质：实际/目标/预计/自称", "actual, target, estimate or claim"),
        Column("attributed_to", "text", "谁说的", "Who says it"),
        Column("source", "text", "来源", "Source key"),
        Column("locator", "text", "出处位置", "Place in the source"),
        Column("quote", "text", "原文摘录", "Words of the source"),
        Column("note", "text", "说明", "Note"),
        Column("recorded_at", "timestamp", "记录时刻（UTC）", "Instant of recording, UTC"),
        Column("batch", "text", "批次", "Batch id"),
        Column("row_no", "int", "文件行号", "Row of the file"),
        Column("file", "text", "文件", "File name"),
        Column("natural_key", "text", "自然键", "Natural key"),
        Column("content_hash", "text", "内容指纹", "Hash of the value columns"),
        Column("supersedes", "text", "更正了哪一条", "Identity of the fact this one corrects"),
        Column("synthetic", "bool", "是否合成", "True for made-up demonstration data"),
    ),
    ("indicator", "subject", "period_start", "id"),
    dealt_by="subject",
)

REGISTRATIONS = TableDef(
    "registrations",
    "登记：名单、主体、关系每个写入的行一行，撤销时据此还原",
    "Registrations: one row per row of a list, subject or relation that was written; an undo restores from it",
    (
        Column("subject", "text", "主体", "Subject, enterprise:<code or name>"),
        Column("uscc", "text", "统一社会信用代码", "Unified social credit code"),
        Column("name", "text", "企业名称", "Name of the enterprise"),
        Column("uscc_grade", "text", "代码核验", "valid, checksum_mismatch or absent"),
        Column("region", "text", "今属县（市、区）", "County unit of today, region:<code>"),
        Column("region_how", "text", "归属依据", "How the region was found"),
        Column("established_on", "date", "成立日期", "Day of establishment"),
        Column("legal_form", "text", "企业类型", "Legal form"),
        Column("capital_wan", "decimal", "注册资本", "Registered capital", "万元"),
        Column("industry_code", "text", "行业代码", "Industry code, GB/T 4754-2017"),
        Column("address", "text", "住所", "Address"),
        Column("status", "text", "登记状态", "Status of the registration"),
        Column("extra", "text", "其余各列（JSON）", "All other columns as JSON text"),
        Column("row_hash", "text", "行指纹", "Hash of the row"),
        Column("source", "text", "来源", "Source key"),
        Column("file", "text", "文件", "File name"),
        Column("row_no", "int", "文件行号", "Row of the file"),
        Column("batch", "text", "批次", "Batch id"),
        Column("recorded_at", "timestamp", "记录时刻（UTC）", "Instant of recording, UTC"),
        Column("synthetic", "bool", "是否合成", "True for made-up demonstration data"),
    ),
    ("region", "subject", "recorded_at"),
)

QUARANTINE = TableDef(
    "quarantine",
    "隔离区：被拦下的行，一处错误一行",
    "Quarantine: rows held back, one row per thing wrong",
    (
        Column("batch", "text", "批次", "Batch id"),
        Column("file", "text", "文件", "File name"),
        Column("row_no", "int", "文件行号", "Row of the file"),
        Column("column_name", "text", "列", "Column with the fault"),
        Column("code", "text", "原因代码", "Reason code"),
        Column("seen", "text", "所见", "Value seen"),
        Column("allowed", "text", "所许", "What is allowed"),
        Column("raw", "text", "原行（JSON）", "The row as JSON text"),
        Column("recorded_at", "timestamp", "记录时刻（UTC）", "Instant of recording, UTC"),
    ),
    ("batch", "row_no"),
)

BATCHES = TableDef(
    "batches",
    "批次：收到、并入、撤销，各记一行；来源的撤回与恢复也记在这里",
    "Batches: one row each for received, merged, undone; a source withdrawn or brought back too",
    (
        Column("batch", "text", "批次；来源记作 source:<键>", "Batch id; source:<key> for a source"),
        Column("event", "text", "事件", "received, merged, undone; of a source: withdrawn, brought_back"),
        Column("recorded_at", "timestamp", "记录时刻（UTC）", "Instant of the event, UTC"),
        Column("table_name", "text", "表", "Table the batch wrote to"),
        Column("rows", "int", "行数", "Number of rows", "行"),
        Column("detail", "text", "细节（JSON）", "Details as JSON text"),
    ),
    ("batch", "recorded_at"),
)

READINGS = TableDef(
    "readings",
    "读数：测点在某一时刻的值，只增不改",
    "Readings: the value of a point at an instant, appended, never changed",
    (
        Column("site", "text", "工厂", "Site key"),
        Column("point", "text", "测点", "Point key within the site"),
        Column("read_at", "timestamp", "读取时刻（UTC），以来源为准", "Instant the source says, UTC"),
        Column(
            "value",
            "float",
            "数值，单位见测点",
            "Value, in the unit of the point; NULL where the source had none",
        ),
        Column("quality", "int", "质量：0 好，1 不确定，2 坏", "Quality: 0 good, 1 uncertain, 2 bad"),
        Column("flag", "text", "异常标记", "What is odd about a value that is kept; empty where nothing is"),
        Column(
            "arrived_at",
            "timestamp",
            "到达时刻（UTC），即其批次的网关受理时刻",
            "Instant the gate took its batch, UTC",
        ),
    ),
    ("site", "point", "read_at", "arrived_at"),
    day_by="read_at",
)

READING_BATCHES = TableDef(
    "reading_batches",
    "读数批次：边缘盒的每一批一行；工厂与到达时刻指向其读数",
    "Batches of readings: one row per batch of a box; site and arrived_at lead to its readings",
    (
        Column("batch", "text", "批号（幂等键）", "Batch id, the idempotency key"),
        Column("site", "text", "工厂", "Site key"),
        Column(
            "stream",
            "text",
            "批号去掉末段序号；批号不以序号结尾的为空",
            "The batch id without its last part; empty where it has no such end",
        ),
        Column("sequence", "int", "序号，在同一流内递增", "Number, growing within the stream"),
        Column(
            "arrived_at",
            "timestamp",
            "受理时刻（UTC），同一工厂内不重复",
            "Instant of taking, UTC, unique in a site",
        ),
        Column("made_at", "timestamp", "封批时刻（UTC）", "Instant the box sealed it, UTC"),
        Column("writer", "text", "写入者", "Writer that took it"),
        Column("readings", "int", "读数", "Readings taken", "条"),
        Column("held", "int", "隔离数", "Values held in quarantine", "条"),
        Column("gaps", "int", "缺口数", "Gaps the box told", "个"),
        Column("first_read_at", "timestamp", "最早读数（UTC）", "Earliest reading, UTC"),
        Column("last_read_at", "timestamp", "最晚读数（UTC）", "Latest reading, UTC"),
    ),
    ("site", "stream", "sequence"),
    day_by="arrived_at",
)

HELD_READINGS = TableDef(
    "held_readings",
    "读数隔离：没能受理的值，一值一行，附原因",
    "Held readings: values that could not be taken, one row each, with the reason",
    (
        Column("batch", "text", "批号", "Batch id"),
        Column("site", "text", "工厂", "Site key"),
        Column("point", "text", "测点或来源所称的名字", "Point key, or the name the source used"),
        Column("code", "text", "原因代码", "Reason code"),
        Column("seen", "text", "所见", "Value seen"),
        Column("allowed", "text", "所许", "What is allowed"),
        Column("unit", "text", "所报单位", "Unit as told"),
        Column(
            "read_at",
            "timestamp",
            "读取时刻（UTC），来源若有",
            "Instant the source says, UTC, where it says one",
        ),
        Column("arrived_at", "timestamp", "受理时刻（UTC）", "Instant the gate took its batch, UTC"),
    ),
    ("site", "arrived_at", "point"),
    day_by="arrived_at",
)

READING_GAPS = TableDef(
    "reading_gaps",
    "读数缺口：确知丢失的一段时间",
    "Gaps of readings: stretches of time of which something is known to be lost",
    (
        Column("batch", "text", "批号", "Batch id"),
        Column("site", "text", "工厂", "Site key"),
        Column("from_at", "timestamp", "起（UTC）", "From, UTC"),
        Column("to_at", "timestamp", "止（UTC）", "To, UTC"),
        Column("lost", "int", "丢失条数", "Number of values lost", "条"),
        Column("reason", "text", "原因", "Reason"),
        Column("arrived_at", "timestamp", "受理时刻（UTC）", "Instant the gate took its batch, UTC"),
    ),
    ("site", "from_at"),
    day_by="arrived_at",
)

ARRIVED = "arrived_at"
"""Column whose span is told of every file of a table by day: whoever follows what arrives opens new files only."""
TAKEN = "taken"
"""Kind of a segment that holds rows of all tables of readings, told apart by a column `row_of`."""
TAKEN_TABLES = (READINGS, READING_BATCHES, HELD_READINGS, READING_GAPS)

TABLES: Mapping[str, TableDef] = MappingProxyType(
    {
        table.name: table
        for table in (
            FACTS, REGISTRATIONS, QUARANTINE, BATCHES, READINGS, READING_BATCHES, HELD_READINGS, READING_GAPS,
        )
    }
)  # fmt: skip
