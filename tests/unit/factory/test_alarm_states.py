"""The state diagram of ISA-18.2: every arrow it has, every one it has not, and what each audits."""

from pathlib import Path

import pytest

from jiqun import settings
from jiqun.core.errors import InputError, PackError, WrongState
from jiqun.factory.alarms.alarm import Alarm
from jiqun.factory.alarms.diagram import Diagram
from jiqun.factory.alarms.model import AlarmState, Command, Condition, Limit, Reading, Tick
from jiqun.factory.instants import HOUR, MINUTE

PACK: Path = settings.PACKS_DIR / "factory" / "alarm_states.toml"
DIAGRAM = Diagram.load(PACK)
LETTERS = {state.letter: key for key, state in DIAGRAM.states.items()}
COMMANDS = ("acknowledge", "reset", "shelve", "unshelve", "suppress", "release", "remove", "restore")
ALLOWED = {
    # letter: what people and the design can do with it, and where that leads while the process is normal
    "A": {"shelve": "G", "suppress": "H", "remove": "I"},
    "B": {"acknowledge": "C", "shelve": "G", "suppress": "H", "remove": "I"},
    "C": {"shelve": "G", "suppress": "H", "remove": "I"},
    "D": {"acknowledge": "A", "shelve": "G", "suppress": "H", "remove": "I"},
    "E": {"acknowledge": "F", "shelve": "G", "suppress": "H", "remove": "I"},
    "F": {"reset": "A", "shelve": "G", "suppress": "H", "remove": "I"},
    "G": {"unshelve": "A", "suppress": "H", "remove": "I"},
    "H": {"release": "A", "remove": "I"},
    "I": {"restore": "A"},
}
PROCESS = {
    # letter: where it goes when the condition holds; when it ends; when it ends and the alarm latches
    "A": ("B", "A", "A"), "B": ("B", "D", "E"), "C": ("C", "A", "F"), "D": ("B", "D", "D"), "E": ("B", "E", "E"),
    "F": ("B", "F", "F"), "G": ("G", "G", "G"), "H": ("H", "H", "H"), "I": ("I", "I", "I"),
}  # fmt: skip


def alarm(*, latching: bool = False, **more: float) -> Alarm:
    return Alarm(Limit("hot", "furnace", "high", 100, latching=latching, **more), DIAGRAM)  # type: ignore[arg-type]


def said(name: str, at: int = 0) -> Command:
    return Command(name, by="李四", why="检修", until=at + HOUR)


def standing(letter: str, *, active: bool = False) -> AlarmState:
    return AlarmState(LETTERS[letter], Condition(active, 0, active))


@pytest.mark.parametrize("letter", ALLOWED)
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_in_every_state(letter: str, name: str) -> None:
    one = alarm(latching=letter in "EF")
    if name not in ALLOWED[letter]:
        with pytest.raises(WrongState) as refused:
            one.step(standing(letter), said(name), 0)
        assert set(str(refused.value.facts["allowed"]).split()) == set(ALLOWED[letter])
        return
    after, effects = one.step(standing(letter), said(name), 0)
    assert after.state == LETTERS[ALLOWED[letter][name]]
    assert [(one.name, one.before, one.after) for one in effects] == [(name, LETTERS[letter], after.state)]


@pytest.mark.parametrize("letter", PROCESS)
@pytest.mark.parametrize("latching", [False, True])
def test_what_the_process_does_in_every_state(letter: str, latching: bool) -> None:
    holds, ends, latched = PROCESS[letter]
    one = alarm(latching=latching)
    assert one.step(standing(letter), Reading(101), 0)[0].state == LETTERS[holds]
    after, _ = one.step(standing(letter, active=True), Reading(99), 0)
    assert after.state == LETTERS[latched if latching else ends]
    assert not after.condition.active


@pytest.mark.parametrize(("letter", "name"), [("G", "unshelve"), ("H", "release"), ("I", "restore")])
def test_a_condition_that_still_holds_is_told_when_it_comes_back(letter: str, name: str) -> None:
    after, effects = alarm().step(standing(letter, active=True), said(name), 0)
    assert after.state == "unacknowledged" and effects[0].raises


