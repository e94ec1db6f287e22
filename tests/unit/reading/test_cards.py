"""Cards: which statements one quantity of the desk gathers."""

from pathlib import Path

import pytest
from statement_rows import link, statement

from jiqun.actions.reading.cards import CardDef, _latest, _to_watch, definitions
from jiqun.actions.reading.statements import Label
from jiqun.core.errors import PackError

PACKS = Path(__file__).resolve().parents[3] / "packs"


def card(**changed: object) -> CardDef:
    fields = {
        "key": "k", "title": Label.of("某"), "subject": "region:330000", "indicator": "revenue", "form": "",
        "scopes": (), "not_scopes": (), "breakdown": "none",
    }  # fmt: skip
    return CardDef(**(fields | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wants", "said", "holds"),
    [
        ({}, {}, True),
        ({}, {"subject": link("region:330100")}, False),
        ({}, {"indicator": link("rank")}, False),
        ({"form": "stock"}, {}, False),
        ({"form": "flow"}, {}, True),
        ({"scopes": ("规上",)}, {"scope": "规上工业"}, True),
        ({"scopes": ("规上",)}, {"scope": "全社会"}, False),
        ({"scopes": ("",)}, {"scope": ""}, True),
        ({"not_scopes": ("数字经济",)}, {"scope": "数字经济领域"}, False),
        ({}, {"breakdown": (("batch", "首批"),)}, False),
        ({"breakdown": "batch=首批"}, {"breakdown": (("batch", "首批"),)}, True),
        ({"breakdown": ""}, {"breakdown": (("batch", "首批"),)}, True),
    ],
)
def test_a_card_gathers_its_own(wants: dict[str, object], said: dict[str, object], holds: bool) -> None:
    assert card(**wants).holds(statement("2024", "1", **said)) is holds


def test_the_pack_of_the_desk_is_sound() -> None:
    found = definitions(PACKS)
    assert len({item.key for item in found}) == len(found) >= 12
    assert all(item.form in ("", "stock", "flow") for item in found)
    assert {"cluster:415x", "region:330000"} == {item.subject for item in found}


def test_a_card_without_a_subject_names_file_and_key(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "programme.toml").write_text(
        '[x]\ntitle = { zh = "一", en = "one" }\n', encoding="utf-8"
    )
    with pytest.raises(PackError) as caught:
        definitions(tmp_path)
    assert caught.value.facts["key"] == "x.subject"


def test_the_latest_outcome_of_a_year_is_the_exact_one() -> None:
    rounded, exact = statement("2024", "9", bound=">"), statement("2024", "9.19")
    assert _latest([statement("2023", "8"), rounded, exact]) is exact
    assert _latest([]) is None


def test_the_nearest_target_not_yet_due_is_watched() -> None:
    from datetime import date

    past, near, far = (statement(period, "1", status="target") for period in ("2024", "2025", "2027"))
    assert _to_watch([far, near, past], on=date(2025, 3, 1)) is near
    assert _to_watch([past, near], on=date(2030, 1, 1)) is near
    assert _to_watch([], on=date(2025, 1, 1)) is None
