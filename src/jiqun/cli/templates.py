"""表样命令: `jiqun template TABLE --out T.xlsx`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path

from jiqun.cli.output import lang, say


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `template`."""
    verb = commands.add_parser(
        "template", parents=[shared], help="write an empty workbook for a table, to be filled in"
    )
    verb.add_argument("table", choices=("enterprise", "fact", "subject", "relation", "firm"))
    verb.add_argument("--out", type=Path, required=True, metavar="T.xlsx", help="where to write it")
    verb.add_argument(
        "--indicator",
        action="append",
        default=[],
        metavar="KEY[:UNIT]",
        help="a figure to ask of each enterprise (repeat)",
    )
    verb.add_argument("--period", default="", help="period of those figures")
    verb.set_defaults(run=run_template)


def run_template(arguments: Namespace) -> int:
    """Write the workbook."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import templates
    from jiqun.actions.desk import desk

    asked = templates.Asked(arguments.table, tuple(arguments.indicator), arguments.period)
    body = templates.template(desk(), asked, by=django.cli_actor(), lang=lang())
    arguments.out.write_bytes(body)
    say(f"已写 {arguments.out}", f"wrote {arguments.out}")
    return 0
