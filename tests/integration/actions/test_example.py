"""The example: the documents whole and a slice of the made-up county, loaded through the gate, twice."""

import csv
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
from action_world import MORNING, SYSTEM, World, new_desk
from django.db import transaction

from jiqun import settings
from jiqun.actions import example, example_collection, homes, questions
from jiqun.actions.held_firms import held_firms
from jiqun.actions.judging_files import find_pack
from jiqun.actions.reading.collecting import collection_page
from jiqun.lake.facts import FactReader
from jiqun.ledger import audit, batches, relations, sources, subjects
from jiqun.ledger.subjects import SubjectFilter
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.judge import judge_pack
from jiqun.rules.tree import Field
from jiqun.rules.truth import State
from jiqun.rules.values import value_of

FIRMS = 60


def slice_of(folder: Path) -> Path:
    """The example with its documents whole and the first enterprises of the made-up county."""
    shutil.copytree(settings.EXAMPLE_DIR, folder)
    county = folder / "synthetic"
    with (county / "enterprises.csv").open(encoding="utf-8", newline="") as file:
        kept = {row["uscc"] for row, _ in zip(csv.DictReader(file), range(FIRMS), strict=False)}
    of_firms = [*county.glob("accounts_*.csv"), *county.glob("policy_*.csv")]
    for path in [county / "enterprises.csv", county / "relations.csv", *of_firms]:
        header, *rows = path.read_text(encoding="utf-8").splitlines()
        mine = [row for row in rows if all(part in kept for part in codes_in(row))]
        path.write_text("\n".join([header, *mine]) + "\n", encoding="utf-8")
    return folder


def codes_in(row: str) -> list[str]:
    """The made-up credit codes a line names."""
    parts = row.replace("enterprise:", ",").split(",")
    return [part for part in parts if part.startswith("9133990") and len(part) == 18]


@pytest.fixture(scope="module")
def loaded(
    django_db_setup: None,
    django_db_blocker: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    packs: Mapping[str, object],
    empty_lake: Path,
) -> Iterator[tuple[World, dict[str, object]]]:
    """The example in a home of its own, loaded once."""
    folder = slice_of(tmp_path_factory.mktemp("example") / "example")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        patch.setattr(settings, "EXAMPLE_DIR", folder)
        world = World(new_desk(tmp_path_factory.mktemp("loaded") / "home", packs, empty_lake))
        homes.prepare(world.desk, by=SYSTEM, at=MORNING)
        yield world, example.load_example(world.desk, by=SYSTEM)
        world.desk.lake.close()
        transaction.set_rollback(True)


@pytest.mark.usefixtures("db")
def test_every_row_of_the_example_gets_in(loaded: tuple[World, dict[str, object]]) -> None:
    world, report = loaded
    assert (report["quarantined"], report["held"]) == (0, [])
    assert int(str(report["facts"])) >= 500
    assert {batch.state for batch in batches.list_page(size=100).rows} == {"visible"}
    assert homes.has_example()
    reader = FactReader(world.desk.lake)
    assert reader.count(include_synthetic=False) == report["facts"]
    assert reader.count() > int(str(report["facts"])) + FIRMS * 10


@pytest.mark.usefixtures("db")
def test_every_fact_has_its_subject_its_source_and_its_place(loaded: tuple[World, dict[str, object]]) -> None:
    world, _ = loaded
    rows = FactReader(world.desk.lake).facts()
    assert {str(row["subject"]) for row in rows} <= subjects.exists({str(row["subject"]) for row in rows})
    known = sources.get_many({str(row["source"]) for row in rows})
    assert {str(row["source"]) for row in rows} == set(known)
    for row in rows:
        assert row["synthetic"] is known[str(row["source"])].synthetic
        assert row["synthetic"] or (str(row["locator"]).startswith("L") and row["quote"])
    assert len(questions.facts_of(world.desk, SYSTEM, document="002")) > 500


