"""Titles over time 称号: as known on each day, renewed from the day after, taken back with what they renew — by hand."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from ledger_rows import AT

from jiqun.core.errors import NotFound, WrongState
from jiqun.exchange.recognitions import last_day
from jiqun.ledger import models, titles
from jiqun.ledger.titles import NewTitle, Title, TitleFilter, titles_held

pytestmark = pytest.mark.django_db
FIELD, OTHER = "title_zjtx_until", "title_high_tech_until"
A = "enterprise:A"


def entered(starts: date, until: date, field: str = FIELD, **more: object) -> Title:
    told = NewTitle(
        A, "甲公司", "330624", field, "称号", "title", "registered", starts, starts, until, **more
    )  # type: ignore[arg-type]
    with transaction.atomic():
        return titles.enter(told, by="test", at=AT)


def taken_back(one: Title, at: datetime) -> Title:
    with transaction.atomic():
        return titles.take_back(one.id, "虚假材料", by="office", at=at)


def test_a_title_from_the_leap_day_and_its_renewal_leave_no_day_out() -> None:
    first = entered(date(2024, 2, 29), last_day(date(2024, 2, 29), 3))
    assert first.valid_until == date(2027, 2, 28)
    second = entered(date(2027, 3, 1), last_day(date(2027, 3, 1), 3))
    assert second.valid_until == date(2030, 2, 28)
    days = [
        date(2024, 2, 28),
        date(2024, 2, 29),
        date(2027, 2, 28),
        date(2027, 3, 1),
        date(2030, 2, 28),
        date(2030, 3, 1),
    ]
    held = [sum(one.is_held(day) for one in titles.of_subject(A)) for day in days]
    assert held == [0, 1, 1, 1, 1, 0], "one title on each day in between, never two"


@pytest.mark.parametrize(
    ("starts", "until", "free"),
    [
        (date(2020, 1, 1), date(2023, 4, 30), True),  # ends the day before
        (date(2020, 1, 1), date(2023, 5, 1), False),  # shares the first day
        (date(2026, 4, 30), date(2029, 4, 29), False),  # shares the last day
        (date(2026, 5, 1), date(2029, 4, 30), True),  # begins the day after
        (date(2024, 1, 1), date(2024, 1, 1), False),  # a day within
        (date(2020, 1, 1), date(2030, 1, 1), False),  # around it
    ],
)
def test_days_that_touch_and_days_that_overlap(starts: date, until: date, free: bool) -> None:
    entered(date(2023, 5, 1), date(2026, 4, 30))
    if free:
        assert entered(starts, until).state == ("held" if starts > date(2023, 5, 1) else "replaced")
    else:
        with pytest.raises(WrongState) as refused:
            entered(starts, until)
        assert (refused.value.facts["seen"], refused.value.facts["until"]) == ("甲公司", "2026-04-30")
    assert entered(starts, until, OTHER).state == "held", "another kind does not stand in the way"


AS_KNOWN = (  # granted 2024-01-01 until 2026-12-31, taken back on 2 June 2025 in Shanghai
    (date(2023, 12, 31), None),
    (date(2024, 1, 1), date(2026, 12, 31)),
    (date(2025, 6, 1), date(2026, 12, 31)),
    (date(2025, 6, 2), date(2025, 6, 1)),
    (date(2027, 1, 1), date(2025, 6, 1)),
    (None, date(2025, 6, 1)),
)


@pytest.mark.parametrize(("on", "until"), AS_KNOWN)
def test_as_known_on_a_day(on: date | None, until: date | None) -> None:
    taken_back(entered(date(2024, 1, 1), date(2026, 12, 31)), datetime(2025, 6, 1, 16, 30, tzinfo=UTC))
    assert titles_held([A], on=on) == ({A: {FIELD: until}} if until else {})


def test_one_taken_back_after_its_end_had_ended_before() -> None:
    """The record says it was taken back; what rules read ends where it ended, and not later."""
    one = entered(date(2020, 1, 1), date(2022, 12, 31))
    taken_back(one, datetime(2025, 6, 1, tzinfo=UTC))
    assert titles_held([A]) == {A: {FIELD: date(2022, 12, 31)}}
    assert titles.get(one.id).taken_back_why == "虚假材料"


def test_taking_back_leaves_other_kinds_and_what_was_over_alone() -> None:
    old = entered(date(2018, 1, 1), date(2020, 12, 31))
    high_tech = entered(date(2024, 1, 1), date(2026, 12, 31), OTHER)
    now = entered(date(2024, 1, 1), date(2026, 12, 31))
    taken_back(now, datetime(2025, 6, 1, tzinfo=UTC))
    assert [titles.get(one.id).state for one in (old, high_tech, now)] == ["replaced", "held", "taken_back"]


def test_one_replaced_is_not_taken_back_by_itself() -> None:
    first = entered(date(2020, 1, 1), date(2022, 12, 31))
    entered(date(2023, 1, 1), date(2025, 12, 31))
    with pytest.raises(WrongState) as told:
        taken_back(first, AT)
    assert (told.value.code, told.value.facts["seen"]) == ("title.not_held", "replaced")
    with pytest.raises(NotFound):
        titles.get(first.id + 100)


def test_the_table_itself_refuses_what_may_not_be() -> None:
    """Two held of one kind, a last day before the first, a word nobody knows, taken back by nobody."""
    one = entered(date(2024, 1, 1), date(2026, 12, 31))
    row = models.Title.objects.filter(id=one.id)
    for values in (
        {"valid_until": date(2023, 12, 31)}, {"state": "lost"}, {"how": "bought"}, {"taken_back_by": "x"},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**values)
    twin = models.Title.objects.get(id=one.id)
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()
    assert titles.of_subject(A) == (one,)


LISTS = (  # a title of 2024-01-01 – 2026-12-31, looked at on a day, `expiring` within 30 days
    (date(2023, 12, 31), set()), (date(2024, 1, 1), {"in_force"}), (date(2026, 11, 30), {"in_force"}),
    (date(2026, 12, 1), {"in_force", "expiring"}), (date(2026, 12, 31), {"in_force", "expiring"}),
    (date(2027, 1, 1), {"over"}),
)  # fmt: skip


@pytest.mark.parametrize(("on", "standings"), LISTS)
def test_how_it_stands_on_a_day(on: date, standings: set[str]) -> None:
    one = entered(date(2024, 1, 1), date(2026, 12, 31), synthetic=True)
    found = {
        standing for standing in titles.STANDINGS
        if titles.list_page(TitleFilter(on=on, standing=standing, days=30)).total
    }  # fmt: skip
    assert found == standings
    assert {key for key, count in titles.counts(on, days=30).get(FIELD, {}).items() if count} == standings
    assert titles.counts(on, days=30, synthetic=False) == {}
    assert bool(titles.ending(on, days=30)) is ("expiring" in standings)
    assert one.is_held(on) is ("in_force" in standings)
    assert titles.list_page(TitleFilter(on=on, q="乙")).total == 0
