"""认定命令: `jiqun recognise list|show|start|publish|decide|withdraw` and `jiqun titles list|register|take-back|remind`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path
from typing import TYPE_CHECKING

from jiqun.cli.output import lang, print_json, print_table, say

if TYPE_CHECKING:
    from jiqun.actions.reading.recognitions import RecognitionLine
    from jiqun.actions.reading.titles import TitleLine
    from jiqun.ledger.permissions import Actor

ROUND = ("id", "state", "title", "place", "kind", "on", "until", "judged", "candidate", "objected", "granted")
TITLE = ("id", "standing", "subject", "name", "title", "starts_on", "valid_until", "how")
STANDINGS = ("all", "in_force", "expiring", "over", "replaced", "taken_back")
MOST = 1000


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `recognise` and `titles`."""
    common = ArgumentParser(add_help=False)
    common.add_argument(
        "--as", dest="account", metavar="ACCOUNT", help="act as this person, with his rights alone"
    )
    common.add_argument("--json", action="store_true", help="print one JSON object")
    _add_recognise(commands, [shared, common])
    _add_titles(commands, [shared, common])


def _add_recognise(commands: "_SubParsersAction[ArgumentParser]", parents: list[ArgumentParser]) -> None:
    verbs = commands.add_parser(
        "recognise", help="grant titles to who meets a rule, without a form"
    ).add_subparsers(dest="what", required=True)
    listing = verbs.add_parser("list", parents=parents, help="list recognitions, the latest first")
    listing.add_argument("--state", default="", help="open, or one state; all unless told")
    listing.set_defaults(run=run_list)
    start = verbs.add_parser("start", parents=parents, help="judge the enterprises of a place")
    start.add_argument("pack", metavar="PACK")
    start.add_argument("--region", required=True, help="this place and all below")
    start.add_argument("--on", required=True, metavar="DATE", help="the day judged")
    start.add_argument("--kind", choices=("new", "re_review"), default="new")
    start.add_argument("--years", type=int, default=0, help="how long it lasts, where the pack does not say")
    start.set_defaults(run=run_start)
    for name, about in (
        ("show", "one recognition with its candidates"),
        ("publish", "make the candidates public"),
        ("decide", "grant the title after the publicity"),
        ("withdraw", "give a recognition up"),
    ):
        verb = verbs.add_parser(name, parents=parents, help=about)
        verb.add_argument("id", metavar="ID")
        if name == "publish":
            verb.add_argument("--days", type=int, default=0, help="working days of publicity")
        if name == "withdraw":
            verb.add_argument("--why", required=True)
        verb.set_defaults(run=run_one)


def _add_titles(commands: "_SubParsersAction[ArgumentParser]", parents: list[ArgumentParser]) -> None:
    verbs = commands.add_parser("titles", help="titles enterprises hold").add_subparsers(
        dest="what", required=True
    )
    listing = verbs.add_parser("list", parents=parents, help="list titles, those that end first")
    listing.add_argument("--standing", choices=STANDINGS, default="in_force")
    listing.add_argument("--days", type=int, default=90, help="`expiring` means within so many days")
    listing.add_argument("--kind", default="", help="field of the title, e.g. title_zjtx_until")
    listing.set_defaults(run=run_titles)
    register = verbs.add_parser("register", parents=parents, help="enter titles from a list")
    register.add_argument("file", type=Path, metavar="FILE")
    register.set_defaults(run=run_register)
    back = verbs.add_parser("take-back", parents=parents, help="take a title back")
    back.add_argument("id", type=int, metavar="ID")
    back.add_argument("--why", required=True)
    back.set_defaults(run=run_take_back)
    remind = verbs.add_parser("remind", parents=parents, help="leave the reminders that are due")
    remind.set_defaults(run=run_remind)


def run_list(arguments: Namespace) -> int:
    """List rounds."""
    by = _ready(arguments)
    from jiqun.actions.desk import desk
    from jiqun.actions.reading.recognitions import recognitions_page

    rows = [_round(one) for one in recognitions_page(desk(), by, state=arguments.state, size=MOST).rows]
    _told(arguments, "recognitions", rows, ROUND)
    return 0


def run_start(arguments: Namespace) -> int:
    """Start a round."""
    by = _ready(arguments)
    from jiqun.actions import recognising
    from jiqun.actions.desk import desk

    here = desk()
    new = recognising.NewRecognition(
        arguments.pack, arguments.region, arguments.on, arguments.kind, arguments.years
    )
    made = recognising.start(here, new, by=by, at=here.now())
    _show(arguments, made.id, by)
    return 0


