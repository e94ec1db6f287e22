"""Drafts and the numbers in them: kept as typed, all or none, wrong rules told with file and line, each office its own."""

from contextlib import nullcontext
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from action_world import MORNING, officer
from hypothesis import given, settings
from hypothesis import strategies as st
from per_mu_rows import NUMBERS, ON, REGION, TIER, D, pack
from rules_house import PACKS

from jiqun.actions import policy_drafts, policy_replays
from jiqun.actions.desk import Desk
from jiqun.actions.draft_files import Draft, DraftFiles
from jiqun.actions.form_memory import office_of
from jiqun.actions.policy_drafts import Typed, keep_numbers, keep_text, pack_of, read, throw_away
from jiqun.actions.policy_numbers import (
    DOCUMENT,
    Threshold,
    thresholds,
    typed_number,
    with_threshold,
    with_values,
)
from jiqun.actions.replay_files import ReplayRun
from jiqun.core.errors import InputError, NotFound, PackErrors, RowErrors
from jiqun.rules.pack import ParameterSet
from jiqun.rules.tree import Label, Op
from jiqun.rules.values import BadValue

ID = "d20230901080000" + "a" * 12
MINE = officer("county_officer", "region", "331003")
OTHERS = officer("county_officer", "region", "330624")
LINES = "[[version.clause]]\nid = 'revenue'\nge = 5000  # 5000\n"
REVENUE = Threshold("revenue", Label("营收", "revenue"), Op.GE, D(5000), "万元", 1)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A home with a draft of the office; what is noted in the ledger is proven elsewhere."""
    monkeypatch.setattr(policy_drafts, "_note", lambda *told: None)
    monkeypatch.setattr(policy_drafts.transaction, "atomic", nullcontext)
    made = Desk(tmp_path, PACKS)
    draft = Draft(
        ID, pack().key, "2018", '草案 "甲"', ON.isoformat(), REGION, "甲", 1, office_of(MINE), MORNING
    )
    policy_drafts.files(made).start(draft, pack())
    return made


def numbers(desk: Desk) -> dict[str, Decimal | None]:
    """The numbers of the draft for firms below scale."""
    return pack_of(desk, read(desk, ID, by=MINE)).parameters_on(REGION, ON, TIER)


def typed(**values: str) -> Typed:
    """Numbers typed for firms below scale."""
    return Typed({(TIER, name): value for name, value in values.items()}, {})


def test_a_new_draft_has_the_rule_and_every_number_of_its_pack(desk: Desk) -> None:
    draft = read(desk, ID, by=MINE)
    made = pack_of(desk, draft)
    assert (draft.name, draft.day, draft.queued_at) == ('草案 "甲"', ON, None)
    assert made.versions[0].clauses == pack().versions[0].clauses
    for region in ("331003", "339901", "330624"):
        for tier in ("规上", "规下"):
            assert made.parameters_on(region, ON, tier) == pack().parameters_on(region, ON, tier)
    document = made.source.document(DOCUMENT)
    assert document is not None and document.confidence == "U"


def test_numbers_typed_hold_in_the_draft_alone(desk: Desk) -> None:
    before = numbers(desk)
    keep_numbers(desk, ID, typed(quota_a="20", cap_pct=" 1,50 ", weight_tax_per_mu=""), by=MINE, at=MORNING)
    assert numbers(desk) == {**before, "quota_a": D(20), "cap_pct": D(150), "weight_tax_per_mu": None}
    assert pack().parameters_on(REGION, ON, TIER) == before
    kept = pack_of(desk, read(desk, ID, by=MINE)).sets_of(REGION, ON, TIER)["quota_a"]
    assert (kept.document, kept.confidence) == (DOCUMENT, "U")


def test_one_number_that_is_none_keeps_all_from_being_kept(desk: Desk) -> None:
    before = numbers(desk)
    with pytest.raises(RowErrors) as refused:
        keep_numbers(desk, ID, typed(quota_a="20", quota_b="很多", quota_c="-1"), by=MINE, at=MORNING)
    assert [(one.column, one.code, one.seen) for one in refused.value.errors] == [
        (f"{TIER} quota_b", "firm.not_a_number", "很多"),
        (f"{TIER} quota_c", "firm.negative", "-1"),
    ]
    assert numbers(desk) == before
    with pytest.raises(InputError, match=r"draft\.not_in_text"):
        keep_numbers(desk, ID, Typed({(TIER, "quota_a"): "20"}, {"nobody": "5"}), by=MINE, at=MORNING)
    assert numbers(desk) == before


def test_a_broken_rule_tells_file_and_line_and_judges_nobody(desk: Desk) -> None:
    store = policy_drafts.files(desk)
    broken = store.rule(ID).replace('kind = "score_sum"', 'kind = "score_some"', 1)
    line = broken.splitlines().index('kind = "score_some"') + 1
    keep_text(desk, ID, broken, by=MINE, at=MORNING)
    assert store.rule(ID) == broken  # kept as typed, though wrong
    with pytest.raises(PackErrors) as wrong:
        pack_of(desk, read(desk, ID, by=MINE))
    first = wrong.value.errors[0]
    assert (first.file.endswith("rule.toml") or first.column == "rule.toml") and first.row == line
    with pytest.raises(PackErrors):
        keep_numbers(desk, ID, typed(quota_a="20"), by=MINE, at=MORNING)
    with pytest.raises(InputError, match=r"draft\.wrong") as refused:
        policy_replays.side_of(desk, pack().key, ID, "2023-09-01", by=MINE)
    assert refused.value.facts["allowed"] == f"rule.toml:{line}"


def test_lines_of_windows_are_kept_as_lines(desk: Desk) -> None:
    store = policy_drafts.files(desk)
    rule = store.rule(ID)
    keep_text(desk, ID, rule.replace("\n", "\r\n"), by=MINE, at=MORNING)
    assert store.rule(ID) == rule and numbers(desk) == pack().parameters_on(REGION, ON, TIER)


def test_text_over_the_limit_is_refused_and_nothing_changes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = policy_drafts.files(desk)
    rule = store.rule(ID)
    monkeypatch.setattr(policy_drafts, "TEXT_MOST", 4)
    with pytest.raises(InputError, match=r"draft\.too_long") as refused:
        keep_text(desk, ID, "甲乙丙丁戊", by=MINE, at=MORNING)
    assert refused.value.facts == {"seen": "5", "allowed": "4"} and store.rule(ID) == rule
    keep_text(desk, ID, "甲\r\n乙丙", by=MINE, at=MORNING)  # four characters as it is kept
    assert store.rule(ID) == "甲\n乙丙"


def test_a_draft_of_another_office_does_not_exist_for_you(desk: Desk) -> None:
    store = policy_drafts.files(desk)
    rule = store.rule(ID)
    for act in (
        lambda: read(desk, ID, by=OTHERS),
        lambda: keep_text(desk, ID, "x", by=OTHERS, at=MORNING),
        lambda: keep_numbers(desk, ID, typed(quota_a="20"), by=OTHERS, at=MORNING),
        lambda: throw_away(desk, ID, by=OTHERS, at=MORNING),
        lambda: policy_replays.side_of(desk, pack().key, ID, "2023-09-01", by=OTHERS),
        lambda: read(desk, "../" + ID, by=MINE),
    ):
        with pytest.raises(NotFound, match=r"draft\.not_found"):
            act()
    assert store.rule(ID) == rule
    assert policy_drafts.mine(desk, by=OTHERS) == [] and len(policy_drafts.mine(desk, by=MINE)) == 1
    assert policy_drafts.mine(desk, by=MINE, pack="national/little_giant") == []
    throw_away(desk, ID, by=MINE, at=MORNING)
    assert not store.folder(ID).exists()


def test_a_side_is_a_version_or_a_draft_of_the_same_pack(desk: Desk) -> None:
    known = policy_replays.side_of(desk, pack().key, "2018", "2023-09-01", by=MINE)
    drafted = policy_replays.side_of(desk, pack().key, ID, "2023-10-01", by=MINE)
    assert (known.on, drafted.on, drafted.version.key) == (ON, date(2023, 10, 1), "2018")
    with pytest.raises(InputError, match=r"replay\.other_pack"):
        policy_replays.side_of(desk, "national/little_giant", ID, "2023-09-01", by=MINE)
    with pytest.raises(InputError, match=r"rule\.bad_day"):
        policy_replays.side_of(desk, pack().key, "2018", "明天", by=MINE)


def test_a_replay_of_another_office_does_not_exist_for_you(desk: Desk) -> None:
    id = "r" + ID[1:]
    one = ReplayRun(
        id, pack().key, "ledger", "", "2018", "2023-09-01", ID, "2023-09-01", "new", REGION, "甲", 1,
        office_of(MINE), MORNING, queued_at=MORNING,
    )  # fmt: skip
    policy_replays.files(desk).start(one)
    assert policy_replays.read(desk, id, by=MINE) == one
    assert policy_replays.mine(desk, by=MINE) == [one] and policy_replays.mine(desk, by=OTHERS) == []
    with pytest.raises(NotFound, match=r"replay\.not_found"):
        policy_replays.read(desk, id, by=OTHERS)


AMOUNT = st.none() | st.decimals(0, 10**9, places=4)


@settings(max_examples=8, deadline=None)
@given(
    st.dictionaries(st.sampled_from([one.name for one in pack().parameters]), AMOUNT),
    st.text("甲\"'\\#] =\n", max_size=8),
)
def test_numbers_that_are_kept_are_read_again(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, Decimal | None], label: str
) -> None:
    store = DraftFiles(tmp_path_factory.mktemp("drafts"))
    (store.folder(ID) / "parameters").mkdir(parents=True)
    one = ParameterSet(REGION, TIER, ON, date(2024, 1, 1), values, Label(label, label), "", "U")
    store.keep_sets(ID, [one])
    import tomllib

    (held,) = tomllib.loads(
        (store.folder(ID) / "parameters" / "typed.toml").read_text("utf-8"), parse_float=Decimal
    )["set"]
    assert held["label"] == {"zh": label, "en": label} and (held["from"], held["to"]) == (
        ON,
        date(2024, 1, 1),
    )
    read_again = {
        name: None if value == "" else Decimal(value) for name, value in held.get("values", {}).items()
    }
    assert read_again == values and held["document"] == DOCUMENT


@pytest.mark.parametrize(
    ("text", "code"),
    [("−5", "firm.negative"), ("-0.1", "firm.negative"), ("1.", "firm.not_a_number"), ("１２", "firm.not_a_number"),
     ("1 2", "firm.not_a_number"), ("+5", "firm.not_a_number"), ("5%", "firm.not_a_number")],
)  # fmt: skip
def test_what_is_no_number_says_why(text: str, code: str) -> None:
    with pytest.raises(BadValue) as refused:
        typed_number(text)
    assert refused.value.code == code


@settings(max_examples=30, deadline=None)
@given(st.decimals(0, 9_999_999, places=3))
def test_a_number_is_read_as_it_is_written(value: Decimal) -> None:
    assert typed_number(f"{value:f}") == value == typed_number(f"{value:,f}")
    assert typed_number(f"{value:,f}".replace(",", "，")) == value


@settings(max_examples=30, deadline=None)
@given(st.decimals(1, 99_999, places=2))
def test_a_threshold_changed_and_changed_back_is_the_same_text(value: Decimal) -> None:
    for text in (LINES, LINES.replace("\n", "\r\n")):
        there = with_threshold(text, REVENUE, value)
        assert (there == text) is (f"{value:f}" == "5000")
        moved = Threshold("revenue", REVENUE.label, Op.GE, value, "万元", 1)
        assert with_threshold(there, moved, D(5000)) == text


@pytest.mark.parametrize("number", ["50000", "5000.5", "-5000", "x5000", "'5000'", '"5000"'])
def test_only_the_number_itself_is_changed(number: str) -> None:
    with pytest.raises(InputError, match=r"draft\.not_in_text"):
        with_threshold(LINES.replace("ge = 5000", f"ge = {number}"), REVENUE, D(6000))


def test_typed_numbers_make_a_set_until_the_next_one_starts() -> None:
    later = ParameterSet(
        REGION, TIER, date(2024, 1, 1), None, NUMBERS, Label("明年", "next year"), "doc", "B"
    )
    (kept, made) = with_values([later], (REGION, TIER), ON, {"quota_a": D(20)})
    assert kept is later and (made.starts, made.ends, made.values) == (
        ON,
        date(2024, 1, 1),
        {"quota_a": D(20)},
    )
    (again, changed) = with_values([later, made], (REGION, TIER), ON, {"quota_a": None, "quota_b": D(40)})
    assert again is later and changed.values == {"quota_a": None, "quota_b": D(40)}
    assert with_values([later, made], (REGION, TIER), ON, {"quota_a": D(20)}) == (later, made)
    held = with_values(
        [later], (REGION, TIER), date(2024, 1, 1), {"weight_tax_per_mu": NUMBERS["weight_tax_per_mu"]}
    )
    assert held == (later,)  # the same number keeps its document and its mark
    (other,) = with_values([later], (REGION, TIER), date(2024, 1, 1), {"weight_tax_per_mu": D(1)})
    assert (other.document, other.confidence) == (DOCUMENT, "U") and other.label == later.label


def test_shares_are_no_thresholds_and_minima_are() -> None:
    assert list(thresholds(pack().versions[0])) == []  # every number of this pack is the place's own


def test_a_day_and_an_id_sort_by_time() -> None:
    store = DraftFiles(Path())
    early, late = (store.new_id(datetime(2023, 9, day)) for day in (1, 2))
    assert early < late and early[0] == "d" and store.folder(early).name == early
