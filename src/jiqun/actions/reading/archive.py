"""档案 the archive: what one person may read of lake and ledger, told in words; every page reads through it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from jiqun.actions.desk import Desk
from jiqun.actions.reading.statements import Label, Link, Row, Statement, Words, told
from jiqun.core.errors import NotAllowed, NotFound
from jiqun.core.indicators import IndicatorTable
from jiqun.lake import listing
from jiqun.lake.listing import Wanted
from jiqun.ledger import sources, subjects
from jiqun.ledger.permissions import ANYWHERE, Actor, can, check, reach
from jiqun.ledger.roles import Permission
from jiqun.ledger.scopes import Scope

PUBLIC_SOURCES = ("document", "register", "synthetic")


@dataclass(frozen=True, slots=True)
class Count:
    """A number we counted ourselves; `name` and `query` lead to how (`/why/count/<name>?<query>`)."""

    name: str
    value: int
    query: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """How a list of statements is asked for: sorted, narrowed, turned."""

    sort: str = "subject"
    descending: bool = False
    page: int = 1
    size: int = 50
    status: str = ""
    text: str = ""
    real: bool = False


@dataclass(frozen=True, slots=True)
class StatementTable:
    """One page of statements.

    total     how many there are in all under this narrowing
    statuses  how many there are of each status, before narrowing by status
    made_up   how many of all are synthetic
    """

    rows: tuple[Statement, ...]
    total: int
    ask: Ask
    statuses: tuple[tuple[str, int], ...]
    made_up: int

    @property
    def pages(self) -> int:
        """Number of pages, at least one."""
        return max(1, -(-self.total // self.ask.size))

    @property
    def first(self) -> int:
        """Number of the first row shown; 0 when there is none."""
        return (self.ask.page - 1) * self.ask.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0


def table_of(statements: Sequence[Statement], ask: Ask) -> StatementTable:
    """A table over statements that are all at hand, by period; what a page has read already is not asked for again."""
    kept = [one for one in statements if not (ask.real and one.synthetic)]
    statuses = Counter(one.status for one in kept)
    shown = [one for one in kept if not ask.status or one.status == ask.status]
    shown.sort(key=lambda one: (one.ends, one.starts, one.id), reverse=ask.descending)
    last = max(1, -(-len(shown) // ask.size))
    ask = replace(ask, page=max(1, min(ask.page, last)))
    rows = shown[(ask.page - 1) * ask.size : ask.page * ask.size]
    made_up = sum(one.synthetic for one in shown)
    return StatementTable(tuple(rows), len(shown), ask, tuple(statuses.most_common()), made_up)


class Archive:
    """Reads for one person within one request."""

    def __init__(self, desk: Desk, actor: Actor) -> None:
        check(actor, Permission.READ_PUBLIC, target_scope=ANYWHERE)
        self.desk, self.actor = desk, actor
        self._subjects: dict[str, Link] = {}

    @cached_property
    def sources(self) -> Mapping[str, sources.Source]:
        """Every source by key."""
        return {source.key: source for source in sources.all_sources()}

    @cached_property
    def source_links(self) -> Mapping[str, Link]:
        """Sources as links."""
        return {key: Link(key, "source", Label.of(s.title), s.synthetic) for key, s in self.sources.items()}

    @cached_property
    def indicator_links(self) -> Mapping[str, Link]:
        """Indicators of the catalogue as links."""
        return _indicator_links(self.desk.indicators)

    @cached_property
    def unit_labels(self) -> Mapping[str, Label]:
        """Units in words."""
        return {unit.key: Label(unit.label["zh"], unit.label["en"]) for unit in self.desk.units}

    def statements(
        self,
        wanted: Wanted,
        *,
        sort: str = "subject",
        descending: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[Statement, ...]:
        """Facts known now that this person may see, told."""
        return self.tell(self.rows(wanted, sort=sort, descending=descending, limit=limit, offset=offset))

    def rows(
        self,
        wanted: Wanted,
        *,
        sort: str = "subject",
        descending: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[listing.Row]:
        """The same as rows of the facts table, for a page that tells only some of them."""
        narrowed = self.narrowed(wanted)
        return listing.listed(
            self.desk.lake, narrowed, sort=sort, descending=descending, limit=limit, offset=offset
        )

    def tell(self, rows: Iterable[Row]) -> tuple[Statement, ...]:
        """Rows of the facts table as statements."""
        rows = list(rows)
        links = self.links(str(row["subject"]) for row in rows)
        words = Words(links, self.source_links, self.indicator_links, self.unit_labels)
        return tuple(told(row, words) for row in rows)

    def table(self, wanted: Wanted, ask: Ask) -> StatementTable:
        """One page of a list of statements."""
        wanted = self.narrowed(replace(wanted, real=ask.real or wanted.real, text=ask.text))
        statuses = listing.tallied(self.desk.lake, wanted, by="status")
        chosen = replace(wanted, status=ask.status)
        shown = {key: pair for key, pair in statuses.items() if not ask.status or key == ask.status}
        total, made_up = (sum(pair[part] for pair in shown.values()) for part in (0, 1))
        last = max(1, -(-total // ask.size))
        ask = replace(ask, page=max(1, min(ask.page, last)))
        rows = self.statements(
            chosen, sort=ask.sort, descending=ask.descending, limit=ask.size, offset=(ask.page - 1) * ask.size
        )
        return StatementTable(
            rows, total, ask, tuple((key, pair[0]) for key, pair in statuses.items()), made_up
        )

    def tallied(self, wanted: Wanted, *, by: str = "subject") -> dict[str, tuple[int, int]]:
        """Facts this person may see per key: how many, and how many of them made up."""
        return listing.tallied(self.desk.lake, self.narrowed(wanted), by=by)

    def subjects_by_kind(self, wanted: Wanted) -> dict[str, int]:
        """How many different subjects of each kind those facts speak of."""
        return listing.subjects_by_kind(self.desk.lake, self.narrowed(wanted))

    def narrowed(self, wanted: Wanted) -> Wanted:
        """What is asked, without what this person may not see."""
        if not can(self.actor, Permission.VIEW_SYNTHETIC, target_scope=ANYWHERE):
            wanted = replace(wanted, real=True)
        if self.private_sources and not self._sees_private(wanted.subject):
            wanted = replace(wanted, withheld=self.private_sources, seen=self.own_enterprises)
        return wanted

    @cached_property
    def own_enterprises(self) -> tuple[str, ...]:
        """Enterprises whose private statements this person may read, where that is not all of them."""
        within = reach(self.actor, Permission.READ_ENTERPRISE)
        if not within.any_of:
            return ()
        return tuple(subjects.all_keys(subjects.SubjectFilter(kind="enterprise", scope=within)))

    @cached_property
    def private_sources(self) -> tuple[str, ...]:
        """Sources that are not public: what offices and enterprises reported themselves."""
        return tuple(sorted(key for key, source in self.sources.items() if source.kind not in PUBLIC_SOURCES))

    def may_see(self, subject: str, source: str) -> bool:
        """May this person see what that source says about that enterprise?"""
        return source not in self.private_sources or self._sees_private(subject)

    def check_statement(self, statement: Statement) -> None:
        """Raise NotAllowed for a statement about an enterprise from a source that is not public."""
        private = statement.subject.kind == "enterprise" and statement.source.key in self.private_sources
        if private and not self._sees_private(statement.subject.key):
            target = subjects.target_of(statement.subject.key)
            check(self.actor, Permission.READ_ENTERPRISE, target_scope=target)
            raise NotAllowed("auth.scope", target=statement.subject.key)
        if statement.synthetic:
            check(self.actor, Permission.VIEW_SYNTHETIC, target_scope=ANYWHERE)

    def links(self, keys: Iterable[str]) -> Mapping[str, Link]:
        """Subjects by key as links, read once per request; places come from the code table."""
        missing = set(keys) - self._subjects.keys()
        if missing:
            for key, found in subjects.get_many(missing).items():
                self._subjects[key] = link_of(found)
            for key in missing - self._subjects.keys():
                self._subjects[key] = self._unregistered(key)
        return self._subjects

    def link(self, key: str) -> Link:
        """One subject as a link."""
        return self.links([key])[key]

    def subject(self, key: str) -> subjects.Subject:
        """The subject of that key, following merges; NotFound when nobody knows it."""
        found = subjects.get(subjects.resolve(key))
        if found.synthetic:
            check(self.actor, Permission.VIEW_SYNTHETIC, target_scope=ANYWHERE)
        return found

    def indicator_link(self, key: str) -> Link:
        """One indicator as a link; NotFound when it is not in the catalogue."""
        if key not in self.indicator_links:
            raise NotFound("gate.unknown_indicator", seen=key, allowed="packs/indicators")
        return self.indicator_links[key]

    def region_label(self, code: str) -> Label:
        """Name of a place, with its city before a county: 绍兴市新昌县."""
        region = self.desk.regions.find(code)
        if region is None:
            return Label.of(code)
        parent = self.desk.regions.find(region.parent) if region.level.value == "county" else None
        if parent is None:
            return Label(region.name["zh"], region.name["en"])
        return Label(parent.name["zh"] + region.name["zh"], f"{region.name['en']}, {parent.name['en']}")

    def _sees_private(self, subject: str) -> bool:
        target = subjects.target_of(subject) if subject else Scope()
        return can(self.actor, Permission.READ_ENTERPRISE, target_scope=target)

    def _unregistered(self, key: str) -> Link:
        kind, _, name = key.partition(":")
        region = self.desk.regions.find(name) if kind == "region" else None
        return Link(
            key, kind, Label(region.name["zh"], region.name["en"]) if region else Label.of(name or key)
        )


@lru_cache(maxsize=4)
def _indicator_links(catalogue: IndicatorTable) -> Mapping[str, Link]:
    return {
        item.key: Link(item.key, "indicator", Label(item.label["zh"], item.label["en"])) for item in catalogue
    }


def link_of(subject: subjects.Subject | object) -> Link:
    """A subject or a search hit as a link."""
    zh, en = subject.label_zh, subject.label_en  # type: ignore[attr-defined]
    return Link(subject.key, subject.kind, Label.of(zh, en), subject.synthetic)  # type: ignore[attr-defined]
