"""引擎命令: `jiqun engine check --engine duckdb|spark`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from dataclasses import asdict

from jiqun.cli.output import print_json, print_table, say


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `engine`."""
    verbs = commands.add_parser("engine", help="query engines").add_subparsers(dest="what", required=True)
    check = verbs.add_parser(
        "check", parents=[shared], help="every indicator and operation gives the same answer on an engine"
    )
    check.add_argument("--engine", choices=["duckdb", "spark"], default="duckdb")
    check.add_argument("--json", action="store_true", help="print one JSON object")
    check.set_defaults(run=run_check)


def run_check(arguments: Namespace) -> int:
    """Run the suite of operations; exit code 1 when any answer differs."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions.desk import desk
    from jiqun.lake import engines

    opened = desk()
    rows = engines.check(arguments.engine, opened.lake, opened.indicators)
    told = [asdict(row) for row in rows]
    bad = [row for row in told if not row["ok"]]
    if arguments.json:
        print_json(
            {"ok": not bad, "engine": arguments.engine, "checked": len(told), "differ": bad, "rows": told}
        )
        return 1 if bad else 0
    print_table(told, [(name, name) for name in ("kind", "name", "ok", "rows", "seconds", "detail")])
    say(
        f"{arguments.engine}：{len(told)} 项，不同 {len(bad)} 项",
        f"{arguments.engine}: {len(told)} checks, {len(bad)} differ",
    )
    return 1 if bad else 0
