"""Matching names: ours beside splink 5 and the plain rule, over the half of the noisy names that was held out.

    python -m benchmarks matching

F1, precision, recall and the share of names left to a person, for all names and by kind of noise; names a second on two
cores; seconds to build the index; memory. Each of the three runs in a process of its own on the same register, and says
match, review or none for the same names. A name counts as found only when the decision is `match` and the enterprise is
the right one: `review` is a miss (it counts against recall), and so is a name that nobody could tell because two
enterprises of the register share it. BENCH_HALF=tune measures the tuning half instead.

Beside them, for ours, two lists of short forms, each by its own name, where the real register is there:

collected             281 forms as newspapers and exchanges write them: every one that names an enterprise in the five
                      documents the example was read from (key and line), listed short names (every second or third
                      one by share code, so not chosen), short names in the press. Which enterprise of the register it
                      is, or none, was decided by hand; where nobody can be sure (renamed, split, a brand borne by
                      several) the form was left out. Nothing was tuned on them.
made_up_short_forms   201 forms made up by the author from names of the register, as people shorten them

ours    candidates, comparison, decision as `jiqun match` runs them, in two processes
splink  link_only, name split as the plain rule does, Jaro-Winkler on rest and address, edits on the code, exact places,
        capital and date; u by sampling, m by expectation maximisation; a match from probability 0.95
plain   region, legal form and marks taken off; equal rests in one city are a match, several are for a person
"""

import csv
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from benchmarks.matching_names import Case, cases, read
from benchmarks.matching_register import matching_register
from benchmarks.measure import ROOT, child, line, report

AIM = {"f1": 0.98, "precision": 0.995, "review": 0.05, "names_per_second": 3000}
Answer = tuple[str, str]
SHORT_FORMS = {"collected": "matching_collected.csv", "made_up_short_forms": "matching_made_up.csv"}


def main(folder: Path) -> None:
    """Measure the three and print one line."""
    path, which = matching_register(folder)
    held_out = os.environ.get("BENCH_HALF", "held_out") != "tune"
    half = "1" if held_out else "0"
    results = {name: child("matching", name, str(path), half) for name in ("ours", "splink", "plain")}
    line("matching", register=which, half="held out" if held_out else "tuning", aim=AIM, **results)


def ours(path: str, half: str) -> None:
    """Ours, as the command runs it."""
    from benchmarks.matching_ours import measured

    asked = cases(Path(path), held_out=half == "1")
    answers, told = measured(path, asked)
    report(**told, **scored(asked, answers), **{name: short_forms(path, name) for name in SHORT_FORMS})


def plain(path: str, half: str) -> None:
    """The plain rule."""
    from benchmarks.matching_plain import measured

    asked = cases(Path(path), held_out=half == "1")
    answers, told = measured(read(Path(path)), asked)
    report(**told, **scored(asked, answers))


def splink(path: str, half: str) -> None:
    """splink."""
    from benchmarks.matching_splink import measured

    asked = cases(Path(path), held_out=half == "1")
    answers, told = measured(read(Path(path)), asked)
    report(**told, **scored(asked, answers))


def short_forms(path: str, which: str) -> dict[str, object]:
    """One list of short forms, where the real register is there: they name its codes."""
    from benchmarks.matching_ours import measured

    codes = {row["uscc"] for row in read(Path(path))}
    rows = short_form_rows(which)
    if any(row["uscc"] and row["uscc"] not in codes for row in rows):
        return {"skipped": "the pairs name enterprises of the real register"}
    asked = [Case(which, row["written"], row["uscc"], region=row.get("region", "")) for row in rows]
    answers, _ = measured(path, asked)
    return {"in_register": sum(bool(case.truth) for case in asked), **overall(asked, answers)}


def short_form_rows(which: str) -> list[dict[str, str]]:
    """The rows of a list: as written, the code of the enterprise or nothing, and where it comes from."""
    with (ROOT / "benchmarks" / SHORT_FORMS[which]).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scored(asked: list[Case], answers: list[Answer]) -> dict[str, object]:
    """Figures over all, over names alone and names with columns, and by kind of noise."""
    groups: dict[str, list[int]] = defaultdict(list)
    for n, case in enumerate(asked):
        groups[case.kind].append(n)
        groups["~name_only" if case.bare else "~with_columns"].append(n)
    told = {
        name: overall([asked[n] for n in some], [answers[n] for n in some])
        for name, some in sorted(groups.items())
    }
    kinds = {name: value for name, value in told.items() if not name.startswith("~")}
    return {**overall(asked, answers), "name_only": told["~name_only"], "with_columns": told["~with_columns"],
            "by_kind": kinds}  # fmt: skip


def overall(asked: Iterable[Case], answers: Iterable[Answer]) -> dict[str, object]:
    """Precision, recall and F1 of `match`, and the share of reviews."""
    counted: Counter[str] = Counter()
    for case, (decision, code) in zip(asked, answers, strict=True):
        counted["names"] += 1
        counted["real"] += bool(case.truth)
        counted[decision] += 1
        counted["right"] += decision == "match" and bool(case.truth) and code == case.truth
    precision = counted["right"] / counted["match"] if counted["match"] else None
    recall = counted["right"] / counted["real"] if counted["real"] else None
    f1 = 2 * counted["right"] / (counted["match"] + counted["real"]) if counted["real"] else None
    rounded = {name: None if value is None else round(value, 4)
               for name, value in (("f1", f1), ("precision", precision), ("recall", recall))}  # fmt: skip
    wrong = counted["match"] - counted["right"]
    return {"names": counted["names"], **rounded, "review": round(counted["review"] / counted["names"], 4),
            "wrong": wrong}  # fmt: skip


if __name__ == "__main__":
    {"ours": ours, "splink": splink, "plain": plain}[sys.argv[1]](*sys.argv[2:])
