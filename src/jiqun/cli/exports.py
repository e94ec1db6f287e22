"""导出命令: `jiqun export facts|enterprises --format csv|xlsx|parquet --out FILE`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from jiqun.cli.output import print_json, say
from jiqun.core.errors import InputError

FORMATS = ("csv", "xlsx", "parquet")


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `export`."""
    verb = commands.add_parser("export", parents=[shared], help="write facts or enterprises into a file")
    verb.add_argument("what", choices=["facts", "enterprises"])
    verb.add_argument("--format", choices=FORMATS, help="by default as the file's name ends")
    verb.add_argument("--out", type=Path, required=True, metavar="FILE")
    verb.add_argument("--region", default="", metavar="CODE", help="this place and all below it")
    verb.add_argument(
        "--cluster", default="", metavar="KEY", help="(enterprises) members of a cluster or chain"
    )
    verb.add_argument("--subject", default="", metavar="KEY", help="(facts) of one subject")
    verb.add_argument("--indicator", default="", metavar="KEY", help="(facts) of one indicator")
    verb.add_argument("--source", default="", metavar="KEY", help="(facts) of one source")
    verb.add_argument("--as-of", metavar="DAY", help="(facts) what was known on that day (or instant)")
    verb.add_argument("--real", action="store_true", help="leave made-up rows out")
    verb.add_argument("--force", action="store_true", help="write over a file that is there already")
    verb.add_argument("--json", action="store_true", help="print one JSON object")
    verb.set_defaults(run=run_export)


def run_export(arguments: Namespace) -> int:
    """Write one export."""
    from jiqun.cli import django

    form = arguments.format or arguments.out.suffix.lower().removeprefix(".")
    if arguments.out.exists() and not arguments.force:
        raise InputError("export.file_exists", seen=str(arguments.out), allowed="--force")
    if not arguments.out.resolve().parent.is_dir():
        raise InputError("export.no_folder", seen=str(arguments.out.resolve().parent))
    django.setup()
    from jiqun.actions import exports
    from jiqun.actions.desk import desk
    from jiqun.actions.questions import known_subject, parse_as_of

    opened = desk()
    subject = known_subject(opened, arguments.subject) if arguments.subject else ""
    ask = exports.ExportAsk(
        arguments.what, form, subject=subject, indicator=arguments.indicator, cluster=arguments.cluster,
        source=arguments.source.removeprefix("document:"), region=arguments.region.removeprefix("region:"),
        real=arguments.real, as_of=parse_as_of(arguments.as_of),
    )  # fmt: skip
    done = exports.export(opened, ask, arguments.out, by=django.cli_actor(), at=opened.now())
    if arguments.json:
        print_json(done.as_json())
    else:
        say(f"已写出 {done.rows} 行：{done.path}（{done.bytes:,} 字节）",
            f"{done.rows} rows written: {done.path} ({done.bytes:,} bytes)")  # fmt: skip
    return 0
