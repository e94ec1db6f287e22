"""来源命令: `jiqun sources withdraw|bring-back`, `jiqun conflicts`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction

from jiqun.cli.output import lang, print_json, print_table, say


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `sources` and `conflicts`."""
    verbs = commands.add_parser("sources", help="sources of the ledger").add_subparsers(
        dest="what", required=True
    )
    withdraw = verbs.add_parser(
        "withdraw", parents=[shared], help="take back a source with everything that came from it"
    )
    withdraw.add_argument("key", metavar="KEY")
    withdraw.add_argument("--why", default="", help="the reason, which everybody sees")
    withdraw.add_argument("--dry-run", action="store_true", help="list what would change, and change nothing")
    withdraw.add_argument("--json", action="store_true", help="print one JSON object")
    withdraw.set_defaults(run=run_withdraw)
    back = verbs.add_parser("bring-back", parents=[shared], help="let a withdrawn source speak again")
    back.add_argument("key", metavar="KEY")
    back.add_argument("--json", action="store_true", help="print one JSON object")
    back.set_defaults(run=run_bring_back)
    conflicts = commands.add_parser(
        "conflicts", parents=[shared], help="numbers on which sources cannot all be right, largest first"
    )
    for name, text in (("indicator", "KEY"), ("region", "CODE"), ("source", "KEY"), ("subject", "KEY")):
        conflicts.add_argument(f"--{name}", default="", metavar=text)
    conflicts.add_argument("--synthetic", action="store_true", help="with made-up numbers")
    conflicts.add_argument("--limit", type=int, default=50)
    conflicts.add_argument("--json", action="store_true", help="print one JSON object")
    conflicts.set_defaults(run=run_conflicts)


def run_withdraw(arguments: Namespace) -> int:
    """Withdraw a source, or list what that would change."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import withdrawals
    from jiqun.actions.desk import desk

    opened, by = desk(), django.cli_actor()
    if arguments.dry_run:
        return _preview(arguments)
    done = withdrawals.withdraw(opened, arguments.key, arguments.why, by=by, at=opened.now())
    if arguments.json:
        print_json(done.as_json())
    else:
        say(
            f"来源 {done.source} 已撤回：隐去事实 {done.facts}，涉及主体 {done.subjects}，关系 {done.relations}；"
            f"恢复：jiqun sources bring-back {done.source}",
            f"Source {done.source} withdrawn: {done.facts} facts hidden, {done.subjects} subjects and {done.relations}"
            f" relations touched; to bring it back: jiqun sources bring-back {done.source}",
        )
    return 0


def run_bring_back(arguments: Namespace) -> int:
    """Bring a source back."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import withdrawals
    from jiqun.actions.desk import desk

    opened = desk()
    done = withdrawals.bring_back(opened, arguments.key, by=django.cli_actor(), at=opened.now())
    if arguments.json:
        print_json(done.as_json())
    else:
        say(
            f"来源 {done.source} 已恢复：事实 {done.facts}",
            f"Source {done.source} is back: {done.facts} facts",
        )
    return 0


def run_conflicts(arguments: Namespace) -> int:
    """List conflicts."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions.desk import desk
    from jiqun.actions.reading.conflicts import ConflictAsk, conflicts_page

    ask = ConflictAsk(
        arguments.indicator, arguments.region, arguments.source, arguments.subject, arguments.synthetic,
        size=arguments.limit,
    )  # fmt: skip
    page = conflicts_page(desk(), django.cli_actor(), ask)
    rows = [
        {
            "size": one.percent, "subject": one.subject.key, "indicator": one.indicator.key,
            "period": getattr(one.period, lang()), "scope": one.scope, "low": one.low, "high": one.high, "unit": one.unit,
            "gap": one.gap, "synthetic": one.synthetic, "shown": one.shown, "why": getattr(one.why, lang()),
            "statements": [
                {"fact": told.id, "source": told.source.key, "bound": told.bound, "value": told.value, "unit": told.unit}
                for told in one.statements
            ],
        }
        for one in page.rows
    ]  # fmt: skip
    if arguments.json:
        print_json({"ok": True, "total": page.total, "conflicts": rows})
        return 0
    names = ("size", "subject", "indicator", "period", "scope", "low", "high", "unit")
    print_table(rows, [(name, name) for name in names])
    say(f"共 {page.total} 处", f"{page.total} in all")
    return 0


def _preview(arguments: Namespace) -> int:
    from jiqun.actions.desk import desk
    from jiqun.actions.reading.withdrawals import withdrawal_page
    from jiqun.cli import django

    page = withdrawal_page(desk(), django.cli_actor(), arguments.key)
    rows = [
        {
            "how": one.how, "subject": one.subject.key, "indicator": one.indicator.key, "year": one.year,
            "before": one.before, "after": one.after, "unit": one.unit,
        }
        for one in page.changes
    ]  # fmt: skip
    if arguments.json:
        print_json({
            "ok": True, "dry_run": True, "source": page.source.key, "facts": page.facts, "subjects": page.subjects,
            "batches": page.batches, "subjects_gone": page.gone, "figures_changed": page.changed, "changes": rows,
            "objections": [one.id for one in page.objections],
        })  # fmt: skip
        return 0
    names = ("how", "subject", "indicator", "year", "before", "after", "unit")
    print_table(rows, [(name, name) for name in names])
    say(
        f"将隐去事实 {page.facts}，涉及主体 {page.subjects}（其中 {page.gone} 个只有它提到），变动的数 {page.changed}，"
        f"异议 {len(page.objections)} 件；未作任何改动",
        f"{page.facts} facts would be hidden, {page.subjects} subjects affected ({page.gone} only it tells of),"
        f" {page.changed} figures changed, {len(page.objections)} objections touched; nothing was changed",
    )
    return 0
