"""报送命令: `jiqun collections list|open|show|remind|close|export|fill`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from jiqun.cli.output import print_json, print_table, say
from jiqun.core.errors import InputError

if TYPE_CHECKING:
    from jiqun.actions.desk import Desk
    from jiqun.ledger.permissions import Actor

WHAT = ("chasing", "answers", "totals", "workbook")


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `collections`."""
    verbs = commands.add_parser("collections", help="ask, fill in, follow and add up, month by month")
    tree = verbs.add_subparsers(dest="what", required=True)
    made = {}
    for name, help_text, run in (
        ("list", "collections, the latest first, and the forms there are", run_list),
        ("open", "ask enterprises or lower offices", run_open),
        ("show", "who has answered, who is late, and the sums", run_show),
        ("remind", "leave a notice with who has not answered, and print the text to copy", run_remind),
        ("close", "take no more answers", run_close),
        ("export", "write the chasing list, the answers, the sums or the workbook", run_export),
        ("fill", "type or hand in an answer, look at it, and send it", run_fill),
    ):
        verb = made[name] = tree.add_parser(name, parents=[shared], help=help_text)
        verb.add_argument("--json", action="store_true", help="print one JSON object")
        verb.set_defaults(run=run)
        if name not in ("list", "open"):
            verb.add_argument("collection", metavar="COLLECTION_ID")
    _add_open(made["open"])
    _add_rest(made)


def _add_open(verb: ArgumentParser) -> None:
    verb.add_argument("--form", required=True, metavar="KEY", help="key of a form")
    verb.add_argument("--period", required=True, help="2026-10, 2026Q3, 2026H1 or 2026")
    verb.add_argument("--deadline", required=True, help="a day (until its end in Shanghai) or an instant")
    verb.add_argument("--title", default="", help="by default form and period")
    verb.add_argument("--region", default="", metavar="CODE", help="this place and all below it")
    verb.add_argument("--cluster", default="", metavar="KEY", help="members of a cluster or chain")
    verb.add_argument("--industry", default="", metavar="CODE", help="beginning of the code of the trade")
    verb.add_argument("--only", nargs="+", default=[], metavar="CODE", help="these respondents and no others")
    verb.add_argument("--level", choices=["below", "county"], default="below", help="which lower offices")
    verb.add_argument("--note", default="", help="a note to who answers")


def _add_rest(made: dict[str, ArgumentParser]) -> None:
    made["list"].add_argument("--state", choices=["open", "closed"], default="", help="only these")
    made["show"].add_argument(
        "--state", default="", choices=["waiting", "draft", "sent", "returned", "accepted", "late", "missing"],
        help="only respondents in this state",
    )  # fmt: skip
    made["remind"].add_argument("--text", default="", help="the words of the notice")
    made["remind"].add_argument(
        "--only", nargs="+", default=[], metavar="KEY", help="these respondents alone"
    )
    made["export"].add_argument("--what", choices=WHAT, default="chasing", help="what is written")
    made["export"].add_argument(
        "--respondent", default="", metavar="KEY", help="(workbook) of one respondent"
    )
    made["export"].add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="ends in .csv or .xlsx"
    )
    fill = made["fill"]
    fill.add_argument(
        "respondent", nargs="?", default="", metavar="KEY", help="respondent; with --file none means many"
    )
    fill.add_argument("--set", nargs="+", default=[], metavar="CELL=VALUE", help="what is typed")
    fill.add_argument("--reason", nargs="+", default=[], metavar="CELL=WORDS", help="why a warning may stand")
    fill.add_argument("--file", type=Path, help="a filled workbook")
    fill.add_argument("--send", action="store_true", help="send it")


def run_list(arguments: Namespace) -> int:
    """List collections and forms."""
    desk, actor = _ready()
    from jiqun.actions.reading.collecting_lines import collections_page

    page = collections_page(desk, actor, state=arguments.state, size=200)
    if arguments.json:
        print_json(
            {"ok": True, "collections": list(map(asdict, page.rows)), "forms": list(map(asdict, page.forms))}
        )
        return 0
    rows = [asdict(row) | {"missing": row.missing} for row in page.rows]
    names = ("id", "title", "period", "deadline_label", "state", "asked", "answered", "missing")
    print_table(rows, [(name, name) for name in names])
    for form in page.forms:
        print(f"  {form.key:<24} {form.label.zh}  ({form.respondents}, {form.cells})")
    return 0


def run_open(arguments: Namespace) -> int:
    """Open a collection."""
    desk, actor = _ready()
    from jiqun.actions import collecting

    names = ("form", "period", "deadline", "title", "region", "cluster", "industry", "level", "note")
    told = {name: getattr(arguments, name) for name in names} | {"only": tuple(arguments.only)}
    done = collecting.open_collection(desk, collecting.NewCollection(**told), by=actor, at=desk.now())
    if arguments.json:
        print_json({"ok": True, **asdict(done)})
    else:
        say(f"已开始 {done.collection}：{done.title}，应报 {done.asked}，截止 {done.deadline}",
            f"Opened {done.collection}: {done.title}, {done.asked} asked, due {done.deadline}")  # fmt: skip
    return 0


