"""案头 the desk: the open home of this process — the lake, the packs and the clock — handed to every action.

One per process, opened on first use. Actions take it as their first argument, so that a test can hand in its own.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from jiqun import settings
from jiqun.actions.file_limits import file_limits
from jiqun.core.indicators import IndicatorTable
from jiqun.core.industries import Industries
from jiqun.core.messages import Messages
from jiqun.core.regions import Regions
from jiqun.core.trust import TrustOrder
from jiqun.core.units import UnitTable
from jiqun.core.working_days import WorkingDays
from jiqun.exchange.objections import Practice
from jiqun.exchange.recognitions import RecognitionPractice
from jiqun.factory.alarms.diagram import Diagram
from jiqun.lake.files import Limits
from jiqun.lake.forms.words import Words
from jiqun.lake.mapping import table_fields
from jiqun.lake.readings.reader import ReadingReader
from jiqun.lake.store import Lake
from jiqun.lake.trust import TrustRow
from jiqun.ledger import identities

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Desk:
    """What every action needs: where things are kept and what the packs say.

    home   data folder
    packs  folder of rule packs and code tables
    """

    home: Path
    packs: Path
    memory_mb: int = 512
    threads: int = 2
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @cached_property
    def lake(self) -> Lake:
        """The lake of this home."""
        lake = Lake(
            self.home / "lake",
            memory_limit=f"{self.memory_mb}MB",
            threads=self.threads,
            identities=identities.today,
        )
        lake.trusted = self.trusted
        return lake

    @cached_property
    def readings(self) -> ReadingReader:
        """读数: one reader, since it keeps what it has looked through."""
        return ReadingReader(self.lake)

    @cached_property
    def trust(self) -> TrustOrder:
        """采信顺序."""
        return TrustOrder.load(self.packs / "trust.toml")

    @cached_property
    def practice(self) -> Practice:
        """异议办理规则."""
        return Practice.load(self.packs / "objections.toml")

    @cached_property
    def recognition(self) -> RecognitionPractice:
        """自动认定规则."""
        return RecognitionPractice.load(self.packs / "recognitions.toml")

    @cached_property
    def calendar(self) -> WorkingDays:
        """工作日."""
        return WorkingDays.load(self.packs / "holidays.csv")

    def trusted(self) -> tuple[TrustRow, ...]:
        """Where every source of the ledger stands in the order of trust."""
        from jiqun.ledger import sources  # late: a desk may be made before the ledger is set up

        order = self.trust
        return tuple(
            TrustRow(one.key, indicator, order.place(indicator, one.key, one.kind), one.told_on)
            for one in sources.all_sources()
            for indicator in ("", *order.own)
        )

    @cached_property
    def units(self) -> UnitTable:
        """计量单位表."""
        return UnitTable.load(self.packs / "units.toml")

    @cached_property
    def indicators(self) -> IndicatorTable:
        """指标目录."""
        return IndicatorTable.load(self.packs / "indicators", self.units)

    @cached_property
    def regions(self) -> Regions:
        """行政区划, with history."""
        return Regions.load(self.packs / "codes")

    @cached_property
    def industries(self) -> Industries:
        """国民经济行业分类."""
        return Industries.load(self.packs / "codes")

    @cached_property
    def messages(self) -> Messages:
        """Sentences of errors and flags."""
        return Messages.load(self.packs / "errors.toml")

    @cached_property
    def alarm_states(self) -> Diagram:
        """报警状态图."""
        return Diagram.load(self.packs / "factory" / "alarm_states.toml")

    @cached_property
    def limits(self) -> Limits:
        """Largest file, packed and unpacked."""
        return file_limits()

    @cached_property
    def form_words(self) -> Words:
        """表格用词: header texts the packs know."""
        tables = ("enterprise", "fact", "subject", "relation")
        fields = [item for table in tables for item in table_fields(self.packs, table)]
        return Words.of(fields, self.indicators, self.units)

    @property
    def uploads(self) -> Path:
        """Where handed-in files are kept."""
        folder = self.home / "uploads"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def now(self) -> datetime:
        """The instant of acting, aware, Asia/Shanghai; rooms below are told it."""
        return datetime.now(ZONE)


_open: dict[Path, Desk] = {}
_turn = threading.Lock()


def desk() -> Desk:
    """The desk of this process's home."""
    home = settings.HOME
    with _turn:
        if home not in _open:
            _open[home] = Desk(
                home,
                settings.PACKS_DIR,
                memory_mb=int(settings.setting("JIQUN_MEMORY_MB")),
                threads=int(settings.setting("JIQUN_THREADS")),
            )
        return _open[home]
