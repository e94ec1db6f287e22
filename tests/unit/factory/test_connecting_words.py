"""Words of connecting: the pack names every connector and field, guesses fill a form, keys are keys."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiqun.core.errors import PackErrors
from jiqun.core.units import UnitTable
from jiqun.factory.readings.connecting import ConnectingWords, Guess, key_for
from jiqun.factory.readings.line_faults import FAULTS, fault_of
from jiqun.factory.readings.manifests import connector_keys, manifest_of
from jiqun.factory.readings.model import KEY

PACKS = Path(__file__).resolve().parents[3] / "packs"
WORDS = ConnectingWords.load(PACKS / "factory" / "connecting.toml")
UNITS = UnitTable.load(PACKS / "units.toml")


def test_the_pack_tells_of_every_connector_and_of_no_option_it_has_not() -> None:
    assert set(WORDS.protocols) == set(connector_keys())
    for key, protocol in WORDS.protocols.items():
        manifest = manifest_of(key)
        assert set(protocol.fields) <= set(manifest.options), key
        needed = {one.name for one in manifest.options.values() if one.default is None}
        assert needed <= set(protocol.fields), f"{key}: what must be given is asked"
        assert set(protocol.look) <= set(WORDS.looks)
    assert all(not role.unit or role.unit in UNITS for role in WORDS.roles.values())
    assert all(unit in UNITS and scale > 0 for unit, scale in WORDS.units.values())


@pytest.mark.parametrize(
    ("name", "said", "guess"),
    [
        ("spring/furnace.temperature", "", Guess("temperature", "measurement", "摄氏度")),
        ("furnace.temperature", "°C", Guess("temperature", "measurement", "摄氏度", sure=True)),
        ("air.pressure", "bar", Guess("pressure", "measurement", "千帕", 100.0, sure=True)),
        ("coiling.pieces", "", Guess("produced", "counter", "件")),
        ("Line 1/main_energy", "Wh", Guess("energy", "counter", "千瓦时", 0.001, sure=True)),
        ("压机/产量", "", Guess("produced", "counter", "件")),
        ("vat.colour", "furlong", Guess("", "measurement", "")),
        ("motor_power", "furlong", Guess("power", "measurement", "")),
        ("overtemp", "", Guess("", "measurement", "")),
    ],
)
def test_guesses(name: str, said: str, guess: Guess) -> None:
    """A unit the machine says and nobody knows is left empty rather than guessed from the name."""
    assert WORDS.guess(name, said, UNITS) == guess


@given(st.text(max_size=60), st.lists(st.sampled_from(["m.point", "m.point_2", "m.a"]), max_size=3))
def test_a_key_is_a_key_and_nobody_elses(name: str, taken: list[str]) -> None:
    found = key_for("m", name, taken)
    assert KEY.fullmatch(found) and found not in taken


@given(st.text(max_size=80))
def test_every_saying_has_a_word(said: str) -> None:
    assert fault_of(said) in (*FAULTS, "") and bool(fault_of(said)) == bool(said)


def test_a_wrong_pack_is_told_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "connecting.toml"
    path.write_text(
        '[protocol.x]\nlabel = { zh = "甲" }\nodd = 1\n[role.y]\nkind = "odd"\n', encoding="utf-8"
    )
    with pytest.raises(PackErrors) as caught:
        ConnectingWords.load(path)
    assert {one.code for one in caught.value.errors} >= {
        "rule.missing_label",
        "rule.unknown_key",
        "rule.bad_value",
    }
