"""Pictures and words of factory pages: courses that break at gaps, waterfalls that add up, lengths of time, few streams."""

import pytest
from django.utils import translation

from jiqun.actions.reading.factory_live import LossShown, Share
from jiqun.factory.machines.cycles import Cycles
from jiqun.factory.oee.figures import Ratio
from jiqun.web import factory_drawing, factory_words, live
from jiqun.web.live import Seats, event
from jiqun.web.templatetags import factory as tags


@pytest.fixture(autouse=True)
def english() -> object:
    """Sentences in English."""
    with translation.override("en"):
        yield


def test_a_course_breaks_where_nothing_was_read() -> None:
    assert factory_drawing.spark((None, None), (None, None)) == ()
    whole = factory_drawing.spark((1.0, 2.0), (1.5, 3.0))
    parted = factory_drawing.spark((1.0, None, 2.0), (1.5, None, 3.0))
    assert len(whole) == 1 and len(parted) == 2
    (flat,) = factory_drawing.spark((4.0,), (4.0,))
    assert "0.0,13.4" in flat and "192.0,14.6" in flat


def test_a_waterfall_comes_down_to_good_pieces() -> None:
    rows = factory_drawing.waterfall(
        [
            LossShown("down", "", 3600),
            LossShown("delay", "starved", 1800),
            LossShown("speed", "", -900),
            LossShown("productive", "", 9900),
        ]
    )["rows"]
    assert isinstance(rows, list)
    assert [(row["name"], row["from"], row["size"], row["lost"]) for row in rows] == [
        ("Stops", 3.0, 1.0, True), ("Waiting starved", 2.5, 0.5, True), ("Speed", 2.5, 0.25, True),
        ("Good pieces", 0, 2.75, False),
    ]  # fmt: skip
    assert rows[2]["say"] == "−15 min"
    assert factory_drawing.waterfall([])["rows"] == []


def test_a_histogram_says_its_edges() -> None:
    data = factory_drawing.histogram(Cycles((0.0, 1.0), (4,), 0.5, 4, 0), 2.0, ("ideal", "median", "pieces"))
    assert data["edges"] == [0.0, 1.0] and data["ideal"] == 2.0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-3, "0 s"), (59.9, "59 s"), (60, "1 min"), (3661, "1 h 1 min"), (90_000, "1 d 1 h")],
)
def test_lengths_of_time(seconds: float, said: str) -> None:
    assert factory_words.duration(seconds) == said


def test_numbers_of_sensors() -> None:
    assert [factory_words.short(one) for one in (None, 3.0, 12345.0, 0.123456789, -2.5)] == [
        "—", "3", "12,345", "0.123457", "-2.5",
    ]  # fmt: skip
    assert factory_words.percent(None) == "" and factory_words.percent(0.8321) == "83.2 %"


def test_a_share_is_a_number_a_range_or_a_dash() -> None:
    known = Share.of(Ratio(value=None, low=None, high=None, why=("no_time",)))
    assert tags.share(known) == "—" and tags.why_open(known) == "no planned time"
    assert tags.share(Share(0.5, 0.5, 0.5, None, ())) == "50.0 %"
    assert tags.share(Share(None, 0.1, 0.9, 0.4, ("gap",))) == "10–90 %"
    assert tags.share(Share(None, 0.1, None, None, ("no_cycle",))) == "10–? %"
    assert (
        tags.why_open(Share(None, 0.1, 0.9, 0.4, ("gap",)))
        == "time without readings · known part alone: 40.0 %"
    )


def test_words_of_closed_lists_and_of_people() -> None:
    assert str(tags.loss_word("minor")) == "Minor stops" and tags.loss_word("odd") == "odd"
    assert str(tags.reason_word("starved")) == "starved" and tags.reason_word("换模") == "换模"
    assert (
        str(tags.role_word("queue")) == "queue before it"
        and str(tags.flag_word("repeated")) == "unchanged, said again"
    )


def test_an_event_as_it_travels() -> None:
    assert event("parts", {"a": "停机"}) == 'event: parts\ndata: {"a":"停机"}\n\n'.encode()


def test_a_stream_sends_only_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    told = iter([{"a": "1", "b": "1"}, *[{"a": "1", "b": "2"}] * 9])
    clock = iter(range(100))
    monkeypatch.setattr(live.time, "monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(live.time, "sleep", lambda _: None)
    body = b"".join(live.stream(lambda: next(told), most=1, seconds=4, seats=Seats()))  # type: ignore[arg-type]
    assert body.count(b"event: parts") == 4 and body.count(b'"b":"2"') == 1 and body.count(b'"a":"1"') == 1