def run_one(arguments: Namespace) -> int:
    """Show a round, or move it on and show it."""
    by = _ready(arguments)
    from jiqun.actions import deciding, recognising
    from jiqun.actions.desk import desk

    here, at = desk(), desk().now()
    if arguments.what == "publish":
        recognising.publish(here, arguments.id, by=by, at=at, days=arguments.days)
    elif arguments.what == "decide":
        deciding.decide(here, arguments.id, by=by, at=at)
    elif arguments.what == "withdraw":
        recognising.withdraw(here, arguments.id, arguments.why, by=by, at=at)
    _show(arguments, arguments.id, by)
    return 0


def run_titles(arguments: Namespace) -> int:
    """List titles."""
    by = _ready(arguments)
    from jiqun.actions.desk import desk
    from jiqun.actions.reading.titles import TitleAsk, titles_page

    standing = "" if arguments.standing == "all" else arguments.standing
    page = titles_page(desk(), by, TitleAsk(arguments.kind, standing, arguments.days, size=MOST))
    _told(arguments, "titles", [_title(one) for one in page.rows], TITLE)
    return 0


def run_register(arguments: Namespace) -> int:
    """Enter a list of titles."""
    by = _ready(arguments)
    from jiqun.actions import titling
    from jiqun.actions.desk import desk

    here = desk()
    done = titling.register(here, arguments.file, by=by, at=here.now())
    if arguments.json:
        print_json({"ok": True, "entered": done.entered, "unchanged": done.unchanged})
    else:
        say(
            f"登记 {done.entered} 项，已有 {done.unchanged} 项",
            f"{done.entered} entered, {done.unchanged} known",
        )
    return 0


def run_take_back(arguments: Namespace) -> int:
    """Take a title back."""
    by = _ready(arguments)
    from jiqun.actions import titling
    from jiqun.actions.desk import desk

    here = desk()
    done = titling.take_back(here, arguments.id, arguments.why, by=by, at=here.now())
    if arguments.json:
        print_json({"ok": True, "id": done.id, "state": done.state})
    else:
        say(
            f"已取消：{done.subject_label} {done.label_zh}",
            f"Taken back: {done.subject_label} {done.label_en}",
        )
    return 0


def run_remind(arguments: Namespace) -> int:
    """Leave reminders."""
    by = _ready(arguments)
    from jiqun.actions import titling
    from jiqun.actions.desk import desk

    here = desk()
    left = titling.remind(here, by=by, at=here.now())
    if arguments.json:
        print_json({"ok": True, "reminders": left})
    else:
        say(f"留下提醒 {left} 条", f"{left} reminders left")
    return 0


def _ready(arguments: Namespace) -> "Actor":
    from jiqun.cli import django

    django.setup()
    return django.actor_named(arguments.account)


def _show(arguments: Namespace, id: str, by: "Actor") -> None:
    from jiqun.actions.desk import desk
    from jiqun.actions.reading.recognitions import recognition_page

    page = recognition_page(desk(), by, id, size=MOST)
    rows = [
        {
            "id": one.id, "state": one.state, "subject": one.subject.key, "name": getattr(one.subject.label, lang()),
            "uscc": one.uscc, "place": getattr(one.place, lang()), "objections": one.objections, "reason": one.reason,
        }
        for one in page.candidates
    ]  # fmt: skip
    if arguments.json:
        told = _round(page.line) | {"verdicts": page.line.verdicts}
        print_json({"ok": True, "recognition": told, "candidates": rows})
        return
    for name, value in (_round(page.line) | dict(page.line.verdicts)).items():
        print(f"{name:<12} {value}")
    print_table(rows, [(name, name) for name in ("id", "state", "name", "uscc", "place", "objections")])


def _round(one: "RecognitionLine") -> dict[str, object]:
    return {
        "id": one.id, "state": one.state, "title": getattr(one.label, lang()), "place": getattr(one.place, lang()),
        "kind": one.kind, "on": str(one.on), "until": str(one.public_until or ""), "judged": one.judged,
        **{state: one.tally.get(state, 0) for state in ("candidate", "objected", "granted", "refused")},
    }  # fmt: skip


def _title(one: "TitleLine") -> dict[str, object]:
    return {
        "id": one.id, "standing": one.standing, "subject": one.subject.key,
        "name": getattr(one.subject.label, lang()), "title": getattr(one.label, lang()),
        "starts_on": str(one.starts_on), "valid_until": str(one.valid_until), "how": one.how,
    }  # fmt: skip


def _told(arguments: Namespace, name: str, rows: list[dict[str, object]], columns: tuple[str, ...]) -> None:
    if arguments.json:
        print_json({"ok": True, "total": len(rows), name: rows})
    else:
        print_table(rows, [(column, column) for column in columns])
