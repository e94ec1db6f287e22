"""工厂报表命令: `jiqun factory report`, `jiqun factory month`, `jiqun factory send`: a shift's report, a month's figures."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path
from typing import TYPE_CHECKING

from jiqun.cli.output import lang, print_json, print_table, say
from jiqun.core.errors import InputError

if TYPE_CHECKING:
    from jiqun.actions.reading.months import MonthsContext
    from jiqun.actions.reading.shifts import ShiftContext
    from jiqun.ledger.permissions import Actor


def add(verbs: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `report`, `month` and `send` below `factory`."""
    common = ArgumentParser(add_help=False)
    common.add_argument("--site", required=True, metavar="KEY", help="the factory")
    common.add_argument(
        "--as", dest="account", metavar="ACCOUNT", help="act as this person, with his rights alone"
    )
    common.add_argument("--json", action="store_true", help="print one JSON object")
    report = verbs.add_parser("report", parents=[shared, common], help="the report of a shift from readings")
    report.add_argument(
        "--shift", required=True, metavar="SHIFT", help='day and name, for example "2026-11-22 白班"'
    )
    report.add_argument("--line", default="", metavar="KEY", help="one line alone")
    report.add_argument("--pdf", type=Path, metavar="OUT", help="write it as PDF")
    report.add_argument("--force", action="store_true", help="write over a file that is there already")
    report.set_defaults(run=run_report)
    month = verbs.add_parser(
        "month", parents=[shared, common], help="a month's figures and what they rest on"
    )
    month.set_defaults(run=run_month)
    send = verbs.add_parser(
        "send",
        parents=[shared, common],
        help="a month's figures into the enterprise's ledger, where consented",
    )
    send.set_defaults(run=run_send)
    for verb in (month, send):
        verb.add_argument("--month", required=True, metavar="2026-10")


def run_report(arguments: Namespace) -> int:
    """Report of a shift."""
    by = _ready(arguments)
    from jiqun.actions import shift_files
    from jiqun.actions.desk import desk
    from jiqun.actions.reading.shifts import shift_page
    from jiqun.actions.shift_days import named
    from jiqun.ledger.shift_ends import ShiftKey

    here, shift = desk(), ShiftKey(arguments.site, *named(arguments.shift), arguments.line)
    if arguments.pdf is not None:
        if arguments.pdf.exists() and not arguments.force:
            raise InputError("export.file_exists", seen=str(arguments.pdf), allowed="--force")
        if not arguments.pdf.resolve().parent.is_dir():
            raise InputError("export.no_folder", seen=str(arguments.pdf.resolve().parent))
        _, _, body = shift_files.make_file(here, shift, "pdf", lang=lang(), by=by, at=here.now())
        arguments.pdf.write_bytes(body)
    page = shift_page(here, by, shift)
    if arguments.json:
        print_json({"ok": True, "report": _plain(page)})
    elif arguments.pdf is not None:
        say(f"已写出 {arguments.pdf}", f"Written: {arguments.pdf}")
    else:
        _tell(page)
    return 0


def run_month(arguments: Namespace) -> int:
    """Figures of a month."""
    by = _ready(arguments)
    from jiqun.actions.desk import desk
    from jiqun.actions.reading.months import months_page

    page = months_page(desk(), by, arguments.site, arguments.month, oee="always")
    if arguments.json:
        print_json({"ok": True, "month": _plain(page)})
    else:
        _tell_month(page)
    return 0


def run_send(arguments: Namespace) -> int:
    """Send a month."""
    by = _ready(arguments)
    from jiqun.actions import months
    from jiqun.actions.desk import desk

    here = desk()
    done = months.send(here, arguments.site, arguments.month, by=by, at=here.now())
    if arguments.json:
        print_json({"ok": True, "sent": _plain(done)})
        return 0
    say(
        f"{done.month} 的 {len(done.figures)} 个数已进入账本，批次 {done.batch}",
        f"{len(done.figures)} figures of {done.month} stand in the ledger, batch {done.batch}",
    )
    print_table(
        [{"indicator": one.indicator, "bound": one.bound, "value": one.value, "high": one.high, "unit": one.unit}
         for one in done.figures],
        [(name, name) for name in ("indicator", "bound", "value", "high", "unit")],
    )  # fmt: skip
    if done.unknown:
        say(
            f"同意了但还不知道：{' '.join(done.unknown)}",
            f"Consented to but not known: {' '.join(done.unknown)}",
        )
    return 0


def _ready(arguments: Namespace) -> "Actor":
    from jiqun.cli import django

    django.setup()
    return django.actor_named(arguments.account)


def _plain(page: object) -> object:
    """A context as JSON has it: names of priorities are texts."""
    import orjson

    return orjson.loads(orjson.dumps(page, default=str, option=orjson.OPT_NON_STR_KEYS))


def _tell(page: "ShiftContext") -> None:
    """The report as tables: the same parts as its PDF."""
    from jiqun.actions.shift_files import shift_text

    text = shift_text(page, lang(), short=False)
    for line in (text.title, text.subtitle, text.warning):
        if line:
            print(line)
    for part in text.parts:
        print(f"\n{part.title}")
        for line in part.lines:
            print(f"  {line}")
        if part.rows:
            print_table(
                [dict(zip(part.head, row, strict=True)) for row in part.rows],
                [(one, one) for one in part.head],
            )


def _tell_month(page: "MonthsContext") -> None:
    from jiqun.actions.reading import shift_words

    if not page.is_over:
        say("这个月还没过完，数字会变。", "The month is not over; its figures still change.")
    rows = [
        {
            "figure": getattr(one.label, lang()), "value": one.value or "?", "unit": getattr(one.unit, lang()),
            "readings": one.readings, "missing": one.missing, "consent": one.consent.from_month if one.consent else "",
            "why": " · ".join(getattr(shift_words.of("why", code), lang()) for code in one.why),
        }
        for one in page.figures
    ]  # fmt: skip
    print_table(
        rows, [(name, name) for name in ("figure", "value", "unit", "readings", "missing", "consent", "why")]
    )