@pytest.mark.usefixtures("db")
def test_the_made_up_county_is_made_up_through_and_through(loaded: tuple[World, dict[str, object]]) -> None:
    made = subjects.list_page(SubjectFilter(region="339901", kind="enterprise"), size=500)
    assert made.total == FIRMS
    assert all(item.synthetic and "合成" in item.label_zh for item in made.rows)
    assert subjects.list_page(SubjectFilter(kind="enterprise", synthetic=False), size=1).total > 50
    ties = [tie for item in made.rows[:20] for tie in relations.relations_of(item.key)]
    assert ties
    assert all(tie.synthetic for tie in ties)


@pytest.mark.usefixtures("db")
def test_loading_the_example_again_changes_nothing(loaded: tuple[World, dict[str, object]]) -> None:
    world, first = loaded
    facts = FactReader(world.desk.lake).facts()
    held = {item.key: item for item in subjects.iterate(SubjectFilter())}
    registrations = world.registrations()
    again = example.load_example(world.desk, by=SYSTEM)
    assert (again["created"], again["quarantined"], again["facts"]) == (0, 0, first["facts"])
    assert {(b.counts.created, b.counts.updated) for b in map(batches.get, again["batches"])} == {(0, 0)}  # type: ignore[arg-type]
    assert FactReader(world.desk.lake).facts() == facts
    assert {item.key: item for item in subjects.iterate(SubjectFilter())} == held
    assert world.registrations() == registrations
    prepared = homes.prepare(world.desk, by=SYSTEM, at=world.now())
    assert (prepared["created"], prepared["merged_rows"]) == (0, 0)
    assert audit.list_page(action="home.prepare").total == 1


@pytest.mark.usefixtures("db")
def test_the_example_collects_from_ten_of_whom_one_is_late(loaded: tuple[World, dict[str, object]]) -> None:
    world, _ = loaded
    page = collection_page(world.desk, SYSTEM, example_collection.KEY)
    assert (page.line.asked, page.line.answered, page.late, page.line.synthetic) == (10, 9, 1, True)
    (late,) = [one for one in page.respondents if one.late]
    assert late.state == "waiting"
    assert late.key == f"enterprise:{min(one.key for one in page.respondents).partition(':')[2]}"
    rows = FactReader(world.desk.lake).facts(source=example_collection.KEY)
    assert len(rows) == 45
    assert all(row["synthetic"] for row in rows)
    (county,) = [place for place in page.places if place.level == "county"]
    assert {(one.known, one.asked) for one in county.sums} == {(9, 10)}
    assert example_collection.load(world.desk, by=SYSTEM) == 0


@pytest.mark.usefixtures("db")
def test_the_rules_read_what_the_files_say(loaded: tuple[World, dict[str, object]]) -> None:
    """Every cell of the county's sheets is a value of its firm, with the fact it was read from; real firms stay apart."""
    world, _ = loaded
    on = date(2026, 6, 1)
    held = {one.firm.uscc: one for one in held_firms(world.desk, by=SYSTEM, on=on, synthetic=True)}
    assert len(held) == FIRMS and all(one.synthetic for one in held.values())
    fields = {one.indicator: one for one in Catalogue.load(settings.PACKS_DIR).fields.values()}
    compared = 0
    for path in sorted((settings.EXAMPLE_DIR / "synthetic").glob("policy_*.csv")):
        told = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))["facts"]
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                one = held[row["统一社会信用代码"]]
                for fact in told:
                    field = fields[fact["indicator"]]
                    back = on.year - 1 - int(fact["period"][:4]) if field.yearly else 0
                    column = Field(field.name, back).column
                    if row[fact["column"]]:
                        assert one.firm.values[column] == value_of(row[fact["column"]], field), (row, column)
                        assert one.facts[column].startswith("f")
                        compared += 1
    assert compared > FIRMS * 10
    real = held_firms(world.desk, by=SYSTEM, on=on, synthetic=False)
    assert len(real) > 50 and not any(one.synthetic for one in real)
    pack = find_pack(world.desk, "national/little_giant")
    assert {judge_pack(pack, one.firm, on=on, kind="new").verdict for one in real} == {State.UNKNOWN}
