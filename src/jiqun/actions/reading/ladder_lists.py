"""梯度名单 the list of a ladder as a file: who holds what, how far the next rung is, which clauses are missing."""

from pathlib import Path

from jiqun.actions.desk import Desk
from jiqun.actions.export_files import FORMATS, Sheet, write_file
from jiqun.actions.held_firms import HeldFirm
from jiqun.actions.ladder import Standing
from jiqun.actions.reading.ladders import FIRST, LadderAsk, LadderView, asked
from jiqun.actions.reading.policies import of
from jiqun.core.errors import InputError
from jiqun.lake.catalogue import Column
from jiqun.ledger.permissions import ANYWHERE, Actor, Permission, check

COLUMNS = tuple(
    Column(name, "text", zh, en)
    for name, zh, en in (
        ("uscc", "统一社会信用代码", "Unified social credit code"),
        ("name", "企业", "Firm"),
        ("region", "区划代码", "County code"),
        ("synthetic", "合成数据", "Made up"),
        ("held", "现有层级", "Rung held"),
        ("until", "有效期止", "Last day of the title"),
        ("next", "下一层级", "Next rung"),
        ("step", "差距类别", "How far the next rung is"),
        ("unmet", "不符合的条款", "Clauses not met"),
        ("unknown", "未知的条款", "Clauses unknown"),
        ("manual", "待人工判断的条款", "Clauses for a person to decide"),
    )
)


def write_list(
    desk: Desk, actor: Actor, key: str, told: LadderAsk, *, path: Path, form: str, lang: str
) -> str:
    """Write the whole list as a file; gives its name. InputError `export.unknown_format`; NotAllowed."""
    check(actor, Permission.EXPORT, target_scope=ANYWHERE)
    if form not in FORMATS:
        raise InputError("export.unknown_format", seen=form, allowed=" ".join(FORMATS))
    view = LadderView(desk, actor, key or FIRST, asked(desk, actor, told))
    language = "zh" if lang.startswith("zh") else "en"
    write_file(
        Sheet("ladder", COLUMNS, (_cells(view, *row, lang=language) for row in view.chosen())), path, form
    )
    return f"{view.one.key}-{view.ask.rung or 'next'}-{view.ask.show}.{form}"


def _cells(view: LadderView, held: HeldFirm, has: Standing, *, lang: str) -> tuple[object, ...]:
    """A row of the file."""
    away, joiner = has.away, "；" if lang == "zh" else "; "
    names = view.climbs.clause_names(has.above, view.ask.on) if has.above else {}
    lists = [
        joiner.join(getattr(names[key], lang) for key in keys)
        for keys in ((away.unmet, away.unknown, away.manual) if away else ((), (), ()))
    ]
    return (
        held.firm.uscc, held.firm.name, held.firm.region, "1" if held.synthetic else "",
        getattr(view.labels[has.held.rung], lang) if has.held.rung else "",
        has.held.until.isoformat() if has.held.until else "",
        getattr(of(has.above.label), lang) if has.above else "", has.step, *lists,
    )  # fmt: skip
