"""判定 deciding: match, review or none. Two plausible enterprises means review; an ambiguous name is never guessed."""

from collections.abc import Iterable

from jiqun.brain.matching.asked import AskedName
from jiqun.brain.matching.comparing import Comparison
from jiqun.brain.matching.model import Candidate, Decision
from jiqun.brain.matching.weights import Mark, Weights


def decide(asked: AskedName, found: Iterable[Comparison], weights: Weights) -> Decision:
    """Choose among what was found; the order in which it was found makes no difference."""
    ranked = _ranked(found)
    best, second = (ranked + [None, None])[:2]
    row = asked.asked
    why = Mark("nobody" if asked.name.folded else "no_name")
    if best is None or best.points < weights.review:
        return Decision(row, "none", _told(best, weights), _told(second, weights), weights.evidence(why))
    told = _told(best, weights), _told(second, weights)
    if second is not None and second.points >= weights.review and best.points - second.points < weights.margin:
        return Decision(row, "review", *told, weights.evidence(Mark("two_plausible", known=second.known.name)))
    if best.points < weights.match:
        return Decision(row, "review", *told, weights.evidence(Mark("too_little")))
    return Decision(row, "match", *told, None)


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
    return Candidate(found.known.subject, found.known.name, round(min(1.0, max(0.0, found.points)), 4), evidence)
