"""表格用词 words of forms: what stands in headers, totals, footnotes and signatures of office tables."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from jiqun.core.indicators import Indicator
from jiqun.core.units import UnitTable
from jiqun.lake.mapping import SERIALS, FieldDef, plain_header

HEADS = frozenset((
    "序号", "编号", "行次", "序", "备注", "单位", "名称", "项目", "指标", "类别", "类型", "年份", "年度",
    "月份", "本年", "本月", "累计", "本年累计", "同比", "同比增长", "增速", "增长", "增幅", "上年",
    "上年同期", "去年同期", "合计", "小计", "联系人", "联系电话", "电话", "手机", "法人", "法定代表人",
    "法人代表", "负责人", "所属行业", "行业", "行业类别", "行业大类", "乡镇", "街道", "镇街", "所属镇街",
    "乡镇街道", "地区", "企业", "公司", "企业名", "厂名", "主要产品", "产品", "级别", "日期", "时间", "数量",
    "金额", "是否", "结果", "评价", "等级", "no", "no.", "code", "unit", "remark", "remarks", "note", "notes",
    "total", "value", "id",
))  # fmt: skip
NAMES = frozenset((
    "企业名称", "单位名称", "名称", "企业全称", "单位详细名称", "公司名称", "企业", "单位", "公司", "企业名",
    "厂名", "企业(单位)名称", "项目名称", "地区", "县(市、区)", "县市区", "区县", "name", "enterprise",
    "company", "subject", "主体", "key",
))  # fmt: skip
TOTALS = frozenset((
    "合计", "总计", "共计", "总合计", "累计", "全部合计", "全县合计", "全市合计", "全区合计", "全省合计",
    "合计数", "total", "总和", "汇总",
))  # fmt: skip
SUBTOTALS = frozenset(("小计", "subtotal", "分计"))
EXAMPLES = ("示例：", "示例:", "例：", "例:", "example:")
_OF_WHICH = re.compile(r"其中[:：]?")
_TOTAL_END = re.compile(r".{0,16}(合计|总计|小计|共计)[:：]?")
_FIRM = re.compile(
    r"(公司|厂|社|店|中心|研究院|研究所|医院|学校|商行|经营部|企业|合伙|农场|工作室|集团|事务所|部)([（(][^）)]*[）)])?$"
)
_NOTE = re.compile(
    r"(注|备注|说明|附注|附件|附表|注释|填报说明|填表说明|指标解释|数据来源|资料来源|来源)\s*([:：0-9一二三四五六七八九]|$)"
    r"|[*※★▲]|(\d{1,2}|[一二三四五六七八九十]{1,2})\s*[、．.]\s*\D{6,}"
)
_SIGNED = re.compile(
    r"(填表人|制表人|审核人|负责人|联系人|联系电话|填报单位|填报日期|填表日期|单位负责人|统计负责人|报出日期|制表|填表|审核|填报人|"
    r"报送单位|制表单位|经办人|盖章|日期|电话|（盖章）|主管领导)\s*[（(]?[^:：]{0,6}[:：]"
)
_SECTION = re.compile(r"[一二三四五六七八九十]{1,3}\s*[、．.]|[（(][一二三四五六七八九十]{1,3}[）)]")
_LABELLED = re.compile(r"[^:：]{1,14}[:：]")
_INDEX = frozenset("甲乙丙丁戊己庚辛")
_YEAR = re.compile(r"(19|20)\d\d\s*年?度?|\d{1,2}\s*月份?|[一二三四]季度")


@dataclass(frozen=True)
class Words:
    """Header texts the packs know, in the spelling `plain_header` gives.

    heads   fields, indicators and their other names, and what stands above columns in any office
    labels  names of indicators, which also count when a header only contains them
    units   symbols of units, which may fill a row of the header
    """

    heads: frozenset[str] = HEADS | NAMES
    labels: tuple[str, ...] = ()
    units: UnitTable | None = None

    @classmethod
    def of(
        cls, fields: Iterable[FieldDef], indicators: Iterable[Indicator], units: UnitTable | None = None
    ) -> "Words":
        """The words of these fields, indicators and units."""
        named = {plain_header(name) for item in fields for name in (item.name, *item.aliases)}
        labels = {plain_header(text) for one in indicators for text in (one.label["zh"], *one.aliases)}
        labels |= {label.removesuffix("数") for label in labels if len(label) > 2}
        long = tuple(sorted((label for label in labels if len(label) > 1), key=len, reverse=True))
        return cls(HEADS | NAMES | named | labels, long, units)

    def is_unit(self, text: str) -> bool:
        """Does a cell of a header hold nothing but a unit (or a stroke for none)?"""
        inside = text.strip().strip("()（）")
        return inside in ("—", "-", "") or (self.units is not None and inside in self.units)

    def names_a_column(self, text: str) -> bool:
        """Does this text name a column (its unit and brackets set aside)?"""
        bare = bare_header(text)
        if bare in self.heads or plain_header(text) in self.heads or _YEAR.fullmatch(bare):
            return True
        return 1 < len(bare) <= 24 and any(label in bare for label in self.labels)


@lru_cache(maxsize=8192)
def bare_header(text: str) -> str:
    """A header without brackets, units behind a slash and stray marks, plainly spelt."""
    plain = plain_header(unicodedata.normalize("NFKC", text))
    bare = re.sub(r"\([^()]*\)|\[[^\[\]]*\]|[:*＊]", "", plain)
    return bare or plain


def names_subject(text: str) -> bool:
    """Is this the header of the column that names the row's subject?"""
    return plain_header(text) in NAMES or bare_header(text) in NAMES


