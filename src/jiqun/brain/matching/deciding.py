"""判定 deciding: match, review or none. Two plausible enterprises means review; an ambiguous name is never guessed."""

from collections.abc import Iterable

from jiqun.brain.matching.asked import AskedName
from jiqun.brain.matching.comparing import Comparison
from jiqun.brain.matching.model import Candidate, Decision
from jiqun.brain.matching.weights import Mark, Weights

SHORT_FORM = 4
UNITS = ("厂", "分公司", "部", "店", "站", "所", "销售公司", "销售有限公司")


def decide(asked: AskedName, found: Iterable[Comparison], weights: Weights) -> Decision:
    """Choose among what was found; the order in which it was found makes no difference."""
    ranked = _ranked(found)
    best, second = [*ranked, None, None][:2]
    row = asked.asked
    why = Mark("nobody" if asked.name.folded.strip("()") else "no_name")
    if best is None or best.points < weights.review:
        return Decision(row, "none", _told(best, weights), _told(second, weights), weights.evidence(why))
    told = _told(best, weights), _told(second, weights)
    if (
        second is not None
        and second.points >= weights.review
        and best.points - second.points < weights.margin
    ):
        return Decision(
            row, "review", *told, weights.evidence(Mark("two_plausible", known=second.known.name))
        )
    if best.points < weights.match:
        return Decision(row, "review", *told, weights.evidence(Mark("too_little")))
    if _is_bare_short_form(asked) and not _shortens(asked.name.folded, best.known.folded):
        return Decision(row, "review", *told, weights.evidence(Mark("short_form", seen=row.name)))
    return Decision(row, "match", *told, None)


def _is_bare_short_form(asked: AskedName) -> bool:
    """Four characters or fewer and nothing beside, as newspapers and exchanges write: 钱江摩托."""
    beside = asked.places or asked.code or asked.address or asked.phone
    return not beside and len(asked.name.folded.strip("()")) <= SHORT_FORM


def _shortens(short: str, full: str) -> bool:
    """Does the short form leave out but change nothing, and mean the firm itself? 合兴股份 is not 合兴集团, nor a works."""
    rest = iter(full)
    if not all(char in rest for char in short.strip("()")):
        return False
    return short == full or not full.endswith(UNITS)


def _ranked(found: Iterable[Comparison]) -> list[Comparison | None]:
    """The best comparison of each enterprise, best first; ties by key."""
    kept: dict[str, Comparison] = {}
    for one in sorted(found, key=lambda c: (-c.points, c.known.subject, c.known.former, c.known.folded)):
        kept.setdefault(one.known.subject, one)
    return list(kept.values())


def _told(found: Comparison | None, weights: Weights) -> Candidate | None:
    if found is None:
        return None
    evidence = tuple(weights.evidence(mark) for mark in found.marks)
    return Candidate(
        found.known.subject, found.known.name, round(min(1.0, max(0.0, found.points)), 4), evidence
    )
