"""归并建议 duplicates: which enterprises of one register are probably the same, how sure that is, and why.

Candidates share a folded name, a former name, or a code but for one damaged character; an action adds what the matching of
names finds for those without a code. What two names have in common is told by a scorer that can be exchanged (`Similar`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jiqun.brain.matching.model import Evidence

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_LENGTH = 18
Similar = Callable[[str, str], float]

LEAST = 0.5
CLEAR = 0.8
RIVAL = 0.15
ALIKE = 0.6
WEIGHTS = {
    "same_name": 0.78, "former_name": 0.68, "code_damaged": 0.45, "name_only": 0.1, "county_same": 0.12,
    "county_differs": -0.3, "codes_differ": -0.3, "code_damaged_too": 0.15, "address_same": 0.08, "founded_same": 0.05,
    "founded_differs": -0.1,
}  # fmt: skip
SAYS: Mapping[str, tuple[str, str]] = {
    "same_name": ("名称相同：{name}", "the same name: {name}"),
    "former_name": (
        "一方的曾用名是另一方的名称：{name}",
        "a former name of one is the name of the other: {name}",
    ),
    "code_damaged": ("代码只差一个字符：{name}", "the codes differ by one character: {name}"),
    "name_only": ("一方只知其名、没有代码", "one is known by name only, without a code"),
    "county_same": ("同一县（市、区）", "the same county"),
    "county_differs": ("不在同一县（市、区）", "different counties"),
    "codes_differ": ("两个代码都有效且不同", "both codes are valid and differ"),
    "address_same": ("住所相同：{name}", "the same address: {name}"),
    "founded_same": ("成立日期相同：{name}", "founded on the same day: {name}"),
    "founded_differs": ("成立日期不同：{name}", "founded on different days: {name}"),
    "names_alike": ("名称相近：{name}", "the names are alike: {name}"),
    "names_differ": ("名称不同：{name}", "the names differ: {name}"),
    "several": ("还有别的企业同样像", "another enterprise is as likely"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One enterprise of the register as far as duplicates go.

    folded  name without width, case and punctuation; others: its other names, folded likewise
    grade   valid | checksum_mismatch | malformed | empty: without a code
    """

    key: str
    name: str
    folded: str
    others: tuple[str, ...] = ()
    code: str = ""
    grade: str = ""
    region: str = ""
    address: str = ""
    founded: str = ""
    synthetic: bool = False

    @property
    def rank(self) -> tuple[int, int, int]:
        """How much is known: the one with more goes on, the other is read under it."""
        coded = 2 if self.grade == "valid" else 1 if self.code else 0
        return coded, len(self.region), bool(self.address) + bool(self.founded)


@dataclass(frozen=True, slots=True)
class Proposal:
    """`subject` is probably `into`.

    clear  nothing else is as likely and the score is high
    group  smallest key of all that hang together
    """

    subject: str
    into: str
    score: float
    clear: bool
    group: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """How sure a pair is and why, before it is held against the other pairs."""

    score: float
    evidence: tuple[Evidence, ...] = ()


def plain_similarity(first: str, second: str) -> float:
    """1 for equal folded names, else what their pairs of characters share (Dice); the scorer in use by itself."""
    if first == second:
        return 1.0
    a = {first[at : at + 2] for at in range(len(first) - 1)}
    b = {second[at : at + 2] for at in range(len(second) - 1)}
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def candidates(
    register: Iterable[Known], *, apart: frozenset[tuple[str, str]] = frozenset()
) -> list[tuple[Known, Known]]:
    """Pairs worth judging, less known first, in order of their keys; never real beside synthetic.

    apart  pairs somebody said are two (smaller key first): they are not asked again
    """
    entries = sorted(register, key=lambda one: one.key)
    found: dict[tuple[str, str], tuple[Known, Known]] = {}
    for first, second in (*_named_alike(entries), *_codes_alike(entries)):
        low, high = sorted((first, second), key=lambda one: (one.rank, one.key))
        key = min(low.key, high.key), max(low.key, high.key)
        if key not in apart and low.synthetic == high.synthetic and low.key != high.key:
            found[key] = low, high
    return [found[key] for key in sorted(found)]


def judge(low: Known, high: Known, *, similar: Similar = plain_similarity) -> Judgement:
    """How sure it is that two enterprises are one, between 0 and 1, and what speaks for and against it."""
    score, said = _by_name(low, high, similar)
    for kind, name in _beside(low, high):
        score += WEIGHTS[kind]
        said.append(_evidence(kind, name))
    return Judgement(round(min(1.0, max(0.0, score)), 4), tuple(said))