@pytest.mark.parametrize("letter", ["G", "H", "I"])
def test_while_it_is_set_aside_the_condition_is_followed_and_nobody_told(letter: str) -> None:
    after, effects = alarm().step(standing(letter), Reading(120), 5)
    assert after.condition.active and not effects


def test_each_move_audits_what_its_pack_says() -> None:
    _, effects = alarm().step(standing("B"), Command("shelve", "李四", "换热电偶", MINUTE), 0)
    assert dict(effects[0].audit) == {"by": "李四", "why": "换热电偶", "until": "1970-01-01T08:01:00+08:00"}
    _, effects = alarm().step(standing("A"), Reading(104.5), 0)
    assert (dict(effects[0].audit), effects[0].raises) == ({"value": "104.5"}, True)
    _, effects = alarm().step(standing("B"), said("acknowledge"), 0)
    assert (dict(effects[0].audit), effects[0].silences) == ({"by": "李四"}, True)


@pytest.mark.parametrize(
    ("command", "column"),
    [
        (Command("acknowledge"), "by"),
        (Command("shelve", "李四", " ", HOUR), "why"),
        (Command("shelve", "李四", "检修"), "until"),
        (Command("remove", "李四"), "why"),
    ],
)
def test_who_and_why_must_be_said(command: Command, column: str) -> None:
    with pytest.raises(InputError) as refused:
        alarm().step(standing("B"), command, 0)
    assert (refused.value.code, refused.value.facts["column"]) == ("alarm.say_why", column)


def test_shelving_ends_by_itself_at_its_own_instant() -> None:
    one = alarm()
    shelved, _ = one.step(standing("B", active=True), said("shelve"), 0)
    assert one.step(shelved, Tick(), HOUR - 1)[0].state == "shelved"
    after, effects = one.step(shelved, Tick(), 5 * HOUR)
    assert after.state == "unacknowledged" and after.shelved_until is None
    assert [(effect.name, effect.at, effect.raises) for effect in effects] == [("expire", HOUR, True)]


@pytest.mark.parametrize("until", [0, -1, 12 * HOUR + 1])
def test_shelving_has_a_longest_time(until: int) -> None:
    with pytest.raises(InputError) as refused:
        alarm().step(standing("A"), Command("shelve", "李四", "检修", until), 0)
    assert refused.value.code == "alarm.shelved_too_long"


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(InputError, match="unknown_command"):
        alarm().step(standing("A"), Command("active", "李四"), 0)


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), float("-inf")])
def test_a_value_that_says_nothing_changes_nothing(value: float | None) -> None:
    for letter in ("A", "B"):
        state = standing(letter, active=letter == "B")
        after, effects = alarm().step(state, Reading(value), 5)
        assert (after.state, after.condition) == (state.state, state.condition)
        assert [one.name for one in effects] == ["bad_value"]


def test_a_reading_from_before_changes_nothing_and_is_told() -> None:
    state, _ = alarm().step(AlarmState(), Reading(120), 100)
    after, effects = alarm().step(state, Reading(20), 99)
    assert after == state and [one.name for one in effects] == ["out_of_order"]
    with pytest.raises(InputError, match="too_early"):
        alarm().step(state, said("acknowledge"), 99)


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('letter = "A"', "", "state.normal.letter"),
        ('to = "shelved"', 'to = "asleep"', "move.shelve"),
        ('audits = ["by", "why"]', 'audits = ["by", "mood"]', "move.remove"),
        ("flood_from = 10", "flood_from = 0", "limits.flood_from"),
    ],
)
def test_a_wrong_pack_says_where(tmp_path: Path, before: str, after: str, key: str) -> None:
    path = tmp_path / "alarm_states.toml"
    path.write_text(PACK.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(PackError) as refused:
        Diagram.load(path)
    assert refused.value.facts["key"] == key
