"""The contract between box and gate: what is read back, what is refused, and that nothing a stranger sends does harm."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiqun.core.errors import InputError
from jiqun.factory.readings.contract import decode, encode, read_answer, topic_of

MOST = 10_000
PACKED = st.builds(
    lambda raw, cut: gzip.compress(raw)[: max(2, 40 - cut)], st.binary(max_size=60), st.integers(0, 38)
)
STRANGE = st.binary(max_size=200) | PACKED | st.builds(gzip.compress, st.binary(max_size=200))


def test_what_a_box_encodes_the_gate_reads() -> None:
    batches = [json.dumps({"id": f"a-{n}", "sequence": n}).encode() for n in range(3)]
    told = decode(encode("spring", batches))
    assert told == {
        "contract": 1,
        "site": "spring",
        "batches": [{"id": f"a-{n}", "sequence": n} for n in range(3)],
    }
    assert decode(json.dumps(told).encode()) == told and topic_of("spring") == "jiqun/v1/spring/batches"


@pytest.mark.parametrize("spare", [-1, 0, 1])
def test_no_more_is_unpacked_than_allowed(spare: int) -> None:
    raw = json.dumps({"contract": 1, "x": "y" * 500}).encode()
    if spare < 0:
        with pytest.raises(InputError) as said:
            decode(gzip.compress(raw), most_bytes=len(raw) + spare)
        assert said.value.code == "intake.too_large"
    else:
        assert decode(gzip.compress(raw), most_bytes=len(raw) + spare)["contract"] == 1


def test_a_bomb_costs_no_more_than_its_limit() -> None:
    with pytest.raises(InputError) as said:
        decode(gzip.compress(b"[" + b"0," * 4_000_000 + b"0]"), most_bytes=MOST)
    assert said.value.code == "intake.too_large"


def harmless(raw: bytes) -> None:
    for read in (lambda: decode(raw, most_bytes=MOST), lambda: read_answer(raw)):
        try:
            read()
        except InputError as error:
            assert error.code in ("edge.bad_request", "edge.bad_answer", "intake.too_large")


@settings(max_examples=150, deadline=None)
@given(STRANGE)
def test_strange_bytes_are_refused_in_words(raw: bytes) -> None:
    harmless(raw)


@pytest.mark.fuzz
@settings(max_examples=20_000, deadline=None)
@given(STRANGE)
def test_strange_bytes_are_refused_in_words_many_times(raw: bytes) -> None:
    harmless(raw)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda x: st.lists(x) | st.dictionaries(st.text(max_size=12), x),
    )
)
def test_answers_of_any_shape_acknowledge_only_what_they_name(told: object) -> None:
    try:
        answer = read_answer(json.dumps(told).encode())
    except InputError:
        return
    assert isinstance(told, dict) and "acknowledged" in told and isinstance(answer.acknowledged, frozenset)
