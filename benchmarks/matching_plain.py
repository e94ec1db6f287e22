"""The plain rule: region, legal form and marks are taken off, and what is left must be equal."""

import time
import unicodedata
from collections import defaultdict

from benchmarks.matching_names import Case, Maker
from benchmarks.matching_noise import FORMS


def measured(rows: list[dict[str, str]], cases: list[Case]) -> tuple[list[tuple[str, str]], dict[str, float]]:
    """Decision and code for each case, and names a second in one process."""
    places = Maker(rows).places
    held: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        core, region = rest(row["name"], places)
        held[core].append((region, row["uscc"]))
    codes = {row["uscc"] for row in rows}
    started = time.perf_counter()
    answers = [_answer(case, held, codes, places) for case in cases]
    return answers, {"names_per_second": round(len(cases) / (time.perf_counter() - started))}


def _answer(
    case: Case, held: dict[str, list[tuple[str, str]]], codes: set[str], places: frozenset[str]
) -> tuple[str, str]:
    if case.code in codes:
        return "match", case.code
    core, region = rest(case.name, places)
    found = held.get(core, [])
    near = [one for one in found if not region or not one[0] or one[0][:2] == region[:2]]
    if not near:
        return "none", ""
    return ("match" if len(near) == 1 else "review"), near[0][1]


def plain_name(name: str) -> str:
    """The name in half width, without marks and blanks."""
    return "".join(char for char in unicodedata.normalize("NFKC", name) if char.isalnum())


def rest(name: str, places: frozenset[str]) -> tuple[str, str]:
    """What is left, and the places in front."""
    plain = plain_name(name)
    region = ""
    while size := next((n for n in range(8, 1, -1) if plain[:n] in places and len(plain) > n + 1), 0):
        region, plain = region + plain[:size], plain[size:]
    form = next((form for form in FORMS if plain.endswith(form) and len(plain) > len(form)), "")
    return plain.removesuffix(form), region.removeprefix("浙江省").removeprefix("浙江")
