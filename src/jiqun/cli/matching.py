"""匹配命令: `jiqun match FILE --name-col 名称 --out OUT.csv|xlsx`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from jiqun.cli.output import lang, messages, print_json, say
from jiqun.core.errors import InputError

COLUMNS = ("name", "region", "address", "code", "phone", "capital", "date")


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `match`."""
    verb = commands.add_parser("match", parents=[shared], help="find the enterprise each name of a list is")
    verb.add_argument("file", type=Path)
    verb.add_argument("--name-col", required=True, metavar="COLUMN", help="column with the names")
    for name in COLUMNS[1:]:
        verb.add_argument(f"--{name}-col", default="", metavar="COLUMN", help=f"column with the {name}, if any")
    verb.add_argument("--sheet", default="", help="sheet of a workbook")
    verb.add_argument("--out", type=Path, required=True, metavar="OUT.csv|xlsx", help="where the answer goes")
    verb.add_argument("--processes", type=int, default=2, metavar="N", help="worker processes (2)")
    verb.add_argument("--force", action="store_true", help="write over a file that is there already")
    verb.add_argument("--json", action="store_true", help="print one JSON object")
    verb.set_defaults(run=run_match)


def run_match(arguments: Namespace) -> int:
    """Match one list; what is decided is kept, so that the same command goes on where it was stopped."""
    from jiqun.cli import django
    from jiqun.cli.progress import bar

    if arguments.out.exists() and not arguments.force:
        raise InputError("export.file_exists", seen=str(arguments.out), allowed="--force")
    if not arguments.out.resolve().parent.is_dir():
        raise InputError("export.no_folder", seen=str(arguments.out.resolve().parent))
    django.setup()
    from jiqun.actions.desk import desk
    from jiqun.actions.matching_files import MatchOrder, match_file

    opened = desk()
    columns = {name: getattr(arguments, f"{name}_col") for name in COLUMNS}
    order = MatchOrder(
        arguments.file, columns, arguments.out, sheet=arguments.sheet, lang=lang(),
        processes=max(1, arguments.processes),
    )  # fmt: skip
    with bar() as progress:
        report = match_file(opened, order, by=django.cli_actor(), at=opened.now(), progress=progress)
    if arguments.json:
        print_json(report.as_json())
        return 0
    for code, seen in report.notes:
        what = messages().what(code, lang())
        say(f"  {what}（{seen}），已按此读取", f"  {what} ({seen}); it was read as such")
    found = report.counts
    say(f"{report.file}：{report.rows} 行，匹配 {found['match']}，待核对 {found['review']}，未找到 {found['none']}；"
        f"接着上次的 {report.resumed} 行；已写出 {report.out}",
        f"{report.file}: {report.rows} rows, match {found['match']}, review {found['review']}, none {found['none']};"
        f" {report.resumed} rows were there from before; written: {report.out}")  # fmt: skip
    return 0