def is_serial(text: str) -> bool:
    """Is this the header of a column of running numbers?"""
    return bare_header(text) in SERIALS


def total_kind(text: str) -> str:
    """total | subtotal | of_which for the label of a row that sums others; empty for any other text."""
    plain = "".join(text.split()).rstrip(":：").lower()
    if plain in TOTALS:
        return "total"
    if plain in SUBTOTALS:
        return "subtotal"
    if _OF_WHICH.match(plain):
        return "of_which"
    if _TOTAL_END.fullmatch(plain) and not _FIRM.search(plain):
        return "subtotal" if plain.endswith("小计") else "total"
    return ""


def is_note(text: str) -> bool:
    """A footnote, an explanation, or a signature line?"""
    plain = text.strip()
    return bool(_NOTE.match(plain) or _SIGNED.match(plain))


def is_signature(text: str) -> bool:
    """Who filled the form in, who checked it, when?"""
    return bool(_SIGNED.match(text.strip()))


def is_section(text: str) -> bool:
    """The heading of a group of rows (一、轴承)?"""
    return bool(_SECTION.match(text.strip()))


def is_example(text: str) -> bool:
    """The example row of a template? Its mark ends with a colon; a firm may be called 示例."""
    return text.strip().lower().startswith(EXAMPLES)


def is_firm(text: str) -> bool:
    """Does this end the way names of enterprises end?"""
    return bool(_FIRM.search(text.strip()))


def is_labelled(text: str) -> bool:
    """单位：万元, 填报单位：…: something with its label before a colon."""
    return bool(_LABELLED.match(text.strip()))


def is_index_row(texts: Iterable[str]) -> bool:
    """The row of column numbers under a statistical header: 甲 乙 1 2 3."""
    letters = numbers = 0
    for n, text in enumerate(texts):
        plain = text.strip().strip("()（）")
        if n == 0 and plain not in ("甲", "1"):
            return False
        if plain in _INDEX:
            letters += 1
        elif plain.isdigit() and int(plain) == numbers + 1:
            numbers += 1
        else:
            return False
    return letters + numbers > 1 and (letters > 0 or numbers > 2)
