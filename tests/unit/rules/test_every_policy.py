"""Every policy of the facts R01 to R28 has a pack, or stands among those left out with the reason."""

import re
from pathlib import Path

import pytest
from rules_house import PACKS, shipped

from jiqun.core.errors import PackErrors
from jiqun.rules.cases import EXPECTED, KEYS
from jiqun.rules.catalogue import Catalogue
from jiqun.rules.formulas import FORMULAS
from jiqun.rules.left_out import FILE, policies_left_out
from jiqun.rules.node_reader import NodeReader
from jiqun.rules.operand_reader import WAYS, OperandReader
from jiqun.rules.placing import COMMON
from jiqun.rules.sheet import Sheet
from jiqun.rules.terms import Boundary

PACKED = {
    "R01": "national/innovative_sme", "R02": "national/specialised_sme", "R03": "national/specialised_sme",
    "R04": "national/little_giant", "R05": "national/little_giant", "R07": "national/single_champion",
    "R08": "national/high_tech", "R09": "national/tech_sme", "R10": "hangzhou/new_eagle", "R12": "national/size_class",
    "R13": "zhejiang/above_scale", "R14": "national/sme_digital", "R15": "national/sme_digital",
    "R16": "national/smart_factory", "R17": "national/smart_maturity", "R18": "zhejiang/smart_factory_ladder",
    "R19": "zhejiang/per_mu", "R21": "zhejiang/cluster_ladder", "R25": "jiaxing/auto_recognition",
    "R27": "national/sme_cluster",
}  # fmt: skip
LEFT_OUT = {
    "R06": ("development_score",), "R10": ("key_little_giants", "green_factory", "service_manufacturing"),
    "R20": ("targets_415x",), "R23": ("chain_leaders",), "R24": ("industry_brain",), "R26": ("drug_shortage",),
    "R28": ("national_clusters",),
}  # fmt: skip
NO_RULE = {"R11", "R22"}
"""Numbers the facts do not use."""


def test_every_number_is_packed_or_left_out_with_its_reason() -> None:
    told = policies_left_out(PACKS)
    assert {f"R{n:02}" for n in range(1, 29)} == PACKED.keys() | LEFT_OUT.keys() | NO_RULE
    assert set(PACKED.values()) == set(shipped())
    assert {key for keys in LEFT_OUT.values() for key in keys} == set(told)
    for one in (*told.values(), *(left for pack in shipped().values() for left in pack.source.not_encoded)):
        assert all(len(text) > 3 for text in (one.what.zh, one.what.en, one.why.zh, one.why.en))
    assert all(pack.source.not_encoded for pack in shipped().values())


def test_versions_the_facts_tell_apart_stand_apart() -> None:
    for key in ("national/specialised_sme", "national/little_giant", "national/sme_digital"):
        assert len(shipped()[key].versions) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[[policy]]\nkey = "a"\nwhat = { zh = "某", en = "x" }\n', "rule.missing_label"),
        (2 * '[[policy]]\nkey = "a"\nwhat = { zh = "某", en = "x" }\nwhy = { zh = "因", en = "y" }\n', "rule.duplicate_id"),
        ('[[policies]]\nkey = "a"\n', "rule.unknown_key"),
    ],
)  # fmt: skip
def test_a_policy_left_out_without_a_reason_is_refused(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(PackErrors) as caught:
        policies_left_out(tmp_path)
    assert caught.value.errors[0].code == code and (caught.value.errors[0].row or 0) >= 1


def test_the_reference_names_every_kind_key_and_formula() -> None:
    text = (PACKS.parent / "docs" / "reference" / "rule-packs.md").read_text(encoding="utf-8")
    rule = PACKS / "national" / "high_tech" / "rule.toml"
    operands = OperandReader(Sheet(rule, []), Catalogue.load(PACKS), {})
    nodes = NodeReader(operands, Boundary.HALF_OPEN)
    named = {*COMMON, *FORMULAS, *KEYS, *EXPECTED, *WAYS}
    for kinds in (nodes._kinds, nodes.scores._kinds):
        named |= {name for kind, (keys, _) in kinds.items() for name in (kind, *keys)}
    assert not sorted(name for name in named if not re.search(rf"\b{name}\b", text))
