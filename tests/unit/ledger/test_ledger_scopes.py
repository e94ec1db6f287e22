"""Scopes: what covers what."""

import pytest

from jiqun.ledger.scopes import EVERYTHING, Reach, Scope, Target

XINCHANG = Target(
    subject="enterprise:X", region="330624", groups=frozenset({"chain:bearings", "cluster:robots_cnc"})
)


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        (EVERYTHING, True),
        (Scope("region", "330000"), True),
        (Scope("region", "330600"), True),
        (Scope("region", "330624"), True),
        (Scope("region", "330683"), False),
        (Scope("region", "330100"), False),
        (Scope("cluster", "cluster:robots_cnc"), True),
        (Scope("cluster", "cluster:biomedicine"), False),
        (Scope("chain", "chain:bearings"), True),
        (Scope("enterprise", "enterprise:X"), True),
        (Scope("enterprise", "enterprise:Y"), False),
        (Scope("enterprise", ""), False),
        (Scope("nonsense", "x"), False),
    ],
)
def test_an_enterprise_in_a_county_and_a_chain(scope: Scope, covered: bool) -> None:
    assert scope.covers(XINCHANG) is covered


def test_only_everything_covers_the_whole() -> None:
    whole = Target()
    assert EVERYTHING.covers(whole)
    for scope in (
        Scope("region", "330000"),
        Scope("cluster", "cluster:a"),
        Scope("enterprise", "enterprise:a"),
    ):
        assert not scope.covers(whole)


def test_an_unplaced_enterprise_belongs_to_no_county() -> None:
    assert not Scope("region", "330624").covers(Target(subject="enterprise:Y"))
    assert not Scope("region", "330000").covers(Target(subject="enterprise:Y"))


@pytest.mark.parametrize(
    "scope",
    [EVERYTHING, Scope("region", "330624"), Scope("cluster", "cluster:a"), Scope("chain", "chain:a"),
     Scope("enterprise", "enterprise:a")],
)  # fmt: skip
def test_a_scope_covers_itself(scope: Scope) -> None:
    assert scope.covers(scope.target())
    assert scope.contains(scope)
    assert EVERYTHING.contains(scope)


def test_a_city_contains_its_counties_and_not_the_other_way_round() -> None:
    city, county = Scope("region", "330600"), Scope("region", "330624")
    assert city.contains(county)
    assert not county.contains(city)
    assert not county.contains(EVERYTHING)
    assert not city.contains(Scope("cluster", "330624"))


def test_reach_needs_one_of_the_roles_and_the_token() -> None:
    reach = Reach((Scope("region", "330600"), Scope("cluster", "cluster:a")), Scope("region", "330624"))
    assert reach.covers(Target(region="330624"))
    assert not reach.covers(Target(region="330683"))
    assert not Reach(()).covers(Target(region="330624"))
