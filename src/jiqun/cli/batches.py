"""批次命令: `jiqun batches list|show|undo|retry`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from dataclasses import asdict
from pathlib import Path

from jiqun.cli.imports import tell
from jiqun.cli.output import print_json, print_table, say


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `batches`."""
    verbs = commands.add_parser("batches", help="what was imported, and taking it back").add_subparsers(
        dest="what", required=True
    )
    for name, help_text, run in (
        ("list", "list batches, newest first", run_list),
        ("show", "one batch with its quarantined rows", run_show),
        ("undo", "take a batch back with everything that came from it", run_undo),
        ("retry", "hand the waiting rows of a batch in again: repaired in a file, or as they are", run_retry),
    ):
        verb = verbs.add_parser(name, parents=[shared], help=help_text)
        verb.add_argument("--json", action="store_true", help="print one JSON object")
        if name != "list":
            verb.add_argument("batch", metavar="BATCH_ID")
        if name == "show":
            verb.add_argument(
                "--waiting", type=Path, metavar="FILE", help="write the waiting rows as CSV to repair"
            )
        if name == "retry":
            verb.add_argument("--file", type=Path, help="the repaired rows, as `show --waiting` wrote them")
        verb.set_defaults(run=run)


def run_list(arguments: Namespace) -> int:
    """List batches."""
    from jiqun.cli import django

    django.setup()
    from jiqun.ledger import batches

    rows = [asdict(batch) for batch in batches.list_page(size=200).rows]
    if arguments.json:
        print_json({"ok": True, "batches": rows})
    else:
        flat = [row | row["counts"] for row in rows]
        names = (
            "id",
            "kind",
            "state",
            "file_name",
            "rows",
            "accepted",
            "created",
            "updated",
            "unchanged",
            "quarantined",
        )
        print_table(flat, [(name, name) for name in names])
    return 0


def run_show(arguments: Namespace) -> int:
    """Show a batch and what waits of it."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import retries
    from jiqun.actions.desk import desk
    from jiqun.ledger import batches

    batch = asdict(batches.get(arguments.batch))
    if arguments.waiting:
        retries.write_waiting(desk(), arguments.batch, arguments.waiting, by=django.cli_actor())
    waiting = retries.waiting_rows(desk(), arguments.batch, by=django.cli_actor())
    if arguments.json:
        print_json({"ok": True, "batch": batch, "waiting": waiting})
        return 0
    for name, value in batch.items():
        print(f"{name:<12} {value}")
    if waiting:
        print_table(waiting, [(name, name) for name in ("row_no", "column", "code", "seen", "allowed")])
    return 0


def run_undo(arguments: Namespace) -> int:
    """Undo a batch."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import batches as acts
    from jiqun.actions.desk import desk

    opened = desk()
    done = acts.undo(opened, arguments.batch, by=django.cli_actor(), at=opened.now())
    if arguments.json:
        print_json(done.as_json())
    else:
        say(
            f"批次 {done.batch} 已撤销：移除主体 {done.removed}，恢复 {done.restored}，关系 {done.relations}，"
            f"事实 {done.facts}",
            f"Batch {done.batch} undone: {done.removed} subjects removed, {done.restored} restored, {done.relations}"
            f" relations, {done.facts} facts",
        )
    return 0


def run_retry(arguments: Namespace) -> int:
    """Hand waiting rows in again."""
    from jiqun.cli import django
    from jiqun.cli.progress import bar

    django.setup()
    from jiqun.actions import retries
    from jiqun.actions.desk import desk

    opened, actor = desk(), django.cli_actor()
    with bar() as progress:
        report = retries.retry(
            opened, arguments.batch, arguments.file, by=actor, at=opened.now(), progress=progress
        )
    tell(report, as_json=arguments.json)
    return 0
