"""Ladders, effort weights and helps as files: each thing that is wrong is told with its line; laws of rungs and weights."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ladder_house import HELPS, LABEL, LADDERS, small_packs
from rules_house import catalogue, firm

from jiqun.core.errors import NotFound, PackErrors
from jiqun.rules.efforts import DEFAULT, Effort, Efforts, read_efforts
from jiqun.rules.helps import Help, helping, read_helps
from jiqun.rules.ladders import Ladder, Rung, held_on, level_of, read_ladders
from jiqun.rules.pack import Pack
from jiqun.rules.reader import read_all
from jiqun.rules.tree import Label

ON = date(2026, 6, 1)
A = Label("甲", "a")
TITLES = ("title_innovative_sme_until", "title_zjtx_until", "title_little_giant_until")
LADDER = Ladder(
    "l", A, A, tuple(Rung(key, A, "test/first", "", title) for key, title in zip("abc", TITLES, strict=True))
)
RUNG = f'[[ladder.rung]]\nkey = "r"\nlabel = {LABEL}\n'
HEAD = f'[[ladder]]\nkey = "k"\nlabel = {LABEL}\nsource = {LABEL}\n'


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pack]:
    return read_all(small_packs(tmp_path_factory.mktemp("packs-of-ladders")))


def told_of(read: Callable[[], object]) -> list[tuple[int, str, str]]:
    """Line, code and what was seen of all that is wrong."""
    with pytest.raises(PackErrors) as caught:
        read()
    return [(one.row or 0, one.code, one.seen) for one in caught.value.errors]


def put(folder: Path, text: str) -> Path:
    path = folder / "told.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (HEAD, (1, "rule.missing_key", "rung")),
        (HEAD.replace("key", "name") + RUNG + 'pack = "test/first"\n', (2, "rule.unknown_key", "name")),
        (HEAD + RUNG + 'pack = "test/first"\nhow = "x"\n', (9, "rule.unknown_key", "how")),
        (HEAD + RUNG, (5, "rule.missing_key", "pack")),
        (HEAD + RUNG + 'pack = "test/none"\n', (8, "rule.bad_value", "test/none")),
        (HEAD + RUNG + 'pack = "test/graded"\n', (5, "rule.missing_key", "level")),
        (HEAD + RUNG + 'pack = "test/graded"\nlevel = "six"\n', (9, "rule.unknown_reference", "six")),
        (HEAD + RUNG + 'pack = "test/first"\nlevel = "one"\n', (9, "rule.unknown_reference", "one")),
        (HEAD + RUNG + 'pack = "test/first"\ntitle = "employees"\n', (9, "rule.unknown_field", "employees")),
        (HEAD + (RUNG + 'pack = "test/first"\n') * 2, (10, "rule.duplicate_id", "r")),
        ((HEAD + RUNG + 'pack = "test/first"\n') * 2, (10, "rule.duplicate_id", "k")),
        (
            HEAD + RUNG + 'pack = "test/first"\n' + RUNG.replace('"r"', '"s"') + 'pack = "test/graded"\nlevel = "one"\n',
            (9, "rule.missing_key", "title"),  # the one is held by a title, the other by judging
        ),
        ("[stairs]\n", (1, "rule.unknown_key", "stairs")),
    ],
)  # fmt: skip
def test_each_fault_of_a_ladder_has_its_line(
    tmp_path: Path, packs: dict[str, Pack], text: str, wanted: tuple[int, str, str]
) -> None:
    path = put(tmp_path, text)
    assert wanted in told_of(lambda: read_ladders(path, packs, catalogue()))


def test_a_ladder_takes_titles_from_its_packs(tmp_path: Path, packs: dict[str, Pack]) -> None:
    found = read_ladders(put(tmp_path, LADDERS), packs, catalogue())
    assert list(found) == ["climb", "graded"]
    assert [one.title for one in found["climb"].rungs] == list(TITLES[:2])
    assert (found["climb"].judged, found["graded"].judged) == (False, True)
    assert (found["climb"].regions, found["graded"].regions) == ((), ("330600",))
    version = packs["test/graded"].version_on(ON)
    one = level_of(version, "one")
    assert one is not None and one.about.id == "level_one"
    assert level_of(version, "six") is None
    assert level_of(packs["test/first"].version_on(ON), "one") is None


def test_places_on_a_ladder() -> None:
    assert [LADDER.place(key) for key in "abc"] == [0, 1, 2]
    above = [LADDER.above(key) for key in ("", "a", "b", "c")]
    assert [one.key if one else None for one in above] == ["a", "b", "c", None]
    with pytest.raises(NotFound) as caught:
        LADDER.above("d")
    assert (caught.value.code, dict(caught.value.facts)) == (
        "ladder.no_rung",
        {"seen": "d", "allowed": "a b c"},
    )


days = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))


@settings(max_examples=40, deadline=None, database=None)
@given(st.tuples(days, days, days), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_the_highest_title_in_force_is_held_and_only_what_is_above_can_be_unknown(
    until: tuple[date | None, date | None, date | None], on: date
) -> None:
    held = held_on(LADDER, firm(**dict(zip(TITLES, until, strict=True))), on)
    valid = [key for key, day in zip("abc", until, strict=True) if day is not None and day >= on]
    assert held.rung == (valid[-1] if valid else "")
    over = LADDER.place(held.rung) if held.rung else -1
    assert held.unknown == tuple(
        key for key, day in reversed(list(zip("abc", until, strict=True))) if day is None and LADDER.place(key) > over
    )  # fmt: skip
    if held.until is not None:  # it is still held on its last day, and no longer on the next
        known = firm(**dict(zip(TITLES, until, strict=True)))
        assert held_on(LADDER, known, held.until).rung == held.rung
        assert held_on(LADDER, known, held.until + timedelta(days=1)).rung != held.rung


EFFORT = '[[effort]]\nweight = 2\nlabel = { zh = "快", en = "quick" }\n'


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("default = -1\n", (1, "rule.bad_value", "-1")),
        ("default = true\n", (1, "rule.bad_value", "True")),
        ("weight = 1\n", (1, "rule.unknown_key", "weight")),
        (EFFORT.replace("2", "0"), (2, "rule.bad_value", "0")),
        (EFFORT.replace("weight = 2\n", ""), (1, "rule.missing_key", "weight")),
        (EFFORT.replace("label", "name"), (3, "rule.unknown_key", "name")),
        (EFFORT + 'fields = ["wings"]\n', (4, "rule.unknown_field", "wings")),
        (EFFORT + 'papers = ["月报"]\n', (4, "rule.unknown_field", "月报")),
        (EFFORT + 'fields = ["employees", "employees"]\n', (4, "rule.duplicate_id", "employees")),
        ((EFFORT + 'fields = ["employees"]\n') * 2, (8, "rule.duplicate_id", "employees")),
    ],
)
def test_each_fault_of_the_weights_has_its_line(
    tmp_path: Path, text: str, wanted: tuple[int, str, str]
) -> None:
    path = put(tmp_path, text)
    assert wanted in told_of(lambda: read_efforts(path, catalogue()))


def test_faults_of_both_files_are_told_at_once_each_with_its_file(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped.toml", tmp_path / "own.toml"
    shipped.write_text("default = 0\n", encoding="utf-8")
    own.write_text(EFFORT + 'fields = ["wings"]\n', encoding="utf-8")
    with pytest.raises(PackErrors) as caught:
        read_efforts(shipped, catalogue(), own)
    assert [(one.file, one.row) for one in caught.value.errors] == [(str(shipped), 1), (str(own), 4)]


def test_the_default_comes_from_the_office_then_from_what_ships_then_from_here(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped.toml", tmp_path / "own.toml"
    shipped.write_text(EFFORT, encoding="utf-8")
    assert read_efforts(shipped, catalogue(), own).default == DEFAULT  # there is no own file
    shipped.write_text("default = 3\n" + EFFORT, encoding="utf-8")
    own.write_text(EFFORT, encoding="utf-8")
    assert read_efforts(shipped, catalogue(), own).default == 3
    own.write_text("default = 7\n" + EFFORT, encoding="utf-8")
    found = read_efforts(shipped, catalogue(), own)
    assert (found.default, found.own, found.of(["operating_revenue_wan"])) == (7, True, 7)


def test_a_field_goes_before_its_paper(tmp_path: Path) -> None:
    paper = catalogue().fields["employees"].paper.zh
    other = next(
        name for name, one in catalogue().fields.items() if one.paper.zh == paper and name != "employees"
    )
    text = EFFORT + f'papers = ["{paper}"]\n' + EFFORT.replace("2", "9") + 'fields = ["employees"]\n'
    found = read_efforts(put(tmp_path, text), catalogue())
    assert (found.of(["employees"]), found.of([other]), found.of(["employees@-1", other])) == (9, 2, 9)


weights = st.decimals(Decimal("0.1"), Decimal(9), places=1)


@settings(max_examples=15, deadline=None, database=None)
@given(st.dictionaries(st.sampled_from(["employees", "rd_expense_wan", "segment_years"]), weights), weights)
def test_a_step_weighs_no_less_for_what_it_reads_besides(
    by_field: dict[str, Decimal], default: Decimal
) -> None:
    told = {name: Effort(weight, A) for name, weight in by_field.items()}
    efforts = Efforts(default, told, {}, catalogue())
    assert efforts.of([]) == default
    for name in ("employees", "rd_expense_wan"):
        assert efforts.of([name]) == by_field.get(name, default)
        assert efforts.of([name, "segment_years"]) == max(efforts.of([name]), efforts.of(["segment_years"]))


def test_every_node_of_a_version_has_a_weight(packs: dict[str, Pack]) -> None:
    quick = Efforts(Decimal(3), {"employees": Effort(Decimal(1), A)}, {}, catalogue())
    by_clause = quick.by_clause(packs["test/second"].version_on(ON))
    assert by_clause == {"staff": 1, "years": 3, "judged": 3, "all": 3}  # the whole as its heaviest
    graded = quick.by_clause(packs["test/graded"].version_on(ON))
    assert (graded["level_two"], graded["two_staff"], graded["scale"]) == (1, 1, 3)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (HELPS.replace("service", "gift"), (3, "rule.bad_value", "gift")),
        (HELPS.replace('kind = "service"\n', ""), (1, "rule.missing_key", "kind")),
        (HELPS.replace('"B"', '"S"'), (7, "rule.bad_value", "S")),
        (HELPS.replace('confidence = "B"\n', ""), (1, "rule.missing_key", "confidence")),
        (HELPS.replace("source", "told"), (6, "rule.unknown_key", "told")),
        (HELPS.replace("employees", "wings"), (5, "rule.unknown_field", "wings")),
        (HELPS.replace("employees", "wings_*"), (5, "rule.unknown_field", "wings_*")),
        (HELPS.replace('fields = ["employees", "segment_years"]\n', ""), (1, "rule.missing_key", "fields")),
        (HELPS + HELPS, (10, "rule.duplicate_id", "hiring")),
        ("[gift]\n", (1, "rule.unknown_key", "gift")),
    ],
)
def test_each_fault_of_a_help_has_its_line(tmp_path: Path, text: str, wanted: tuple[int, str, str]) -> None:
    path = put(tmp_path, text)
    assert wanted in told_of(lambda: read_helps(path, catalogue()))


def test_a_star_takes_every_field_that_begins_so_once(tmp_path: Path) -> None:
    (one,) = read_helps(
        put(tmp_path, HELPS.replace('"employees"', '"scene_*", "scene_quality"')), catalogue()
    )
    scenes = [name for name in catalogue().fields if name.startswith("scene_")]
    assert one.fields == (*scenes, "segment_years") and len(scenes) == 16


def test_a_help_is_for_a_place_and_those_below_it() -> None:
    def told(key: str, region: str) -> Help:
        return Help(key, "service", A, ("employees",), A, "B", region=region)

    helps = [told("all", ""), told("city", "330600"), told("county", "330624")]
    for region, keys in (
        ("330624", ["all", "city", "county"]), ("330683", ["all", "city"]), ("331003", ["all"]),
        ("330600", ["all", "city"]), ("", ["all"]),
    ):  # fmt: skip
        assert [one.key for one in helping(helps, ["employees@-1"], region)] == keys, region
    assert helping(helps, ["rd_expense_wan"], "330624") == helping(helps, [], "330624") == ()
