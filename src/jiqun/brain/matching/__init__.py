"""名称匹配 matching: which enterprise a written name is, with the evidence said, or that nobody can say.

`Reader` reads what was asked, `compare` weighs it against one enterprise, `decide` chooses match, review or none. Word
lists, weights, sentences and thresholds are packs; candidates come from `lake.candidates`, and an action joins the two.
"""

from jiqun.brain.matching.asked import AskedName, Reader
from jiqun.brain.matching.comparing import Comparison, compare
from jiqun.brain.matching.deciding import decide
from jiqun.brain.matching.model import Asked, Candidate, Decision, Evidence, Known, Verdict
from jiqun.brain.matching.weights import Weights

__all__ = [
    "Asked", "AskedName", "Candidate", "Comparison", "Decision", "Evidence", "Known", "Reader", "Verdict", "Weights",
    "compare", "decide",
]  # fmt: skip
