"""Briefs: Word and PDF with sources; what is missing is said by name."""

import io
import zipfile

import pytest
from reading_house import MADE_UP, ReadingHouse

from jiqun.actions import briefs
from jiqun.actions.brief_text import brief_text
from jiqun.actions.reading.briefs import read_brief
from jiqun.core.errors import NotAllowed, SourceDown
from jiqun.ledger import audit
from jiqun.ledger.permissions import NOBODY

docx = pytest.importorskip("docx", reason="python-docx comes with the reports extra")
typst = pytest.importorskip("typst", reason="typst comes with the reports extra")


def words_of(body: bytes) -> str:
    document = docx.Document(io.BytesIO(body))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize(
    ("kind", "key", "words"),
    [
        ("cluster", "415x", ("9.19 万亿元", "> 9 万亿元", "未见结果", "[1]", "今日浙江")),
        ("region", "330108", ("滨江区", "链主企业数", "口径", "[1]")),
        (
            "indicator",
            "little_giant_count",
            ("1801 家", "目标与结果", "定义", "小巨人：470家、1000家、1801家"),
        ),
    ],
)
def test_a_word_brief_holds_values_and_sources(
    house: ReadingHouse, kind: str, key: str, words: tuple[str, ...]
) -> None:
    response = house.client().get(f"/briefs/{kind}/{key}.docx")
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    text = words_of(response.content)
    for word in words:
        assert word in text, word


def test_a_brief_speaks_the_language_of_the_reader(house: ReadingHouse) -> None:
    client = house.client()
    client.cookies["django_language"] = "en"
    text = words_of(client.get("/briefs/cluster/415x.docx").content)
    assert "Targets and outcomes" in text
    assert "trillion yuan" in text


def test_a_pdf_is_made_when_there_is_a_font(house: ReadingHouse) -> None:
    if briefs._chinese_font("") is None:
        pytest.skip("no Chinese font on this machine")
    response = house.client().get("/briefs/cluster/robots_cnc.pdf")
    assert response.status_code == 200
    assert response.content.startswith(b"%PDF-")


def test_without_a_font_the_answer_names_it_and_the_way_out(
    house: ReadingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(briefs, "_chinese_font", lambda folder: None)
    response = house.client().get("/briefs/cluster/415x.pdf")
    assert response.status_code == 503
    body = response.content.decode()
    assert "Noto Sans CJK SC" in body
    assert "Word" in body


@pytest.mark.parametrize(
    ("module", "form", "code"), [("docx", "docx", "brief.no_word"), ("typst", "pdf", "brief.no_typst")]
)
def test_without_a_library_the_answer_names_it(
    house: ReadingHouse, monkeypatch: pytest.MonkeyPatch, module: str, form: str, code: str
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(SourceDown) as caught:
        briefs.make_brief(
            house.desk, "cluster", "415x", form, lang="zh", by=house.actor(), at=house.desk.now()
        )
    assert caught.value.code == code


@pytest.mark.parametrize(
    "path",
    [
        "/briefs/office/x.docx",
        "/briefs/cluster/415x.exe",
        "/briefs/region/999999.docx",
        "/briefs/indicator/none.docx",
    ],
)
def test_there_is_no_brief_of_that(house: ReadingHouse, path: str) -> None:
    assert house.client().get(path).status_code == 404


def test_making_a_brief_is_on_the_trail(house: ReadingHouse) -> None:
    house.client().get("/briefs/indicator/revenue.docx")
    newest = audit.list_page(size=1).rows[0]
    assert (newest.action, newest.target) == ("brief.make", "indicator:revenue")


def test_nobody_makes_a_brief(house: ReadingHouse) -> None:
    with pytest.raises(NotAllowed):
        briefs.make_brief(house.desk, "cluster", "415x", "docx", lang="zh", by=NOBODY, at=house.desk.now())


def test_made_up_figures_never_enter_a_real_brief(house: ReadingHouse) -> None:
    real = read_brief(house.desk, house.actor(), "region", "330624")
    assert not any(one.synthetic for one in (*real.own, *real.others))
    assert brief_text(real, "zh").warning == ""


def test_a_brief_of_something_made_up_says_so(house: ReadingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiqun.actions.reading.briefs.KINDS", ("enterprise",))
    made_up = read_brief(house.desk, house.actor(), "enterprise", MADE_UP.partition(":")[2])
    assert "合成" in brief_text(made_up, "zh").warning


def test_text_of_a_source_cannot_act_as_markup(house: ReadingHouse) -> None:
    if briefs._chinese_font("") is None:
        pytest.skip("no Chinese font on this machine")
    text = brief_text(read_brief(house.desk, house.actor(), "cluster", "robots_cnc"), "zh")
    from dataclasses import replace

    nasty = replace(text, title="#panic(1) *x* <b> $y$ \\ @z", subtitle='#read("/etc/passwd")')
    assert briefs.as_pdf(nasty).startswith(b"%PDF-")
    with zipfile.ZipFile(io.BytesIO(briefs.as_word(nasty))) as parts:
        assert b"#panic(1) *x* &lt;b&gt;" in parts.read("word/document.xml")
