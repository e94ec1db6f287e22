"""splink 5, set up as its documentation shows: columns standardised and split, comparisons by level, u by sampling, m by
expectation maximisation, several blocking rules.

The name is split as the plain rule splits it (place, rest without legal form), which serves splink better than the name
whole.
"""

import logging
import time

from benchmarks.matching_names import Case, Maker
from benchmarks.matching_plain import plain_name, rest

MATCH, REVIEW = 0.95, 0.5
COLUMNS = ("unique_id", "name", "core", "place", "code", "region", "address", "capital", "date")


def measured(rows: list[dict[str, str]], cases: list[Case]) -> tuple[list[tuple[str, str]], dict[str, float]]:
    """Decision and code for each case; names a second from registering the tables to the last prediction."""
    import pandas as pd
    from splink import DuckDBAPI, Linker

    maker = Maker(rows)
    county = maker.county

    def split(name: str) -> tuple[str, str, str | None]:
        core, place = rest(name, maker.places)
        return plain_name(name), core, place.rstrip("省市县区") or None

    known = pd.DataFrame(
        [(row["uscc"], *split(row["name"]), row["uscc"], county.get(row["reg_authority_code"]), row["address"] or None,
          row["capital"] or None, row["reg_date"] or None) for row in rows], columns=COLUMNS,
    )  # fmt: skip
    asked = pd.DataFrame(
        [(f"q{n}", *split(case.name), case.code or None, case.region or None, case.address or None, _number(case.capital),
          case.date or None) for n, case in enumerate(cases)], columns=COLUMNS,
    )  # fmt: skip
    started = time.perf_counter()
    api = DuckDBAPI()
    linker = Linker(
        [api.register(asked, dataset_display_name="asked"), api.register(known, dataset_display_name="known")],
        _settings(), log_level=logging.ERROR,
    )  # fmt: skip
    _train(linker)
    found = linker.inference.predict(threshold_match_probability=REVIEW).as_pandas_dataframe()
    answers = _best(found, len(cases))
    return answers, {"names_per_second": round(len(cases) / (time.perf_counter() - started))}


def _settings() -> object:
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.JaroWinklerAtThresholds("core", [0.95, 0.88, 0.8]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("place").configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("code", 1),
            cl.ExactMatch("region").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("address", [0.95, 0.85]),
            cl.ExactMatch("capital").configure(term_frequency_adjustments=True),
            cl.ExactMatch("date"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("name"), block_on("code"), block_on("address"), block_on("core"), block_on("substr(core, 1, 3)"),
            block_on("substr(core, 2, 3)"), block_on("substr(core, 1, 2)", "place"), block_on("substr(code, 9, 8)"),
        ],
        retain_intermediate_calculation_columns=False,
    )  # fmt: skip


def _train(linker: object) -> None:
    from splink import block_on

    training = linker.training  # type: ignore[attr-defined]
    training.estimate_probability_two_random_records_match([block_on("name"), block_on("code")], recall=0.5)
    training.estimate_u_using_random_sampling(max_pairs=1e7, seed=415)
    # every pair is looked at while training: the asked names are few
    for rule in (block_on("code"), block_on("substr(core, 1, 4)")):
        training.estimate_parameters_using_expectation_maximisation(rule, record_sample_proportion=1.0)


def _number(capital: str) -> str | None:
    return "".join(char for char in capital if char in "0123456789.") or None


def _best(found: object, count: int) -> list[tuple[str, str]]:
    """The likeliest enterprise of each name; two as likely are for a person."""
    best: dict[int, list[tuple[float, str]]] = {}
    for left, right, probability in zip(
        found["unique_id_l"],
        found["unique_id_r"],
        found["match_weight"],
        strict=True,  # type: ignore[index]
    ):
        one, other = (left, right) if left.startswith("q") else (right, left)
        best.setdefault(int(one[1:]), []).append((probability, other))
    answers: list[tuple[str, str]] = []
    import math

    needed = math.log2(MATCH / (1 - MATCH))
    for n in range(count):
        ranked = sorted(best.get(n, []), key=lambda pair: (-pair[0], pair[1]))
        if not ranked:
            answers.append(("none", ""))
        elif ranked[0][0] < needed or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
            answers.append(("review", ranked[0][1]))
        else:
            answers.append(("match", ranked[0][1]))
    return answers
