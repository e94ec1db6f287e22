"""The matrix of roles, written out by hand a second time: a change of a right must be made in both places."""

import pytest

from jiqun.ledger.roles import LABELS, ROLES, UNSCOPED, Permission, matrix
from jiqun.ledger.scopes import SCOPE_KINDS

EXPECTED = """
                    adm prov cnty clus anal ent  shop aud
read_public          x   x   x    x    x    x    x    x
read_enterprise      x   x   x    x    .    x    .    .
view_synthetic       x   x   x    x    x    x    x    x
export               x   x   x    x    x    x    .    x
import_data          x   x   x    x    .    x    .    .
undo_batch           x   x   x    x    .    .    .    .
repair_quarantine    x   x   x    x    .    x    .    .
edit_subject         x   x   x    x    .    .    .    .
collect              x   x   x    x    .    .    .    .
answer_collections   x   x   x    x    .    x    .    .
manage_sources       x   x   .    .    .    .    .    .
manage_tokens        x   x   x    x    x    x    .    .
manage_users         x   .   .    .    .    .    .    .
read_audit           x   .   .    .    .    .    .    x
object               x   x   x    x    .    x    .    .
answer_objection     x   x   x    x    .    .    .    .
recognise            x   x   x    .    .    .    .    .
read_factory         x   .   .    .    .    x    x    .
run_factory          x   .   .    .    .    x    .    .
handle_alarms        x   .   .    .    .    x    x    .
backup               x   .   .    .    .    .    .    .
"""
ORDER = (
    "administrator",
    "provincial_officer",
    "county_officer",
    "cluster_office",
    "analyst",
    "enterprise",
    "workshop",
    "auditor",
)


def expected() -> set[tuple[str, str]]:
    lines = [line.split() for line in EXPECTED.strip().splitlines()[1:]]
    return {
        (role, word) for word, *cells in lines for role, cell in zip(ORDER, cells, strict=True) if cell == "x"
    }


def test_the_matrix_is_the_one_agreed() -> None:
    assert {(role, word) for role, word, granted, _ in matrix() if granted} == expected()
    assert {word for _, word, _, _ in matrix()} == {permission.value for permission in Permission}
    assert tuple(ROLES) == ORDER


@pytest.mark.parametrize("role", ROLES.values(), ids=list(ROLES))
def test_a_role_says_what_it_is(role: type) -> None:
    for text in (role.zh, role.en, role.says_zh, role.says_en, role.__doc__):
        assert text
    assert role.says_zh.endswith("。") and role.says_en.endswith(".")
    assert set(role.scope_kinds) <= set(SCOPE_KINDS) and role.scope_kinds


def test_every_permission_has_both_labels() -> None:
    assert set(LABELS) == set(Permission)
    assert all(zh and en for zh, en in LABELS.values())


def test_who_only_reads_changes_nothing() -> None:
    changing = {Permission.IMPORT_DATA, Permission.UNDO_BATCH, Permission.REPAIR_QUARANTINE, Permission.EDIT_SUBJECT,
                Permission.MANAGE_SOURCES, Permission.MANAGE_USERS, Permission.BACKUP}  # fmt: skip
    for key in ("analyst", "auditor"):
        assert not ROLES[key].permissions & changing
    assert not UNSCOPED & changing
