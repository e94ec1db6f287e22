"""A home over time: prepared again, tidied, asked — and the made-up kept apart from the real in every sum."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from action_world import (
    FACT_HEADER,
    MORNING,
    SHENGZHOU,
    SYSTEM,
    XINCHANG,
    World,
    batch_of,
    firm,
    key_of,
    officer,
)

from jiqun.actions import homes, questions, upkeep
from jiqun.core.errors import InputError, NotAllowed, NotFound
from jiqun.lake.catalogue import TABLES
from jiqun.lake.facts import FactReader
from jiqun.lake.reference import Edge
from jiqun.lake.totals import rolled_up
from jiqun.ledger import audit, subjects
from jiqun.ledger.permissions import NOBODY
from jiqun.ledger.subjects import SubjectFilter

TOWN = f"region:{XINCHANG}"
FACT = (TOWN, "revenue", "2024", "12.5", "亿元")
EDGES = [Edge(key_of(n), TOWN, "county") for n in (1, 2, 3)] + [Edge(TOWN, "region:330600", "city")]


# prepared again


def test_a_prepared_home_has_its_places_and_clusters(world: World) -> None:
    counties = subjects.list_page(SubjectFilter(kind="region", region="330000"), size=1).total
    assert counties == 90 + 11 + 1
    assert subjects.list_page(SubjectFilter(kind="cluster"), size=1).total == 15 + 4 + 1
    town = world.subject(TOWN)
    assert town is not None
    assert (town.label_zh, town.code, town.region, town.city) == ("新昌县", XINCHANG, XINCHANG, "330600")


def test_preparing_a_home_again_changes_nothing(world: World) -> None:
    before, lines = subjects.get_many(subjects.all_keys(SubjectFilter())), audit.list_page().total
    for _ in range(2):
        done = homes.prepare(world.desk, by=SYSTEM, at=world.now())
        assert (done["created"], done["published"], done["merged_rows"]) == (0, 0, 0)
    assert subjects.get_many(subjects.all_keys(SubjectFilter())) == before
    assert audit.list_page().total == lines


def test_a_subject_of_the_packs_that_went_missing_comes_back(world: World) -> None:
    from jiqun.ledger.bulk import delete_rows

    delete_rows("ledger_subject", "key", [TOWN])
    assert homes.prepare(world.desk, by=SYSTEM, at=world.now())["created"] == 1
    assert world.subject(TOWN) is not None


# tidied


def test_tidying_keeps_every_answer(world: World) -> None:
    first = world.facts(FACT)
    second = world.facts((*FACT[:3], "13", "亿元"), ("enterprise:一厂", "revenue", "2024", "1", "亿元"))
    world.enterprises(firm(1), ("", "12345", "", ""))
    third = world.facts((*FACT[:3], "14", "亿元"))
    world.undo(third)
    reader = FactReader(world.desk.lake)

    def answers() -> list[object]:
        return [
            reader.facts(), reader.facts(as_of=date(2026, 11, 20)), reader.facts(batch=batch_of(second)),
            reader.history(str(reader.facts(batch=batch_of(first), as_of=MORNING.replace(minute=1))[0]["id"])),
            world.desk.lake.run(f"SELECT * FROM {world.desk.lake.table_sql('quarantine')} ORDER BY ALL"),
            world.desk.lake.run(f"SELECT * FROM {world.desk.lake.table_sql('registrations')} ORDER BY ALL"),
        ]  # fmt: skip

    before = answers()
    done = upkeep.tidy(world.desk)
    assert done.compacted["facts"] == 3
    assert set(done.removed) == set(TABLES)
    assert {name: len(world.desk.lake.snapshot(name).files) for name in done.compacted} == dict.fromkeys(
        done.compacted, 1
    )
    assert answers() == before
    assert upkeep.tidy(world.desk).compacted == {}
    assert world.facts((*FACT[:3], "13", "亿元")).unchanged == 1


# the made-up


def test_the_made_up_never_meets_the_real_in_a_sum(world: World) -> None:
    header = (*FACT_HEADER, "synthetic")
    world.enterprises(firm(1), firm(2), firm(3))
    world.facts(
        *((key_of(n), "revenue", "2024", str(n), "亿元", "1" if n == 3 else "") for n in (1, 2, 3)),
        header=header,
    )
    world.facts((key_of(1), "revenue", "2023", "100", "亿元"), synthetic=True)
    rows = rolled_up(world.desk.lake, world.desk.indicators.get("revenue"), EDGES, levels=("county", "city"))
    sums = {
        (row["subject"], row["year"], row["synthetic"]): (row["value"], row["known"], row["parts"])
        for row in rows
    }
    assert sums == {
        (place, year, made_up): (Decimal(value), known, 3)
        for place in (TOWN, "region:330600")
        for year, made_up, value, known in ((2024, False, 3, 2), (2024, True, 3, 1), (2023, True, 100, 1))
    }
    matrix = FactReader(world.desk.lake).matrix("revenue", [key_of(3)], (2020, 2026))
    assert matrix == []


# asked


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (None, None), ("", None), ("2024-03-01", date(2024, 3, 1)), ("20240301", date(2024, 3, 1)),
        ("2024-03-01T08:00:00+08:00", datetime.fromisoformat("2024-03-01T08:00:00+08:00")),
        ("2024-03-01T08:00", datetime.fromisoformat("2024-03-01T08:00:00+08:00")),
    ],
)  # fmt: skip
def test_days_and_instants_are_read(text: str | None, meant: object) -> None:
    assert questions.parse_as_of(text) == meant


@pytest.mark.parametrize(
    "text",
    ["昨天", "2024", "2024-13-01", "2024-02-30", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+08:00"],
)
def test_what_is_no_day_to_ask_for_says_so(text: str) -> None:
    with pytest.raises(InputError) as caught:
        questions.parse_as_of(text)
    assert caught.value.code == "gate.bad_instant"


def test_facts_are_told_with_their_words(world: World) -> None:
    world.facts((TOWN, "revenue", "2024", "125000", "万元"))
    (row,) = questions.facts_of(world.desk, SYSTEM, subject="region:新昌县")
    assert (row["value"], row["unit"], row["base_value"], row["indicator_unit"]) == (
        "125000",
        "万元",
        "12.5",
        "亿元",
    )
    assert row["subject_label"] == {"zh": "新昌县", "en": "Xinchang County"}
    assert row["period_label"] == {"zh": "2024年", "en": "2024"}
    assert "natural_key" not in row
    assert questions.facts_of(world.desk, SYSTEM, document="document:sheet") == [row]
    assert questions.facts_of(world.desk, SYSTEM, subject=TOWN, indicator="gdp") == []


def test_what_does_not_exist_is_not_found(world: World) -> None:
    for asked in (
        {"subject": "park:none"},
        {"document": "none"},
        {"subject": TOWN, "indicator": "happiness"},
    ):
        with pytest.raises(NotFound):
            questions.facts_of(world.desk, SYSTEM, **asked)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        questions.why(world.desk, SYSTEM, "f0")


def test_why_tells_steps_source_batch_and_what_became_of_it(world: World) -> None:
    first = world.facts((TOWN, "revenue", "2024", "125000", "万元"))
    (row,) = questions.facts_of(world.desk, SYSTEM, subject=TOWN)
    world.facts((TOWN, "revenue", "2024", "13", "亿元"))
    told = questions.why(world.desk, SYSTEM, str(row["id"]))
    assert [(step["step"], step["value"], step["unit"]) for step in told["steps"]] == [  # type: ignore[attr-defined]
        ("stated", "125000", "万元"), ("converted", "12.5", "亿元"),
    ]  # fmt: skip
    assert told["source"]["key"] == "sheet"  # type: ignore[index]
    assert told["batch"]["id"] == first.batch_id  # type: ignore[index]
    (later,) = questions.facts_of(world.desk, SYSTEM, subject=TOWN)
    assert (told["known_now"], told["superseded_by"]) == (False, [later["id"]])
    assert [step["step"] for step in questions.steps(later)] == ["stated"]


def test_steps_of_a_value_only_told_in_words() -> None:
    row = {"value": None, "unit": "%", "base_value": None, "indicator_unit": "%"}
    assert [step["value"] for step in questions.steps(row)] == [None]


def test_an_enterprises_facts_are_for_who_may_see_them(world: World) -> None:
    world.enterprises(firm(1), firm(1, SHENGZHOU))
    world.facts((key_of(1), "revenue", "2024", "1", "亿元"))
    (row,) = questions.facts_of(world.desk, officer("county_officer", "region", XINCHANG), subject=key_of(1))
    for by in (officer("county_officer", "region", SHENGZHOU), officer("analyst"), NOBODY):
        with pytest.raises(NotAllowed):
            questions.facts_of(world.desk, by, subject=key_of(1))
        with pytest.raises(NotAllowed):
            questions.why(world.desk, by, str(row["id"]))


def test_subjects_are_found_by_name_and_code(world: World) -> None:
    world.enterprises(firm(1))
    assert [row["key"] for row in questions.find_subjects(SYSTEM, "试样轴承1号")] == [key_of(1)]
    assert [row["key"] for row in questions.find_subjects(SYSTEM, "新昌", kind="region")] == [TOWN]


# the desk


def test_a_desk_opens_what_it_needs_once(world: World) -> None:
    desk = world.desk
    assert desk.lake is desk.lake
    assert desk.industries is desk.industries
    assert desk.uploads.is_dir()
    assert (desk.limits.packed, desk.limits.unpacked) > (10**6, 10**6)
    assert desk.now().utcoffset() is not None


def test_one_desk_per_home(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from jiqun import settings
    from jiqun.actions import desk as desks

    monkeypatch.setattr(desks, "_open", {})
    monkeypatch.setattr(settings, "HOME", world.desk.home)
    assert desks.desk() is desks.desk()
    assert desks.desk().home == world.desk.home
