"""数据目录 the home: make one, load the example into one."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from jiqun.cli.output import print_json, say


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `init` and `example`."""
    init = commands.add_parser(
        "init", parents=[shared], help="make the data folder, or bring it to this version"
    )
    init.add_argument("--json", action="store_true", help="print one JSON object")
    init.set_defaults(run=run_init)
    example = commands.add_parser("example", parents=[shared], help="load the example that ships with jiqun")
    example.add_argument("--json", action="store_true", help="print one JSON object")
    example.set_defaults(run=run_example)


def run_init(arguments: Namespace) -> int:
    """Make the home: folder, key, ledger tables, lake tables, regions and the 15 clusters as subjects."""
    from jiqun.cli import django

    home = django.setup(make_home=True)
    django.migrate()
    from jiqun.actions.desk import desk
    from jiqun.actions.homes import prepare

    made = prepare(desk(), by=django.cli_actor(), at=desk().now())
    if arguments.json:
        print_json({"ok": True, "home": str(home), **made})
    else:
        say(
            f"数据目录已就绪：{home}（{made['subjects']} 个主体）",
            f"Home is ready: {home} ({made['subjects']} subjects)",
        )
    return 0


def run_example(arguments: Namespace) -> int:
    """Load facts and the synthetic county of the example; what is there already stays."""
    from jiqun.cli import django
    from jiqun.cli.progress import bar

    django.setup()
    from jiqun.actions.desk import desk
    from jiqun.actions.example import load_example

    with bar() as progress:
        report = load_example(desk(), by=django.cli_actor(), progress=progress)
    if arguments.json:
        print_json({"ok": True, **report})
    else:
        say(f"示例已载入：{report['facts']} 条事实", f"Example loaded: {report['facts']} facts")
    return 0
