"""工厂登记命令: `jiqun factory list|make|describe|show|token` — which factories there are and what they consist of."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from jiqun.cli.output import print_json, print_table, say


def add(verbs: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add the verbs under `factory`."""
    listing = verbs.add_parser("list", parents=[shared], help="factories of this home")
    listing.set_defaults(run=run_list)
    show = verbs.add_parser("show", parents=[shared], help="lines, machines, points, shifts of one factory")
    show.set_defaults(run=run_show)
    make = verbs.add_parser("make", parents=[shared], help="enter a factory of an enterprise")
    make.add_argument("--name", required=True, help="what it is called")
    make.add_argument("--enterprise", required=True, metavar="KEY", help="enterprise:<credit code>")
    make.set_defaults(run=run_make)
    describe = verbs.add_parser(
        "describe", parents=[shared], help="machines, points and shifts out of tables"
    )
    describe.add_argument("--machines", type=Path, metavar="FILE", help="table of machines, CSV or workbook")
    describe.add_argument(
        "--points",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="the boxes' own tables will do",
    )
    describe.add_argument("--shifts", type=Path, metavar="FILE", help="the calendar, as for `factory oee`")
    describe.set_defaults(run=run_describe)
    token = verbs.add_parser("token", parents=[shared], help="issue, list or revoke tokens of its boxes")
    token.add_argument("verb", choices=("issue", "list", "revoke"))
    token.add_argument("--label", default="", help="which box a new token is for")
    token.add_argument("--prefix", default="", help="which token is revoked")
    token.add_argument(
        "--out", type=Path, metavar="FILE", help="write a new token there instead of showing it"
    )
    token.set_defaults(run=run_token)
    for verb in (show, make, describe, token):
        verb.add_argument("--site", required=True, metavar="KEY", help="key of the factory")
    for verb in (listing, show, token):
        verb.add_argument("--json", action="store_true", help="print one JSON object")


def run_list(arguments: Namespace) -> int:
    """The list."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions.desk import desk
    from jiqun.actions.reading.factories import factories_page

    found = factories_page(desk(), django.cli_actor()).factories
    if arguments.json:
        print_json({"factories": [asdict(one) for one in found]})
        return 0
    _print([asdict(one) for one in found], ("key", "name", "subject"))
    return 0


def run_show(arguments: Namespace) -> int:
    """One factory."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions.desk import desk
    from jiqun.actions.reading.factories import factory_page

    found = factory_page(desk(), django.cli_actor(), arguments.site)
    if arguments.json:
        print_json(asdict(found))
        return 0
    say(f"{found.factory.name}（{found.factory.subject}）", f"{found.factory.name} ({found.factory.subject})")
    rows = [
        asdict(one) | {"points": sum(point.machine == one.key for point in found.points)}
        for one in found.machines
    ]
    _print(rows, ("line", "key", "name", "points"))
    return 0


def run_make(arguments: Namespace) -> int:
    """Enter a factory."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import factories
    from jiqun.actions.desk import desk
    from jiqun.ledger.factories import Factory

    here = desk()
    told = Factory(arguments.site, arguments.name, arguments.enterprise)
    made = factories.make(here, told, by=django.cli_actor(), at=here.now())
    say(f"已登记工厂 {made.key}（{made.name}）", f"Factory {made.key} ({made.name}) entered")
    return 0


def run_describe(arguments: Namespace) -> int:
    """Read the tables."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions.desk import desk
    from jiqun.actions.factory_files import FactoryFiles, describe

    here = desk()
    files = FactoryFiles(arguments.machines, tuple(arguments.points), arguments.shifts)
    done = describe(here, arguments.site, files, by=django.cli_actor(), at=here.now())
    say(
        f"产线 {done.lines} 条，设备 {done.machines} 台，测点 {done.points} 个，班次 {done.shifts} 行",
        f"{done.lines} lines, {done.machines} machines, {done.points} points, {done.shifts} rows of shifts",
    )
    return 0


def run_token(arguments: Namespace) -> int:
    """Tokens of boxes."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import factories
    from jiqun.actions.desk import desk
    from jiqun.actions.reading.factories import factory_page

    here, by = desk(), django.cli_actor()
    if arguments.verb == "issue":
        token, words = factories.issue_token(
            here, arguments.site, arguments.label or "box", by=by, at=here.now()
        )
        if arguments.out:
            factories.keep_token(arguments.out, words)
            say(
                f"令牌 {token.prefix} 已写入 {arguments.out}",
                f"Token {token.prefix} written to {arguments.out}",
            )
        elif arguments.json:
            print_json({"prefix": token.prefix, "token": words})
        else:
            say(f"令牌只显示这一次：{words}", f"The token is shown only this once: {words}")
        return 0
    if arguments.verb == "revoke":
        factories.revoke_token(here, arguments.site, arguments.prefix, by=by, at=here.now())
        say(f"令牌 {arguments.prefix} 已作废", f"Token {arguments.prefix} revoked")
        return 0
    tokens = factory_page(here, by, arguments.site).tokens
    if arguments.json:
        print_json({"tokens": [asdict(one) for one in tokens]})
        return 0
    rows = [asdict(one) for one in tokens]
    _print(rows, ("prefix", "label", "issued_at", "revoked_at"))
    return 0


def _print(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> None:
    print_table(rows, [(name, name) for name in columns])
