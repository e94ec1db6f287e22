"""异议命令: `jiqun objections list|show|file|answer`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from jiqun.cli.output import lang, print_json, print_table, say

if TYPE_CHECKING:
    from jiqun.actions.reading.objections import ObjectionContext, ObjectionLine
    from jiqun.ledger.permissions import Actor

MOVES = ("ask", "supply", "accept", "refuse", "withdraw")
LINE = (
    "id",
    "state",
    "due_on",
    "overdue",
    "subject",
    "indicator",
    "period",
    "said",
    "wanted",
    "unit",
    "filed_by",
)


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `objections`."""
    verbs = commands.add_parser(
        "objections", help="numbers said to be wrong, and their answers"
    ).add_subparsers(dest="what", required=True)
    common = ArgumentParser(add_help=False)
    common.add_argument(
        "--as", dest="account", metavar="ACCOUNT", help="act as this person, with his rights alone"
    )
    common.add_argument("--json", action="store_true", help="print one JSON object")
    listing = verbs.add_parser("list", parents=[shared, common], help="list objections, the next due first")
    listing.add_argument("--state", default="open", help="open (default), all, or one state")
    listing.set_defaults(run=run_list)
    show = verbs.add_parser(
        "show", parents=[shared, common], help="one objection with its steps, files and effect"
    )
    show.add_argument("id", type=int, metavar="ID")
    show.set_defaults(run=run_show)
    file = verbs.add_parser("file", parents=[shared, common], help="object to a number about an enterprise")
    file.add_argument("fact", metavar="FACT_ID")
    file.add_argument("--value", required=True, help="what it should be")
    file.add_argument("--unit", default="", help="unit of that; the statement's own unless told")
    file.add_argument("--reason", required=True)
    file.add_argument("--evidence", type=Path, action="append", default=[], metavar="FILE")
    file.set_defaults(run=run_file)
    answer = verbs.add_parser("answer", parents=[shared, common], help="move an objection on")
    answer.add_argument("id", type=int, metavar="ID")
    answer.add_argument("move", choices=MOVES)
    answer.add_argument("--text", default="", help="what is said with it")
    answer.add_argument("--evidence", type=Path, action="append", default=[], metavar="FILE")
    answer.set_defaults(run=run_answer)


def run_list(arguments: Namespace) -> int:
    """List objections."""
    by = _ready(arguments)
    from jiqun.actions.desk import desk
    from jiqun.actions.reading.objections import objections_page

    state = "" if arguments.state == "all" else arguments.state
    page = objections_page(desk(), by, state=state, size=1000)
    rows = [_line(one) for one in page.rows]
    if arguments.json:
        print_json({"ok": True, "total": page.total, "objections": rows})
    else:
        print_table(rows, [(name, name) for name in LINE])
    return 0


def run_show(arguments: Namespace) -> int:
    """Show one."""
    by = _ready(arguments)
    from jiqun.actions.desk import desk
    from jiqun.actions.reading.objections import objection_page

    _print(objection_page(desk(), by, arguments.id), as_json=arguments.json)
    return 0


def run_file(arguments: Namespace) -> int:
    """Object to a number."""
    by = _ready(arguments)
    from jiqun.actions import objecting
    from jiqun.actions.desk import desk
    from jiqun.actions.reading.objections import objection_page

    opened = desk()
    with ExitStack() as stack:
        files = [(path.name, stack.enter_context(path.open("rb"))) for path in arguments.evidence]
        filing = objecting.Filing(arguments.fact, arguments.value, arguments.unit, arguments.reason, files)
        made = objecting.file(opened, filing, by=by, at=opened.now())
    _print(objection_page(opened, by, made.id), as_json=arguments.json)
    return 0


def run_answer(arguments: Namespace) -> int:
    """Move one on."""
    by = _ready(arguments)
    from jiqun.actions import objecting
    from jiqun.actions.desk import desk
    from jiqun.actions.reading.objections import objection_page

    opened = desk()
    with ExitStack() as stack:
        files = [(path.name, stack.enter_context(path.open("rb"))) for path in arguments.evidence]
        objecting.move(
            opened, arguments.id, arguments.move, by=by, at=opened.now(), text=arguments.text, files=files
        )
    _print(objection_page(opened, by, arguments.id), as_json=arguments.json)
    return 0


def _ready(arguments: Namespace) -> "Actor":
    """Set up, and who acts: the holder of the home, or the person named."""
    from jiqun.cli import django

    django.setup()
    return django.actor_named(arguments.account)


def _line(one: "ObjectionLine") -> dict[str, object]:
    shown = {name: getattr(one, name) for name in LINE}
    return shown | {
        "subject": one.subject.key, "indicator": one.indicator.key, "period": getattr(one.period, lang()),
        "side": one.side, "left": one.left,
    }  # fmt: skip


def _print(page: "ObjectionContext", *, as_json: bool) -> None:
    changes = [
        {
            "how": one.how, "subject": one.subject.key, "indicator": one.indicator.key, "year": one.year,
            "before": one.before, "after": one.after, "unit": one.unit, "known": one.known,
        }
        for one in page.changes.rows
    ]  # fmt: skip
    told = {
        **_line(page.line), "fact": page.fact, "reason": page.reason, "answer": page.answer,
        "answered_by": page.answered_by, "correction": page.correction, "batch": page.batch,
    }  # fmt: skip
    if as_json:
        print_json({
            "ok": True, "objection": told, "steps": [asdict(one) for one in page.steps],
            "evidence": [asdict(one) for one in page.evidence], "changes": changes, "recomputed": page.changes.recomputed,
        })  # fmt: skip
        return
    for name, value in told.items():
        if value not in (None, "", False):
            print(f"{name:<12} {value}")
    if changes:
        say(f"重新计算的数：{page.changes.recomputed}", f"Figures worked out anew: {page.changes.recomputed}")
        print_table(
            changes,
            [(name, name) for name in ("how", "subject", "indicator", "year", "before", "after", "unit")],
        )
