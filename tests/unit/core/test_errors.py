"""Errors: a code, facts, a family with its remedy; nothing lost on the way between processes."""

import pickle

import pytest

from jiqun.core import errors
from jiqun.core.errors import InputError, JiqunError, NotFound, PackError, RowError, RowErrors

FAMILIES = [
    (errors.InputError, 10, 400),
    (errors.NotFound, 10, 404),
    (errors.EvidenceMissing, 11, 409),
    (errors.PackError, 12, 500),
    (errors.NotAllowed, 13, 403),
    (errors.WrongState, 14, 409),
    (errors.SourceDown, 15, 503),
]


@pytest.mark.parametrize(("family", "exit_code", "http_status"), FAMILIES)
def test_each_family_has_its_numbers(family: type[JiqunError], exit_code: int, http_status: int) -> None:
    error = family("gate.bad_number", seen="x")
    assert isinstance(error, JiqunError)
    assert (error.exit_code, error.http_status) == (exit_code, http_status)


def test_facts_are_kept_and_cannot_be_changed() -> None:
    error = InputError("gate.unknown_unit", seen="亿圆", allowed="元")
    assert error.facts["seen"] == "亿圆"
    with pytest.raises(TypeError):
        error.facts["seen"] = "元"  # type: ignore[index]


def test_the_plain_text_names_code_and_facts() -> None:
    assert str(InputError("gate.unknown_unit", seen="亿圆")) == "gate.unknown_unit (seen='亿圆')"
    assert str(PackError("pack.unreadable")) == "pack.unreadable"


def test_a_fact_may_be_called_code() -> None:
    assert InputError("gate.malformed_uscc", code="123").facts == {"code": "123"}


@pytest.mark.parametrize("family", [family for family, _, _ in FAMILIES])
def test_errors_survive_pickling(family: type[JiqunError]) -> None:
    error = pickle.loads(pickle.dumps(family("subject.not_found", seen="x")))
    assert type(error) is family
    assert (error.code, dict(error.facts)) == ("subject.not_found", {"seen": "x"})


def test_row_errors_carry_every_row() -> None:
    rows = [RowError("a.csv", n, "unit", "gate.unknown_unit", "亿圆", "元") for n in (2, 5)]
    error = RowErrors(rows)
    assert error.errors == tuple(rows)
    assert (error.exit_code, error.facts["count"], error.facts["file"]) == (10, 2, "a.csv")


def test_row_errors_survive_pickling() -> None:
    error = RowErrors([RowError("a.csv", None, "", "gate.empty_file", "", "")], code="gate.empty_file")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.code, copy.errors) == (error.code, error.errors)


def test_not_found_is_an_input_error() -> None:
    with pytest.raises(InputError):
        raise NotFound("fact.not_found", seen="f0")
