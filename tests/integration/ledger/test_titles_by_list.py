"""A list of titles 称号名单: each refusal with its sentence; reminders by the calendar; taking back; who sees what."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from gate_rows import as_csv, uscc
from ledger_rows import AT, firm

from jiqun import settings
from jiqun.actions import titling
from jiqun.actions.desk import ZONE, Desk
from jiqun.actions.reading.titles import TitleAsk, own_enterprises, title_page, titles_page
from jiqun.core.errors import InputError, NotAllowed, NotFound, RowErrors, WrongState
from jiqun.core.messages import Messages
from jiqun.ledger import audit, models, subjects, title_notices, titles
from jiqun.ledger.permissions import Actor, Grant
from jiqun.ledger.scopes import Scope

pytestmark = pytest.mark.django_db
HEADER = ("企业名称", "统一社会信用代码", "称号", "认定日期", "有效期止", "文号")
CODES = [uscc(n) for n in range(4)]
A, B = (f"enterprise:{code}" for code in CODES[:2])
COUNTY = Actor(1, "county", (Grant("county_officer", Scope("region", "330624")),))
NEXT = Actor(2, "next", (Grant("county_officer", Scope("region", "330683")),))
FIRM = Actor(3, "firm", (Grant("enterprise", Scope("enterprise", A)),))
ANALYST = Actor(4, "analyst", (Grant("analyst", Scope()),))
NOBODY = Actor(None, "nobody")
MESSAGES = Messages.load(settings.PACKS_DIR / "errors.toml")
Cells = tuple[str, ...]


@pytest.fixture
def desk(db: None, tmp_path: Path) -> Desk:
    """甲 and 乙, and two enterprises of one name."""
    names = ("甲轴承有限公司", "乙轴承有限公司", "同名有限公司", "同名有限公司")
    told = [firm(code, name) for code, name in zip(CODES, names, strict=True)]
    subjects.upsert(told, batch="b1", at=AT)
    return Desk(tmp_path, settings.PACKS_DIR)


def register(
    desk: Desk, *rows: Cells, header: Cells = HEADER, by: Actor = COUNTY, at: datetime = AT
) -> titling.Registered:
    path = desk.home / "名单.csv"
    path.write_text(as_csv(header, rows), encoding="utf-8")
    return titling.register(desk, path, by=by, at=at)


def row(**changed: str) -> Cells:
    good = {
        "name": "",
        "code": CODES[0],
        "title": "专精特新中小企业",
        "from": "2024-05-01",
        "to": "2027-04-30",
        "doc": "",
    }
    return tuple((good | changed).values())


REFUSED: tuple[tuple[Mapping[str, str], str, str, str], ...] = (
    ({"code": "123"}, "uscc", "gate.malformed_uscc", "123"),
    ({"code": uscc(99)}, "uscc", "title.no_enterprise", uscc(99)),
    ({"code": "", "name": "没有的公司"}, "name", "title.no_enterprise", "没有的公司"),
    ({"code": "", "name": ""}, "name", "title.no_enterprise", ""),
    ({"code": "", "name": "同名有限公司"}, "name", "title.several", "同名有限公司"),
    ({"title": ""}, "title", "title.no_kind", ""),
    ({"title": "最佳企业"}, "title", "title.no_kind", "最佳企业"),
    ({"title": "established_on"}, "title", "title.no_kind", "established_on"),
    ({"from": ""}, "granted_on", "gate.bad_date", ""),
    ({"from": "2024-02-30"}, "granted_on", "gate.bad_date", "2024-02-30"),
    ({"from": "无"}, "granted_on", "gate.bad_date", "无"),
    ({"to": "长期"}, "valid_until", "gate.bad_date", "长期"),
    ({"to": "0001-01-01"}, "valid_until", "gate.bad_date", "0001-01-01"),
    ({"to": "从未"}, "valid_until", "gate.bad_date", "从未"),
    ({"to": "2024-04-30"}, "valid_until", "title.days", "2024-04-30"),
    ({"from": "2026-11-22"}, "granted_on", "gate.date_in_future", "2026-11-22"),
)
SENTENCES = {
    "gate.malformed_uscc": "统一社会信用代码格式不对", "title.no_enterprise": "台账里没有这家企业",
    "title.several": "有几家企业同名",
    "title.no_kind": "没有这种称号", "gate.bad_date": "日期写法不对", "title.days": "有效期止早于认定日期",
    "gate.date_in_future": "日期在将来",
}  # fmt: skip


@pytest.mark.parametrize(("changed", "column", "code", "seen"), REFUSED)
def test_each_refusal_names_its_cell(
    desk: Desk, changed: Mapping[str, str], column: str, code: str, seen: str
) -> None:
    """The good row above it is not entered either, and the sentence stands in both languages."""
    good = row(code=CODES[1])
    with pytest.raises(RowErrors) as told:
        register(desk, good, row(**changed))
    assert told.value.code == "title.refused"
    assert [(one.row, one.column, one.code, one.seen) for one in told.value.errors] == [
        (3, column, code, seen)
    ]
    sentence = MESSAGES.sentence(told.value.errors[0], "zh")
    assert sentence.startswith(SENTENCES[code]) and f"第 3 行，“{column}”列" in sentence
    assert "row 3" in MESSAGES.sentence(told.value.errors[0], "en")
    assert models.Title.objects.count() == 0 and not audit.of_target("titles")


def test_the_last_day_may_be_the_first_and_today_is_not_in_the_future(desk: Desk) -> None:
    assert register(desk, row(**{"from": "2026-11-21", "to": "2026-11-21"})).entered == 1


def test_a_list_without_rows_or_columns(desk: Desk) -> None:
    for rows in ((), (("", " ", "", "", "", ""),)):
        with pytest.raises(InputError) as told:
            register(desk, *rows)
        assert told.value.code == "gate.empty_file"
    for lost, needed in ((2, "称号"), (3, "认定日期"), (4, "有效期止")):
        header = tuple("别的" if at == lost else name for at, name in enumerate(HEADER))
        with pytest.raises(RowErrors) as lacking:
            register(desk, row(), header=header)
        assert [(one.row, one.column, one.code) for one in lacking.value.errors] == [
            (1, needed, "title.no_column")
        ]


def test_every_name_of_a_title_and_of_a_column_is_read(desk: Desk) -> None:
    """The word, the English one and the field itself; headers in English; a small letter in a code."""
    words = ("专精特新中小企业", "title_zjtx_until", "专精特新中小企业有效期止")
    for n, word in enumerate(words):
        day, end = f"{2010 + 4 * n}-01-01", f"{2013 + 4 * n}-12-31"
        english = ("document", "valid_until", "granted_on", "title", "uscc")
        assert register(desk, ("", end, day, word, CODES[0].lower()), header=english).entered == 1
    assert [(one.field, one.state) for one in titles.of_subject(A)] == [
        ("title_zjtx_until", "held"), ("title_zjtx_until", "replaced"), ("title_zjtx_until", "replaced"),
    ]  # fmt: skip


def test_two_rows_of_one_list_that_overlap_refuse_the_list(desk: Desk) -> None:
    with pytest.raises(RowErrors) as told:
        register(desk, row(), row(**{"from": "2026-05-01", "to": "2029-04-30"}))
    (error,) = told.value.errors
    assert (error.row, error.code, error.allowed) == (3, "title.held_already", "2027-04-30")
    assert models.Title.objects.count() == 0
    assert register(desk, row(), row(**{"from": "2022-05-01", "to": "2024-04-30"})).entered == 2, (
        "day after day"
    )


@pytest.mark.parametrize(("by", "code"), [(NEXT, "auth.scope"), (FIRM, "auth.role"), (ANALYST, "auth.role")])
def test_who_enters_no_list(desk: Desk, by: Actor, code: str) -> None:
    with pytest.raises(NotAllowed) as told:
        register(desk, row(), by=by)
    assert told.value.code == code and models.Title.objects.count() == 0


def test_reminders_on_their_days_and_never_twice(desk: Desk) -> None:
    """Ends on 30 April 2027: 1 November is 180 days before, 30 January 90, 31 March 30, 23 April 7."""
    register(desk, row())
    days = {
        date(2026, 10, 31): 0, date(2026, 11, 1): 1, date(2026, 11, 2): 0, date(2027, 1, 29): 0, date(2027, 1, 30): 1,
        date(2027, 3, 30): 0, date(2027, 3, 31): 1, date(2027, 4, 22): 0, date(2027, 4, 23): 1, date(2027, 4, 30): 0,
        date(2027, 5, 1): 0,
    }  # fmt: skip
    for on, left in days.items():
        morning = datetime(on.year, on.month, on.day, 0, 30, tzinfo=ZONE)  # the day before in London
        assert titling.remind(desk, by=NEXT, at=morning) == 0, "another county's titles are not its own"
        assert titling.remind(desk, by=COUNTY, at=morning) == left, on
        assert titling.remind(desk, by=COUNTY, at=morning + timedelta(hours=23)) == 0, on
    told = [(one.kind, one.days) for one in title_notices.of_subjects([A])]
    assert told == [("expiring", 7), ("expiring", 30), ("expiring", 90), ("review", 180)]
    assert len([one for one in audit.of_target("titles") if one.action == "title.remind"]) == 4
    with pytest.raises(NotAllowed):
        titling.remind(desk, by=ANALYST, at=AT)


def test_one_taken_back_is_no_longer_called_to_mind(desk: Desk) -> None:
    register(desk, row())
    (held,) = titles.of_subject(A)
    for why in ("", "  ", "长" * 1001):
        with pytest.raises(InputError) as silent:
            titling.take_back(desk, held.id, why, by=COUNTY, at=AT)
        assert silent.value.code == "recognition.reason"
    with pytest.raises(InputError) as stray:
        titling.take_back(desk, held.id, "虚假\x00材料", by=COUNTY, at=AT)
    assert stray.value.code == "gate.control_character"
    done = titling.take_back(desk, held.id, " 虚假材料 ", by=COUNTY, at=AT)
    assert (done.taken_back_why, done.taken_back_by, done.is_held(date(2026, 11, 20))) == (
        "虚假材料",
        "county",
        False,
    )
    with pytest.raises(WrongState):
        titling.take_back(desk, held.id, "再一次", by=COUNTY, at=AT)
    with pytest.raises(NotFound):
        titling.take_back(desk, held.id + 1, "没有", by=COUNTY, at=AT)
    assert titling.remind(desk, by=COUNTY, at=datetime(2027, 4, 23, tzinfo=ZONE)) == 0
    (notice,) = title_notices.of_subjects([A])
    assert (notice.kind, notice.title) == ("taken_back", held.id) and "虚假材料" in notice.text
    assert [one.action for one in audit.of_target(f"title:{held.id}")] == ["title.take_back", "title.enter"]
    assert register(desk, row(**{"from": "2026-11-21", "to": "2029-11-20"})).entered == 1, (
        "it may be granted anew"
    )


def test_notices_are_read_by_who_speaks_for_the_enterprise(desk: Desk) -> None:
    register(desk, row())
    titling.remind(desk, by=COUNTY, at=AT)
    assert own_enterprises(FIRM) == (A,) and own_enterprises(COUNTY) == ()
    assert titling.notices_seen([A], by=COUNTY, at=AT) == 0, "an office reads them, and they stay new"
    assert titling.notices_seen([B], by=FIRM, at=AT) == 0
    assert [titling.notices_seen([A], by=FIRM, at=AT) for _ in range(2)] == [1, 0]


def test_what_each_role_sees_of_titles(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Titles are public; entering and taking back is shown to who decides there, and made-up ones to who may see such."""
    monkeypatch.setattr(Desk, "now", lambda self: AT)
    register(desk, row(), row(code=CODES[1]))
    models.Title.objects.filter(subject=B).update(synthetic=True)
    (real,), (made_up,) = titles.of_subject(A), titles.of_subject(B)
    public = Actor(5, "public", (Grant("public", Scope()),))
    for by, enters, takes in (
        (COUNTY, True, True),
        (NEXT, True, False),
        (FIRM, False, False),
        (ANALYST, False, False),
    ):
        page = titles_page(desk, by, TitleAsk())
        assert (page.total, page.can_register) == (2, enters), by.label
        assert title_page(desk, by, real.id).can_take_back is takes, by.label
        assert title_page(desk, by, made_up.id).line.synthetic
    for by in (NOBODY, public):
        with pytest.raises(NotAllowed):
            titles_page(desk, by, TitleAsk())
        with pytest.raises(NotAllowed):
            title_page(desk, by, real.id)
    line = titles_page(desk, ANALYST, TitleAsk(text="甲轴承")).rows[0]
    assert (line.id, line.left, line.standing) == (real.id, 160, "in_force")
    assert titles_page(desk, ANALYST, TitleAsk(standing="expiring", days=159)).total == 0
    assert titles_page(desk, ANALYST, TitleAsk(standing="expiring", days=160)).total == 2
    assert titles_page(desk, ANALYST, TitleAsk(standing="no such", days=0)).ask.days == 1
    assert titles_page(desk, ANALYST, TitleAsk(region="330683")).total == 0
