"""退回来件 returning an upload: the office's own workbook, its errors marked and listed, what is known filled in."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jiqun.actions import uploads
from jiqun.actions.desk import Desk
from jiqun.actions.upload_files import Upload
from jiqun.core.errors import InputError, NotFound, RowError
from jiqun.lake.forms.returned import Cover, Mark, write_back
from jiqun.lake.forms.unkept import REDRAWN, unkept_parts
from jiqun.ledger.permissions import Actor

HEADS = {
    "zh": ("序号", "工作表", "单元格", "栏目", "看到的", "允许的", "问题与怎么办"),
    "en": ("No.", "Sheet", "Cell", "Column", "Seen", "Allowed", "What is wrong and what to do"),
}
HELP = {
    "zh": "红：有误，改正后连同本表再交一次；黄：收下但请看一眼；橙：合计不符；绿：台账已知，已代填。已收下的行不会重复。",
    "en": "Red: wrong, correct it and hand the file in again. Yellow: taken, have a look. Orange: a total that differs. "
    "Green: filled in from the ledger. Rows already taken are not taken twice.",
}
PARTS = {
    "chart": ("图表", "charts"),
    "new_chart": ("新式图表", "charts of newer kinds"),
    "picture": ("图片", "pictures"),
    "macro": ("宏", "macros"),
    "control": ("控件", "controls"),
    "embedded": ("嵌入的文件", "embedded files"),
    "slicer": ("切片器", "slicers"),
    "thread": ("对话式批注", "threaded comments"),
    "shape": ("图形、文本框", "shapes and text boxes"),
}
LOST = {
    "zh": (
        "这份工作簿里没有原表的：",
        "原表的图表已重画，样式可能有出入：",
        "原件请自己留好，改数可以在原件里改。",
    ),
    "en": (
        "Not in this workbook, though in yours: ",
        "Charts drawn anew, which may look different: ",
        "Keep your own file; you can correct the figures there and hand that in.",
    ),
}
ROW_KEYS = ("file", "row", "column", "code", "seen", "allowed")


def is_returnable(upload: Upload) -> bool:
    """Can this file be written back with its errors? Workbooks can; for a CSV there is the list of errors."""
    return upload.encoding == "xlsx" and not upload.name.lower().endswith(".xls") and bool(upload.report)


def returned(desk: Desk, id: str, *, by: Actor, lang: str) -> Path:
    """The workbook with its errors; made anew after every check. NotFound before the first, InputError for no workbook."""
    upload = uploads.read(desk, id, by=by)
    if not upload.report:
        raise NotFound("upload.not_checked", seen=upload.state)
    if not is_returnable(upload):
        raise InputError("gate.cannot_return", file=upload.name, reason="CSV, XLS")
    store, zh = uploads.files(desk), "zh" if lang.startswith("zh") else "en"
    target = store.returned_file(id)
    title = ("导入问题 · " if zh == "zh" else "Errors of the import · ") + upload.name
    lost = what_is_lost(desk, upload, lang)
    cover = Cover(title, HELP[zh], HEADS[zh], tuple(upload.report.get("batches", ())), lost)
    write_back(store.file(id), target, marks_of(desk, upload, lang), cover, file=upload.name)
    return target


def what_is_lost(desk: Desk, upload: Upload, lang: str) -> str:
    """What the returned workbook lacks of the one handed in, as a sentence; empty when nothing is lost."""
    path = uploads.files(desk).file(upload.id)
    found = unkept_parts(path) if path.exists() else {}
    if not found:
        return ""
    zh = lang.startswith("zh")
    missing, redrawn, keep = LOST["zh" if zh else "en"]
    named = [f"{PARTS[kind][not zh]} {count}" for kind, count in found.items() if kind != REDRAWN]
    told = [missing + ("、" if zh else ", ").join(named)] if named else []
    told += [f"{redrawn}{found[REDRAWN]}"] if REDRAWN in found else []
    return ("。" if zh else ". ").join((*told, keep))


def marks_of(desk: Desk, upload: Upload, lang: str) -> Iterator[Mark]:
    """Every cell to mark: errors, remarks, totals, and what the ledger fills in."""
    report: Mapping[str, Any] = upload.report or {}
    for kind, name in (("error", "errors"), ("flag", "flags")):
        for told in report.get(name, ()):
            yield _of_error(desk, upload, told, kind, lang)
    for told in report.get("totals", ()):
        yield _of_total(desk, told, lang)
    for told in report.get("matched", ()):
        if mark := _filled(upload, told, lang):
            yield mark


def _of_error(desk: Desk, upload: Upload, told: Mapping[str, Any], kind: str, lang: str) -> Mark:
    error = RowError(**{name: told[name] for name in ROW_KEYS})
    text = (
        desk.messages.what(error.code, lang)
        + "。" * lang.startswith("zh")
        + " " * (not lang.startswith("zh"))
    )
    text += desk.messages.next_step(error.code, lang)
    table = upload.tables[told["table"]]
    cell = told["cell"] or _cell(upload, told["table"], "name", error.row)
    return Mark(table["sheet"], error.row or 0, cell, kind, text, error.column, error.seen, error.allowed)


def _of_total(desk: Desk, told: Mapping[str, Any], lang: str) -> Mark:
    zh = lang.startswith("zh")
    said = (
        f"{told['label']} {told['stated']}，{told['rows']} 行之和 {told['summed']}，相差 {told['difference']}"
        if zh
        else f"{told['label']} {told['stated']}, {told['rows']} rows add up to {told['summed']}: {told['difference']}"
    )
    text = f"{desk.messages.what('gate.total_differs', lang)}：{said}"
    return Mark(
        told["sheet"],
        told["row"],
        told["cell"],
        "total",
        text,
        told["column"],
        told["stated"],
        told["summed"],
    )


def _filled(upload: Upload, told: Mapping[str, Any], lang: str) -> Mark | None:
    """The code of an enterprise found by its name, written into the file's own column of codes."""
    cell = _cell(upload, told["table"], "uscc", told["row"])
    if not cell or not told["code"]:
        return None
    why = "，".join(item["zh" if lang.startswith("zh") else "en"] for item in told["evidence"])
    text = f"“{told['name']}” = “{told['found']}” ({told['score']}): {why}"
    sheet = upload.tables[told["table"]]["sheet"]
    return Mark(sheet, told["row"], cell, "filled", text, value=told["code"])


def _cell(upload: Upload, number: int, field: str, row: int | None) -> str:
    table = upload.tables[number]
    mapping = (upload.mapping if number == 0 else table["settled"]) or table["draft"]
    column = mapping.get("columns", {}).get(field, "")
    if not column or column not in table["columns"] or not row:
        return ""
    return f"{table['letters'][table['columns'].index(column)]}{row}"
