"""计数 counts of ours: what was counted, how, as of when, and the list behind it; counted anew each time it is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from jiqun.actions.desk import Desk
from jiqun.actions.reading.archive import Archive
from jiqun.actions.reading.clusters import AREAS, inside_of, member_keys
from jiqun.actions.reading.map import counted_values
from jiqun.actions.reading.statements import Label
from jiqun.core.errors import NotFound
from jiqun.core.figures import Step
from jiqun.lake.listing import Wanted
from jiqun.ledger.permissions import Actor


@dataclass(frozen=True)
class WhyCountContext:
    """How a number of ours was counted.

    about         what it was counted for; None for the whole ledger
    list_address  the page with the rows behind it
    """

    name: str
    title: Label
    about: Label | None
    value: int
    as_of: datetime
    steps: tuple[Step, ...]
    list_address: str


@dataclass(frozen=True)
class Counting:
    """One way of counting: its name in words, the last step in words, where the rows are, and the counting itself.

    address  `{about}` stands for the subject's key, `{name}` for what follows its colon
    """

    title: Label
    question: Label
    address: str
    count: Callable[[Archive, str], int]


def why_count(desk: Desk, actor: Actor, name: str, *, about: str = "") -> WhyCountContext:
    """Count anew what a page shows, and say how; NotFound for a count nobody has named."""
    archive = Archive(desk, actor)
    counting = COUNTS.get(name)
    if counting is None:
        raise NotFound("count.unknown", seen=name, allowed=" ".join(COUNTS))
    total = sum(facts for facts, _ in archive.tallied(Wanted(real=True), by="status").values())
    value = counting.count(archive, about)
    steps = (
        Step(
            "取账本中现行的事实：已被更正的、批次已撤销的不算",
            "Take the statements that hold now: not corrected, batch not undone",
            (),
            "",
        ),
        Step("合成数据不算在内", "Made-up data is left out", (), f"{total}"),
        Step(counting.question.zh, counting.question.en, (f"{total}",), f"{value}"),
    )
    return WhyCountContext(
        name=name,
        title=counting.title,
        about=archive.link(about).label if about else None,
        value=value,
        as_of=desk.now(),
        steps=steps,
        list_address=counting.address.format(about=about, name=about.partition(":")[2]),
    )


def _facts(archive: Archive, about: str) -> int:
    del about
    return sum(facts for facts, _ in archive.tallied(Wanted(real=True), by="status").values())


def _documents(archive: Archive, about: str) -> int:
    del about
    documents = {key for key, source in archive.sources.items() if source.kind == "document"}
    return len(documents & archive.tallied(Wanted(real=True), by="source").keys())


def _indicators(archive: Archive, about: str) -> int:
    del about
    return len(archive.tallied(Wanted(real=True), by="indicator"))


def _subjects(archive: Archive, about: str) -> int:
    del about
    return sum(archive.subjects_by_kind(Wanted(real=True)).values())


def _of_kind(kind: str) -> Callable[[Archive, str], int]:
    return lambda archive, about: archive.subjects_by_kind(Wanted(real=True)).get(kind, 0)


def _about_cluster(archive: Archive, about: str) -> int:
    wanted = Wanted(subjects=(about, *member_keys(about)), real=True)
    return sum(facts for facts, _ in archive.tallied(wanted).values())


def _known_of_cluster(archive: Archive, about: str) -> int:
    return _about_cluster(archive, about) + len(inside_of(about))


def _areas(archive: Archive, about: str) -> int:
    del archive
    return len({member for member, predicate in inside_of(about) if predicate in AREAS})


def _members(archive: Archive, about: str) -> int:
    del archive
    return len({member for member, predicate in inside_of(about) if predicate not in AREAS})


def _in_city(archive: Archive, about: str) -> int:
    code = about.partition(":")[2]
    if archive.desk.regions.find(code) is None:
        return 0
    keys = tuple(f"region:{region.code}" for region in archive.desk.regions.subtree(code))
    return sum(facts for facts, _ in archive.tallied(Wanted(subjects=keys, real=True)).values())


def _on_map(name: str) -> Callable[[Archive, str], int]:
    return lambda archive, about: counted_values(archive, name).get(about.partition(":")[2], 0)


COUNTS: Mapping[str, Counting] = {
    "facts": Counting(
        Label("事实", "Statements"), Label("逐条计数", "Count them one by one"), "/indicators/", _facts
    ),
    "documents": Counting(
        Label("文献", "Documents"),
        Label("数出至少有一条事实的文献", "Count the documents with at least one statement"),
        "/sources/",
        _documents,
    ),
    "indicators": Counting(
        Label("指标", "Indicators"),
        Label("数出至少有一条事实的指标", "Count the indicators with at least one statement"),
        "/indicators/",
        _indicators,
    ),
    "subjects": Counting(
        Label("主体", "Subjects"),
        Label("数出至少有一条事实的主体", "Count the subjects with at least one statement"),
        "/subjects/",
        _subjects,
    ),
    "places": Counting(
        Label("地方", "Places"),
        Label(
            "其中类别为地方（省、市、县）的主体",
            "Of these, subjects that are places (province, cities, counties)",
        ),
        "/subjects/?kind=region",
        _of_kind("region"),
    ),
    "enterprises": Counting(
        Label("企业", "Enterprises"),
        Label("其中类别为企业的主体", "Of these, subjects that are enterprises"),
        "/subjects/?kind=enterprise",
        _of_kind("enterprise"),
    ),
    "projects": Counting(
        Label("项目", "Projects"),
        Label("其中类别为项目的主体", "Of these, subjects that are projects"),
        "/projects/",
        _of_kind("project"),
    ),
    "cluster-facts": Counting(
        Label("关于集群及其成员的事实", "Statements about the cluster and its members"),
        Label(
            "主体是该集群，或属于它的主体（地方除外）",
            "The subject is the cluster, or belongs to it (places apart)",
        ),
        "/clusters/{name}/",
        _about_cluster,
    ),
    "cluster-known": Counting(
        Label("关于集群的事实与关系", "Statements and relations of the cluster"),
        Label(
            "关于它和成员的事实，加上以它为一端的隶属与区域关系",
            "Statements about it and its members, and relations that place something in it",
        ),
        "/clusters/{name}/",
        _known_of_cluster,
    ),
    "cluster-areas": Counting(
        Label("核心区与协同区", "Core and cooperation areas"),
        Label(
            "数出以它为对象的“核心区”“协同区”关系",
            "Count the relations “core area of” and “cooperation area of” that point to it",
        ),
        "/clusters/{name}/",
        _areas,
    ),
    "cluster-members": Counting(
        Label("成员", "Members"),
        Label(
            "数出直接属于它的主体（核心区、协同区除外）", "Count what directly belongs to it (areas apart)"
        ),
        "/clusters/{name}/",
        _members,
    ),
    "city-facts": Counting(
        Label("关于一地及下辖地方的事实", "Statements about a place and those below"),
        Label("主体是该地，或其下辖的县（市、区）", "The subject is the place, or a county unit below it"),
        "/subjects/{about}/",
        _in_city,
    ),
    "map-facts": Counting(
        Label("关于一地及当地主体的事实", "Statements about a place and subjects placed there"),
        Label("主体是该地，或登记在该地", "The subject is the place, or is placed there"),
        "/subjects/?region={name}",
        _on_map("facts"),
    ),
    "map-enterprises": Counting(
        Label("登记在该地的企业", "Enterprises placed there"),
        Label("数出账本中登记在该地的企业", "Count the enterprises the ledger places there"),
        "/subjects/?kind=enterprise&region={name}",
        _on_map("enterprises"),
    ),
    "map-projects": Counting(
        Label("登记在该地的项目", "Projects placed there"),
        Label("数出账本中登记在该地的项目", "Count the projects the ledger places there"),
        "/projects/?region={name}",
        _on_map("projects"),
    ),
}