def run_show(arguments: Namespace) -> int:
    """Show a collection."""
    desk, actor = _ready()
    from jiqun.actions.reading.collecting import EVERYBODY, collection_page

    page = collection_page(desk, actor, arguments.collection, state=arguments.state, size=EVERYBODY)
    if arguments.json:
        print_json({"ok": True, **asdict(page)})
        return 0
    asked, answered, due = page.line.asked, page.line.answered, page.line.deadline_label
    say(f"{page.title}：应报 {asked}，已报 {answered}，逾期 {page.late}，截止 {due}",
        f"{page.title}: {asked} asked, {answered} answered, {page.late} late, due {due}")  # fmt: skip
    rows = [
        {
            "key": one.key,
            "label": one.label,
            "state": one.state,
            "late": "late" if one.late else "",
            "sent_at": one.sent_at,
        }
        | {cell: figure.value for cell, figure in one.values.items()}
        for one in page.respondents
    ]
    heads = [(head.cell, f"{head.label.zh}（{head.unit}）") for head in page.heads]
    print_table(rows, [("key", "key"), ("label", "label"), ("state", "state"), ("late", "late"), *heads])
    for place in page.places:
        sums = "  ".join(
            f"{head.label.zh} {'—' if one.value is None else one.value} ({one.known}/{one.asked})"
            for head, one in zip(page.heads, place.sums, strict=True)
        )
        print(f"{place.label.zh} {place.answered}/{place.asked}  {sums}")
    return 0


def run_remind(arguments: Namespace) -> int:
    """Remind who has not answered."""
    desk, actor = _ready()
    from jiqun.actions import collecting_answers

    done = collecting_answers.remind(
        desk, arguments.collection, arguments.only, arguments.text, by=actor, at=desk.now()
    )
    if arguments.json:
        print_json({"ok": True, **asdict(done)})
    else:
        say(f"已催 {len(done.respondents)} 家", f"{len(done.respondents)} reminded")
        print(done.text)
    return 0


def run_close(arguments: Namespace) -> int:
    """Close a collection."""
    desk, actor = _ready()
    from jiqun.actions import collecting

    done = collecting.close(desk, arguments.collection, by=actor, at=desk.now())
    if arguments.json:
        print_json({"ok": True, "collection": done.id, "state": done.state})
    else:
        say(f"已结束 {done.id}", f"Closed {done.id}")
    return 0


def run_export(arguments: Namespace) -> int:
    """Write a file."""
    out: Path = arguments.out
    if not out.resolve().parent.is_dir():
        raise InputError("export.no_folder", seen=str(out.resolve().parent))
    desk, actor = _ready()
    from jiqun.actions import collecting_exports, collecting_workbooks

    if arguments.what != "workbook":
        form = out.suffix.lower().removeprefix(".")
        rows = collecting_exports.write(
            desk, arguments.collection, arguments.what, out, form, by=actor, at=desk.now()
        ).rows
    elif arguments.respondent:
        rows = collecting_workbooks.write_one(desk, arguments.collection, arguments.respondent, out, by=actor)
    else:
        rows = collecting_workbooks.write_many(desk, arguments.collection, out, by=actor)
    if arguments.json:
        print_json({"ok": True, "what": arguments.what, "rows": rows, "path": str(out)})
    else:
        say(f"已写出 {rows} 行：{out}", f"{rows} rows written: {out}")
    return 0


def run_fill(arguments: Namespace) -> int:
    """Fill in, look, send."""
    desk, actor = _ready()
    from jiqun.actions import collecting_answers, collecting_send, collecting_workbooks
    from jiqun.actions.collecting_answers import Typed

    id, key = arguments.collection, arguments.respondent
    touched = (key,) if key else ()
    if arguments.file:
        read = collecting_workbooks.read(
            desk, id, arguments.file, name=arguments.file.name, by=actor, at=desk.now(), respondent=key
        )
        touched = read.respondents
    elif not key:
        raise InputError("collect.nobody", seen="")
    if arguments.set or arguments.reason:
        typed = Typed(_pairs(arguments.set), _pairs(arguments.reason))
        collecting_answers.save(desk, id, key, typed, by=actor, at=desk.now())
    if not arguments.send:
        return _tell_drafts(desk, actor, id, touched, as_json=arguments.json)
    now = desk.now()
    done = (
        collecting_send.send(desk, id, key, by=actor, at=now)
        if key
        else collecting_send.send_many(desk, id, touched, by=actor, at=now)
    )
    if arguments.json:
        print_json({"ok": True, **asdict(done)})
    else:
        say(f"已报送 {len(done.sent)}，未变 {len(done.unchanged)}，未报 {len(done.refused)}，新事实 {done.created}，更正 "
            f"{done.corrected}",
            f"{len(done.sent)} sent, {len(done.unchanged)} unchanged, {len(done.refused)} not sent, {done.created} new "
            f"facts, {done.corrected} corrections")  # fmt: skip
        for one in done.refused:
            print(f"  {one.label}: {', '.join(found.code for found in one.findings)}")
    return 0


def _tell_drafts(desk: "Desk", actor: "Actor", id: str, keys: Sequence[str], *, as_json: bool) -> int:
    from jiqun.actions.reading.collecting_fill import fill_page
    from jiqun.cli.output import lang

    pages = [fill_page(desk, actor, id, key, lang=lang()) for key in keys]
    if as_json:
        print_json({"ok": True, "answers": [asdict(page) for page in pages]})
        return 0
    for page in pages:
        print(f"{page.label}: {page.state}")
        for field in (*page.new, *page.known):
            print(f"  {field.head.cell:<28} {field.text or '—':>14} {field.head.unit}")
        for one in page.findings:
            print(f"  ! {one.label.zh}: {one.sentence} {one.hint}")
    return 0


def _pairs(told: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for one in told:
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise InputError("collect.no_cell", seen=one, allowed="CELL=VALUE")
        pairs[name] = value
    return pairs


def _ready():
    from jiqun.cli import django

    django.setup()
    from jiqun.actions.desk import desk

    return desk(), django.cli_actor()