def proposals(judged: Sequence[tuple[tuple[Known, Known], Judgement]]) -> list[Proposal]:
    """What is proposed: for each enterprise its likeliest twin, and rivals that are as likely; surest first."""
    kept = [(pair, how) for pair, how in judged if how.score >= LEAST]
    groups = _groups([(low.key, high.key) for (low, high), _ in kept])
    by_subject: dict[str, list[tuple[tuple[Known, Known], Judgement]]] = defaultdict(list)
    for pair, how in kept:
        by_subject[pair[0].key].append((pair, how))
    made: list[Proposal] = []
    for subject in sorted(by_subject):
        ranked = sorted(by_subject[subject], key=lambda item: (-item[1].score, item[0][1].key))
        near = [item for item in ranked if item[1].score >= ranked[0][1].score - RIVAL]
        several = sum(bool(high.code) for (_, high), _ in near) > 1
        for (low, high), how in near if several else ranked[:1]:
            evidence = (*how.evidence, _evidence("several", "")) if several else how.evidence
            clear = not several and how.score >= CLEAR
            made.append(Proposal(low.key, high.key, how.score, clear, groups[low.key], evidence))
    return sorted(made, key=lambda one: (not one.clear, -one.score, one.group, one.subject, one.into))


def _by_name(low: Known, high: Known, similar: Similar) -> tuple[float, list[Evidence]]:
    damaged = bool(low.code and high.code) and one_character_apart(low.code, high.code)
    codes = _evidence("code_damaged", f"{low.code} {high.code}")
    kind = _name_kind(low, high)
    if kind:
        said = [_evidence(kind, low.name if low.folded in (high.folded, *high.others) else high.name)]
        return WEIGHTS[kind] + (WEIGHTS["code_damaged_too"] if damaged else 0), [
            *said,
            *([codes] if damaged else []),
        ]
    alike = similar(low.folded, high.folded)
    names = _evidence("names_alike" if alike >= ALIKE else "names_differ", f"{low.name} {high.name}")
    return (WEIGHTS["code_damaged"] + 0.4 * (alike - ALIKE) if damaged else 0.0), [codes, names]


def _name_kind(low: Known, high: Known) -> str:
    if low.folded == high.folded:
        return "same_name"
    crossed = low.folded in high.others or high.folded in low.others
    return "former_name" if crossed else ""


def _beside(low: Known, high: Known) -> Iterator[tuple[str, str]]:
    """What stands beside the names: code, county, address, day of founding."""
    if not low.code:
        yield "name_only", ""
    elif low.grade == high.grade == "valid":
        yield "codes_differ", ""
    if low.region and high.region:
        yield ("county_same" if low.region == high.region else "county_differs"), ""
    if low.address and low.address == high.address:
        yield "address_same", low.address
    if low.founded and high.founded:
        same = low.founded == high.founded
        yield ("founded_same", low.founded) if same else ("founded_differs", f"{low.founded} {high.founded}")


def _evidence(kind: str, name: str) -> Evidence:
    zh, en = SAYS[kind]
    return Evidence(kind, zh.format(name=name), en.format(name=name))


def _named_alike(entries: Sequence[Known]) -> Iterator[tuple[Known, Known]]:
    """Each of a name beside the two best known of that name: linear, however many share it."""
    blocks: dict[str, list[Known]] = defaultdict(list)
    for entry in entries:
        for name in dict.fromkeys((entry.folded, *entry.others)):
            if name:
                blocks[name].append(entry)
    for name, block in blocks.items():
        if len(block) < 2:
            continue
        ranked = sorted(block, key=lambda one: (one.folded != name, *(-part for part in one.rank), one.key))
        for place, best in enumerate(ranked[:2]):
            yield from ((best, other) for other in ranked[place + 1 :] if name in (best.folded, other.folded))


def _codes_alike(entries: Sequence[Known]) -> Iterator[tuple[Known, Known]]:
    """Each damaged code beside those it would be with one character changed, added or taken away."""
    by_code = {entry.code: entry for entry in entries if entry.code}
    for entry in entries:
        if entry.code and entry.grade != "valid":
            yield from ((entry, by_code[code]) for code in sorted(neighbours(entry.code)) if code in by_code)


def neighbours(code: str) -> set[str]:
    """Every code one character away: another character, one too few, one too many."""
    found = {code[:at] + letter + code[at + 1 :] for at in range(len(code)) for letter in LETTERS}
    if len(code) < CODE_LENGTH:
        found |= {code[:at] + letter + code[at:] for at in range(len(code) + 1) for letter in LETTERS}
    if len(code) > CODE_LENGTH:
        found |= {code[:at] + code[at + 1 :] for at in range(len(code))}
    return found - {code}


def one_character_apart(first: str, second: str) -> bool:
    """Do two codes differ by one character changed, missing or too many?"""
    if len(first) == len(second):
        return sum(a != b for a, b in zip(first, second, strict=True)) == 1
    short, long = sorted((first, second), key=len)
    return len(long) - len(short) == 1 and any(short == long[:at] + long[at + 1 :] for at in range(len(long)))


def _groups(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Smallest key of all a key hangs together with."""
    above: dict[str, str] = {}

    def top(key: str) -> str:
        while above.setdefault(key, key) != key:
            above[key] = above[above[key]]
            key = above[key]
        return key

    for first, second in pairs:
        one, other = sorted((top(first), top(second)))
        above[other] = one
    return {key: top(key) for key in above}
