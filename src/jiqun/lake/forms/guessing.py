"""推断 guessing: what one column may be, from its header, its unit and its own values."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from jiqun.core.indicators import Indicator, IndicatorTable, Nature
from jiqun.core.units import Kind, UnitTable, fits
from jiqun.lake.cell_words import NOTHING, plain_code
from jiqun.lake.forms.percents import SIGNS, Saying, amount_of
from jiqun.lake.forms.periods import applied, as_flow, as_stock, relative_kind, told_period, without_time
from jiqun.lake.forms.units import HeaderParts, header_parts
from jiqun.lake.forms.words import bare_header, is_firm
from jiqun.lake.mapping import FieldDef, plain_header
from jiqun.lake.workbooks import cell_text

EXACT, ALIAS, OF_VALUES = 0.97, 0.95, 0.85
NUMERIC_SHARE, UNSURE = 0.6, 0.55
_GROWTH = re.compile(r"同比|比上年|较上年|增长率|增长|增速|增幅|增减|±")
_OF_WHICH = re.compile(r"其中[:：]?")
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_BY_PART = frozenset(("name", "uscc", "region", "address", "established_on"))
_WORDS = {"title": ("标题", "title"), "sheet": ("表名", "sheet's name"), "file": ("文件名", "file's name")}


@dataclass(frozen=True)
class FieldGuess:
    """A field a column may fill."""

    field: str
    confidence: float
    evidence: tuple[Saying, ...]


@dataclass(frozen=True)
class QuantityGuess:
    """An indicator a column may be, with what could be told of it."""

    indicator: str
    unit: str
    period: str
    scope: str
    period_from: str
    confidence: float
    says_percent: bool
    evidence: tuple[Saying, ...] = ()


def nowhere(text: str) -> bool:
    """What is said of every text where no regions are known: it names none."""
    del text
    return False


@dataclass
class Guesser:
    """Guesses columns of one table.

    unit, period  what the titles say of all columns; source: where the period was read
    is_place      does a text name a region, by name or code of today or before?
    """

    fields: Sequence[FieldDef]
    indicators: IndicatorTable
    units: UnitTable
    unit: str = ""
    period: str = ""
    source: str = ""
    is_place: Callable[[str], bool] = nowhere
    names: dict[str, tuple[Indicator, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item in self.indicators:
            self.names.setdefault(_plain(item.label["zh"]), (item, EXACT))
            self.names.setdefault(_plain(item.key), (item, EXACT))
        for item in self.indicators:
            for alias in item.aliases:
                self.names.setdefault(_plain(alias), (item, ALIAS))

    def is_running(self, name: str, cells: Sequence[object]) -> bool:
        """Running numbers under no header of their own: 1, 2, 3 …"""
        if not name.startswith("(") or len(cells) < 2:
            return False
        return all(amount_of(cell) == n for n, cell in enumerate(cells, start=1))

    def fields_of(self, parts: Sequence[str], cells: Sequence[object]) -> Iterator[FieldGuess]:
        """Fields by the header's own words, then by what the cells hold."""
        texts = [bare_header(part) for part in reversed(parts)]
        for item in self.fields:
            names = {plain_header(name) for name in (item.name, *item.aliases)}
            if texts and (texts[0] in names or plain_header(parts[-1]) in names):
                yield FieldGuess(
                    item.name, EXACT, (Saying(f"表头即“{parts[-1]}”", f"the header is “{parts[-1]}”"),)
                )
            elif any(text in names for text in texts[1:]):
                yield FieldGuess(item.name, 0.7, (Saying("上级表头相符", "a header above it fits"),))
            elif item.name in _BY_PART and any(name in texts[0] for name in names if len(name) > 2):
                yield FieldGuess(item.name, 0.75, (Saying("表头里有这个词", "the header has the word"),))
        yield from self._by_values(cells)

    def _by_values(self, cells: Sequence[object]) -> Iterator[FieldGuess]:
        texts = [text for cell in cells if (text := cell_text(cell).strip()) not in NOTHING]
        if len(texts) < 2:
            return
        codes = sum(1 for text in texts if _USCC.fullmatch(text.upper())) / len(texts)
        firms = sum(1 for text in texts if len(text) > 4 and is_firm(text)) / len(texts)
        if codes >= NUMERIC_SHARE:
            said = Saying(
                f"{codes:.0%} 的格是 18 位代码", f"{codes:.0%} of the cells are codes of 18 characters"
            )
            yield FieldGuess("uscc", OF_VALUES, (said,))
        if firms >= NUMERIC_SHARE:
            said = Saying(
                f"{firms:.0%} 的格像企业名称", f"{firms:.0%} of the cells look like names of enterprises"
            )
            yield FieldGuess("name", OF_VALUES - 0.05, (said,))
        if (places := self.share_of_places(cells)) >= NUMERIC_SHARE:
            said = Saying(f"{places:.0%} 的格是行政区划", f"{places:.0%} of the cells are regions")
            yield FieldGuess("region", OF_VALUES, (said,))

    def share_of_places(self, cells: Sequence[object]) -> float:
        """How many of the cells that say something name a region, 0 to 1; 0 where fewer than two do say something."""
        texts = [text for cell in cells if (text := cell_text(cell).strip()) not in NOTHING]
        return sum(map(self.is_place, map(plain_code, texts))) / len(texts) if len(texts) > 1 else 0.0

    def quantity_of(
        self, parts: Sequence[str], cells: Sequence[object], *, beside: Sequence[str] = ()
    ) -> QuantityGuess | None:
        """The indicator this column may be; None when its cells are no numbers.

        beside  the header of the column to the left under the same parent, where there is one
        """
        told = [cell for cell in cells if not (isinstance(cell, str) and cell.strip() in NOTHING)]
        numbers = sum(1 for cell in told if amount_of(cell) is not None)
        if not told or numbers < NUMERIC_SHARE * len(told):
            return None
        head = header_parts(parts, self.units)
        signs = any(isinstance(cell, str) and cell.strip().endswith(SIGNS) for cell in told)
        found = self._indicator(head, "%" if signs and not head.unit else head.unit)
        if found is None:
            return None
        item, sure, scope, evidence = found
        unit, by_unit = self._unit(item, head, signs=signs)
        period, source, by_period = self._period(item, parts)
        if beside and source == "title:" and (kind := relative_kind("/".join(beside))):
            period, source, by_period = self._beside(item, kind)
            sure = min(sure, UNSURE)
        share = Saying(f"{numbers}/{len(told)} 格是数", f"{numbers} of {len(told)} cells are numbers")
        return QuantityGuess(
            item.key, unit, period, scope, source, round(sure, 2), head.unit == "%",
            (*evidence, *by_unit, *by_period, share),
        )  # fmt: skip

    def _indicator(
        self, head: HeaderParts, unit: str
    ) -> tuple[Indicator, float, str, tuple[Saying, ...]] | None:
        texts = [text for part in head.texts if (text := _OF_WHICH.sub("", without_time(part)).strip())]
        growth = any(_GROWTH.search(part) for part in head.texts)
        if growth:
            texts = [text for part in texts if (text := _GROWTH.sub("", part).strip("率 额"))] or texts
        for text, weight, rest in _candidates(texts):
            item, score = self._named(text, unit, growth=growth)
            if item is not None:
                scope = " ".join(filter(None, (rest, head.aside)))
                said = Saying(
                    f"“{text}”是指标“{item.label['zh']}”", f"“{text}” is the indicator “{item.label['en']}”"
                )
                return item, score * weight, scope, (said,)
        return None

    def _named(self, text: str, unit: str, *, growth: bool) -> tuple[Indicator | None, float]:
        plain = _plain(text)
        best: tuple[Indicator | None, float] = (None, 0.0)
        for name, (item, sure) in self.names.items():
            score = _alike(plain, name, sure)
            target = self._growing(item) if growth else item
            if score > best[1] and target is not None and self._fits(target, unit):
                best = target, score
        return best

    def _growing(self, item: Indicator) -> Indicator | None:
        if item.kind is Kind.GROWTH:
            return item
        return self.indicators.find(f"{item.key}_growth")

    def _fits(self, item: Indicator, unit: str) -> bool:
        return not unit or fits(self.units.get(unit), self.units.get(item.unit))

    def _unit(self, item: Indicator, head: HeaderParts, *, signs: bool) -> tuple[str, tuple[Saying, ...]]:
        if head.unit:
            return head.unit, (
                Saying(f"表头写明单位 {head.unit}", f"the header states the unit {head.unit}"),
            )
        if item.unit == "%":
            why = (
                ("格里带 % 号", "cells carry a % sign")
                if signs
                else ("这一指标以 % 计", "the indicator is in %")
            )
            return "%", (Saying(*why),)
        if self.unit and self._fits(item, self.unit):
            return self.unit, (Saying(f"标题写明单位 {self.unit}", f"a title states the unit {self.unit}"),)
        if self.units.get(item.unit).dimension.startswith("count"):
            return item.unit, (Saying(f"计数，按 {item.unit}", f"a count, in {item.unit}"),)
        return "", (Saying("没有写单位", "no unit is stated"),)

    def _beside(self, item: Indicator, kind: str) -> tuple[str, str, tuple[Saying, ...]]:
        """The period of the column beside: growth stands behind the figure it is the growth of."""
        shape = as_stock if item.stock_or_flow is Nature.STOCK else as_flow
        said = Saying(
            "没有写期间，按左边一列的期间", "no period is stated; that of the column to its left is taken"
        )
        return shape(applied(self.period, kind)), f"title:{kind}", (said,)

    def _period(self, item: Indicator, parts: Sequence[str]) -> tuple[str, str, tuple[Saying, ...]]:
        shape = as_stock if item.stock_or_flow is Nature.STOCK else as_flow
        for part in reversed(parts):
            if told := told_period(part):
                said = Saying(f"表头写明 {told.words}", f"the header says {told.words}")
                return shape(told.period), "header", (said,)
        header = "/".join(parts)
        relative = relative_kind(header)
        period = applied(self.period, relative, header=header)
        if not period:
            return "", "", (Saying("没有写期间", "no period is stated"),)
        zh, en = _WORDS.get(self.source, ("", ""))
        said = Saying(f"{zh}写明 {self.period}", f"the {en} says {self.period}")
        return shape(period), f"title:{relative}", (said,)


def _candidates(texts: Sequence[str]) -> Iterator[tuple[str, float, str]]:
    """Texts to look up, how much they weigh, and what is left beside them (it narrows the scope)."""
    if not texts:
        return
    yield texts[-1], 1.0, ""
    if len(texts) > 1:
        yield "".join(texts), 0.95, ""
        yield texts[0], 0.6, texts[-1]


def _plain(text: str) -> str:
    return re.sub(r"[()（）“”\"、·\-—]", "", plain_header(text)).removesuffix("数") or plain_header(text)


def _alike(text: str, name: str, sure: float) -> float:
    """How alike a header and a name are: equal, one within the other, or not at all."""
    if text == name:
        return sure
    if len(name) > 1 and name in text:
        return 0.55 + 0.3 * len(name) / len(text)
    if len(text) > 2 and text in name:
        return 0.5 + 0.3 * len(text) / len(name)
    return 0.0
