"""读数命令: `jiqun readings count` and `jiqun readings export` — how many readings there are, and readings as a file."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from jiqun.cli.output import print_json, say
from jiqun.cli.progress import bar
from jiqun.core.errors import InputError


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `readings`."""
    verbs = commands.add_parser(
        "readings", help="readings of a factory: counted, or as a file"
    ).add_subparsers(dest="what", required=True)
    count = verbs.add_parser("count", parents=[shared], help="how many readings, of which quality")
    count.set_defaults(run=run_count)
    export = verbs.add_parser("export", parents=[shared], help="readings as CSV or Parquet")
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="ends in .csv or .parquet")
    export.add_argument("--force", action="store_true", help="write over a file that is there already")
    export.set_defaults(run=run_export)
    for verb in (count, export):
        verb.add_argument("--site", default="", metavar="KEY", help="key of the factory")
        verb.add_argument(
            "--point",
            action="append",
            default=[],
            metavar="[SITE/]KEY",
            help="a point; may be given again, all points without it",
        )
        verb.add_argument(
            "--from", dest="first", metavar="DAY", help="day or instant, Asia/Shanghai without a zone"
        )
        verb.add_argument(
            "--to", dest="last", metavar="DAY", help="the same; a day is in it whole, an instant is not"
        )
        verb.add_argument("--json", action="store_true", help="print one JSON object")


def run_count(arguments: Namespace) -> int:
    """Count readings."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions.desk import desk
    from jiqun.actions.readings_export import asked, count_readings

    ask = asked(arguments.site, arguments.point, arguments.first, arguments.last)
    found = count_readings(desk(), ask, by=django.cli_actor())
    told = {
        "ok": True, "site": ask.site, "points": list(ask.points), "from": _shown(ask.start_us), "to": _shown(ask.end_us),
        "readings": found.readings, "good": found.good, "uncertain": found.uncertain, "bad": found.bad,
        "repeated": found.repeated, "held": found.held, "first": _shown(found.first_us), "last": _shown(found.last_us),
    }  # fmt: skip
    if arguments.json:
        print_json(told)
        return 0
    say(
        f"{found.readings:,} 条读数（好 {found.good:,}，不确定 {found.uncertain:,}，坏 {found.bad:,}）；"
        f"隔离 {found.held:,} 条",
        f"{found.readings:,} readings ({found.good:,} good, {found.uncertain:,} uncertain, {found.bad:,} bad);"
        f" {found.held:,} held",
    )
    if found.repeated:
        say(
            f"另有 {found.repeated:,} 条重复送来，只计一次",
            f"{found.repeated:,} came again and are counted once",
        )
    if found.readings:
        say(f"{told['first']} 至 {told['last']}", f"{told['first']} to {told['last']}")
    return 0


def run_export(arguments: Namespace) -> int:
    """Write readings into a file."""
    from jiqun.cli import django

    if arguments.out.exists() and not arguments.force:
        raise InputError("export.file_exists", seen=str(arguments.out), allowed="--force")
    if not arguments.out.resolve().parent.is_dir():
        raise InputError("export.no_folder", seen=str(arguments.out.resolve().parent))
    django.setup()
    from jiqun.actions.desk import desk
    from jiqun.actions.readings_export import asked, export_readings

    ask, opened = asked(arguments.site, arguments.point, arguments.first, arguments.last), desk()
    with bar() as advance:
        done = export_readings(
            opened, ask, arguments.out, by=django.cli_actor(), at=opened.now(),
            progress=lambda one, whole: advance("readings", one, whole),
        )  # fmt: skip
    if arguments.json:
        print_json({"ok": True, "site": ask.site, "points": list(ask.points), "from": _shown(ask.start_us),
                    "to": _shown(ask.end_us), "rows": done.rows, "path": str(done.path), "bytes": done.bytes,
                    "synthetic": done.synthetic})  # fmt: skip
    else:
        mark = ("（合成数据）", " (made-up data)") if done.synthetic else ("", "")
        say(f"已写出 {done.rows} 条读数：{done.path}（{done.bytes:,} 字节）{mark[0]}",
            f"{done.rows} readings written: {done.path} ({done.bytes:,} bytes){mark[1]}")  # fmt: skip
    return 0


def _shown(us: int | None) -> str | None:
    """An instant as ISO 8601 in time of Shanghai."""
    from jiqun.factory.instants import moment

    return None if us is None else moment(us).isoformat()
