"""Ours, beside the register: the index built from its rows, and the decision for each case."""

from collections.abc import Iterable, Iterator, Mapping

from benchmarks.matching_names import Case
from benchmarks.measure import ROOT
from jiqun.actions.name_tables import name_reader, weights
from jiqun.brain.matching import Asked, Decision, Reader, Weights, compare, decide
from jiqun.lake.candidates import CandidateIndex

PACKS = ROOT / "packs"


class Ours:
    """The matcher as the command runs it, fed from the rows of a register."""

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        self.reader: Reader = name_reader(PACKS)
        self.weights: Weights = weights(PACKS)
        self.index = CandidateIndex(entry for row in rows for entry in self._known(row))

    def _known(self, row: Mapping[str, str]) -> Iterator[object]:
        region = self.reader.place(row["address"], row["reg_authority_code"]) or ""
        yield from self.reader.known(
            "enterprise:" + row["uscc"], row["name"], code=row["uscc"], region=region, address=row["address"],
            capital=row["capital"], date=row["reg_date"],
        )  # fmt: skip

    def decide(self, case: Case, row: int = 0) -> Decision:
        """The decision for one case."""
        asked = self.reader.asked(
            Asked(row, case.name, case.code, case.region, case.address, "", case.capital, case.date)
        )
        found = (
            compare(asked, known, self.reader, self.weights, brand_is_known=self.index.bears(asked.name.brand, known))
            for known in self.index.of(asked)
        )
        return decide(asked, [one for one in found if one is not None], self.weights)
