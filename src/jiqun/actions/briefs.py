"""简报 briefs: one click gives a Word file or a PDF of a place, a cluster or an indicator, with its sources.

Word needs python-docx; PDF needs typst and a Chinese font (JIQUN_FONT_DIR, or one of the machine). What is missing is
said by name, with the Word file as the way out.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.db import transaction

from jiqun import settings
from jiqun.actions.brief_text import BriefText, brief_text
from jiqun.actions.desk import Desk
from jiqun.actions.policy_brief import run_brief
from jiqun.actions.reading.briefs import read_brief
from jiqun.core.errors import NotFound, SourceDown
from jiqun.ledger import audit
from jiqun.ledger.permissions import ANYWHERE, Actor, check
from jiqun.ledger.roles import Permission

FORMS: Mapping[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
FONTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "SimSun", "FangSong", "KaiTi", "Noto Serif CJK SC",
    "Source Han Serif SC", "Droid Sans Fallback",
)  # fmt: skip
TEMPLATE = Path(__file__).with_name("brief.typ")


def make_brief(
    desk: Desk, kind: str, key: str, form: str, *, lang: str, by: Actor, at: datetime
) -> tuple[str, str, bytes]:
    """The brief as (file name, content type, bytes); its making is a line of the audit trail.

    SourceDown: brief.no_word, brief.no_typst, brief.no_font; NotFound for what there is no brief of
    """
    check(by, Permission.EXPORT, target_scope=ANYWHERE)
    if kind == "policy-run":
        text = run_brief(desk, by, key, lang)
    else:
        text = brief_text(read_brief(desk, by, kind, key), lang)
    body = written(text, form)
    with transaction.atomic():
        audit.record(
            by, "brief.make", f"{kind}:{key}", {"form": form, "lang": lang}, at=at, target_label=text.title
        )
    return f"{text.title}-{at:%Y%m%d}.{form}", FORMS[form], body


def written(text: BriefText, form: str) -> bytes:
    """The brief as a file of one of FORMS; NotFound `brief.unknown_form`."""
    if form not in FORMS:
        raise NotFound("brief.unknown_form", seen=form, allowed=" ".join(FORMS))
    writers: dict[str, Callable[[BriefText], bytes]] = {"docx": as_word, "pdf": as_pdf}
    return writers[form](text)


def as_word(text: BriefText) -> bytes:
    """The brief as a Word file."""
    try:
        from docx import Document
        from docx.oxml.ns import qn
        from docx.shared import Cm, Pt
    except ImportError:
        raise SourceDown("brief.no_word", allowed="python-docx") from None
    document = Document()
    section = document.sections[0]
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2)
    for name in ("Normal", "Title", "Heading 1", "List Number"):
        style = document.styles[name]
        style.font.name = "Microsoft YaHei"
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "Microsoft YaHei")
    document.styles["Normal"].font.size = Pt(10)
    document.add_heading(text.title, 0)
    document.add_paragraph(text.subtitle)
    if text.warning:
        document.add_paragraph().add_run(text.warning).bold = True
    for part in text.parts:
        document.add_heading(part.title, 1)
        for line in part.lines:
            document.add_paragraph(line)
        if part.rows:
            _word_table(document, part.head, part.rows)
    document.core_properties.title = text.title
    document.core_properties.author = "jiqun"
    target = BytesIO()
    document.save(target)
    return target.getvalue()


def as_pdf(text: BriefText) -> bytes:
    """The brief as a PDF."""
    try:
        import orjson
        import typst
    except ImportError:
        raise SourceDown("brief.no_typst", allowed="typst") from None
    folder = settings.setting("JIQUN_FONT_DIR")
    family = _chinese_font(folder)
    if family is None:
        raise SourceDown("brief.no_font", seen=folder or "JIQUN_FONT_DIR", allowed="Noto Sans CJK SC")
    inputs = {"data": orjson.dumps(text).decode(), "font": family}
    made = typst.compile(
        TEMPLATE, format="pdf", root=TEMPLATE.parent, font_paths=[folder] if folder else [], sys_inputs=inputs
    )
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=4)
def _chinese_font(folder: str) -> str | None:
    """The first known Chinese family in the folder or on the machine; looked up once, for it takes a second."""
    import typst

    found = set(typst.Fonts(font_paths=[folder] if folder else []).families())
    return next((family for family in FONTS if family in found), None)


def _word_table(document: object, head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> None:
    from docx.shared import Pt

    table = document.add_table(rows=1, cols=len(head), style="Light Grid Accent 1")  # type: ignore[attr-defined]
    for cells, values in ((table.rows[0].cells, head), *((None, row) for row in rows)):
        target = cells if cells is not None else table.add_row().cells
        for cell, value in zip(target, values, strict=True):
            cell.text = value
            for paragraph in cell.paragraphs:
                for run in paragraph.runs:
                    run.font.size = Pt(8.5)
