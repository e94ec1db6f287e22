"""A scope in one word, as the audit trail keeps it: a kind is never said twice."""

import pytest

from jiqun.ledger.scopes import EVERYTHING, Scope


@pytest.mark.parametrize(
    ("scope", "word"),
    [
        (EVERYTHING, "all:"),
        (Scope("region", "330624"), "region:330624"),
        (Scope("cluster", "cluster:robots_cnc"), "cluster:robots_cnc"),
        (Scope("chain", "chain:bearings"), "chain:bearings"),
        (Scope("enterprise", "enterprise:91330624MA00000001"), "enterprise:91330624MA00000001"),
    ],
)
def test_a_scope_in_one_word(scope: Scope, word: str) -> None:
    assert scope.written == word
