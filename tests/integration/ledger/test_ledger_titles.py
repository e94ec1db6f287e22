"""Titles in the ledger: never twice on a day, renewed, taken back but kept, and what rules read of them."""

from datetime import UTC, date, datetime

import pytest
from django.db import transaction
from ledger_rows import AT, firm

from jiqun.core.errors import WrongState
from jiqun.ledger import models, subjects, titles
from jiqun.ledger.titles import NewTitle, Title, TitleFilter, titles_held

pytestmark = pytest.mark.django_db
FIELD = "title_zjtx_until"
A, B = "enterprise:A", "enterprise:B"


def told(starts: date, until: date, subject: str = A, field: str = FIELD) -> NewTitle:
    return NewTitle(
        subject, "甲公司", "330624", field, "专精特新", "specialised", "registered", starts, starts, until
    )


def entered(starts: date, until: date, subject: str = A, field: str = FIELD) -> Title:
    with transaction.atomic():
        return titles.enter(told(starts, until, subject, field), by="test", at=AT)


def test_a_title_is_not_held_twice_on_a_day() -> None:
    first = entered(date(2023, 5, 1), date(2026, 4, 30))
    for starts, until in (
        (date(2026, 4, 30), date(2029, 4, 29)),
        (date(2020, 1, 1), date(2023, 5, 1)),
        (date(2024, 1, 1), date(2024, 2, 1)),
    ):
        with pytest.raises(WrongState) as refused:
            entered(starts, until)
        assert refused.value.code == "title.held_already"
    later = entered(date(2026, 5, 1), date(2029, 4, 30))
    older = entered(date(2020, 1, 1), date(2023, 4, 30))
    assert [(one.id, one.state) for one in titles.of_subject(A)] == [
        (later.id, "held"), (first.id, "replaced"), (older.id, "replaced"),
    ]  # fmt: skip
    assert entered(date(2024, 1, 1), date(2026, 12, 31), B).state == "held"


def test_what_rules_read_of_them() -> None:
    entered(date(2023, 5, 1), date(2026, 4, 30))
    renewed = entered(date(2026, 5, 1), date(2029, 4, 30))
    assert titles_held([A, B, "enterprise:unheard of"]) == {A: {FIELD: date(2029, 4, 30)}}
    assert titles_held([A], on=date(2025, 1, 1)) == {A: {FIELD: date(2026, 4, 30)}}
    assert titles_held([A], on=date(2022, 1, 1)) == {}
    assert titles_held([]) == {}
    back = datetime(2027, 6, 1, 17, 0, tzinfo=UTC)  # the second of June in Shanghai
    with transaction.atomic():
        titles.take_back(renewed.id, "虚假材料", by="office", at=back)
    assert titles_held([A]) == {A: {FIELD: date(2027, 6, 1)}}
    assert titles_held([A], on=date(2027, 6, 1)) == {A: {FIELD: date(2029, 4, 30)}}
    assert titles_held([A], on=date(2027, 6, 2)) == {A: {FIELD: date(2027, 6, 1)}}


def test_one_taken_back_stays_in_the_record_and_ends_what_it_renewed() -> None:
    entered(date(2023, 5, 1), date(2026, 4, 30))
    renewed = entered(date(2026, 5, 1), date(2029, 4, 30))
    with transaction.atomic():
        back = titles.take_back(renewed.id, "虚假材料", by="office", at=datetime(2026, 3, 1, tzinfo=UTC))
    assert (back.state, back.taken_back_by, back.taken_back_why) == ("taken_back", "office", "虚假材料")
    assert [one.state for one in titles.of_subject(A)] == ["taken_back", "taken_back"]
    with transaction.atomic(), pytest.raises(WrongState) as refused:
        titles.take_back(renewed.id, "再一次", by="office", at=AT)
    assert refused.value.code == "title.not_held"
    assert entered(date(2026, 4, 1), date(2029, 3, 31)).state == "held"


def test_an_enterprise_merged_into_another_brings_its_titles_with_it() -> None:
    subjects.upsert([firm("A", "甲公司"), firm("B", "乙公司")], batch="b1", at=AT)
    entered(date(2024, 1, 1), date(2026, 12, 31), B)
    models.Subject.objects.filter(key=B).update(merged_into=A)
    assert titles_held([A]) == {A: {FIELD: date(2026, 12, 31)}}
    assert [one.subject for one in titles.of_subject(B)] == [B]
    with pytest.raises(WrongState):
        entered(date(2025, 1, 1), date(2027, 12, 31), A)


def test_lists_by_how_they_stand() -> None:
    on = date(2026, 11, 22)
    entered(date(2023, 1, 1), date(2025, 12, 31), "enterprise:over")
    entered(date(2024, 1, 1), on, "enterprise:today")
    soon = entered(date(2024, 1, 1), date(2027, 1, 1), "enterprise:soon")
    entered(date(2026, 1, 1), date(2028, 12, 31), "enterprise:long")
    renewed = entered(date(2027, 1, 2), date(2030, 1, 1), "enterprise:soon")
    assert titles.get(soon.id).state == "replaced"

    def seen(standing: str, **more: object) -> list[str]:
        wanted = TitleFilter(on=on, standing=standing, **more)  # type: ignore[arg-type]
        return [one.subject.removeprefix("enterprise:") for one in titles.list_page(wanted).rows]

    assert seen("in_force") == ["today", "soon", "long"]
    assert seen("expiring", days=60) == ["today"] == [one.subject[11:] for one in titles.ending(on, days=60)]
    assert (seen("over"), seen("replaced"), seen("taken_back")) == (["over"], ["soon"], [])
    assert seen("", subject="enterprise:soon") == ["soon", "soon"] and renewed.state == "held"
    assert seen("in_force", region="330683") == [] and len(seen("in_force", region="330600")) == 3
    standing = {"in_force": 3, "expiring": 1, "over": 1, "replaced": 1, "taken_back": 0}
    assert titles.counts(on, days=60) == {FIELD: standing}
