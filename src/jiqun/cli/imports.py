"""导入命令: `jiqun import enterprises|facts|subjects|relations FILE`."""

import re
from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path
from typing import TYPE_CHECKING

from jiqun.cli.output import lang, messages, print_json, say

if TYPE_CHECKING:
    from jiqun.actions.imports import ImportReport

KINDS = ("enterprises", "facts", "subjects", "relations")
SHOWN = 50


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `import`."""
    verb = commands.add_parser("import", parents=[shared], help="import a file (CSV, CSV.gz, XLSX)")
    verb.add_argument("kind", choices=KINDS)
    verb.add_argument("file", type=Path)
    verb.add_argument(
        "--source", default="", metavar="KEY", help="key of the source; by default the file's name"
    )
    verb.add_argument("--map", type=Path, metavar="MAP.toml", help="which column fills which field")
    verb.add_argument("--sheet", default="", help="sheet of a workbook")
    verb.add_argument("--table", type=int, default=1, metavar="N", help="which table of the file, from 1")
    verb.add_argument("--synthetic", action="store_true", help="mark every row as made up")
    verb.add_argument("--dry-run", action="store_true", help="judge only, write nothing")
    verb.add_argument("--json", action="store_true", help="print one JSON object")
    verb.set_defaults(run=run_import)


def run_import(arguments: Namespace) -> int:
    """Import one file; bad rows wait in quarantine and are listed."""
    from jiqun.cli import django
    from jiqun.cli.progress import bar

    django.setup()
    from jiqun.actions import imports
    from jiqun.actions.desk import desk

    opened = desk()
    at = opened.now()
    order = imports.Order(
        arguments.kind, arguments.file, arguments.source or source_key(arguments.file), sheet=arguments.sheet,
        mapping=arguments.map, dry_run=arguments.dry_run, synthetic=arguments.synthetic,
        table=max(0, arguments.table - 1),
    )  # fmt: skip
    with bar() as progress:
        report = imports.run_import(opened, order, by=django.cli_actor(), at=at, progress=progress)
    tell(report, as_json=arguments.json)
    return 0


def source_key(path: Path) -> str:
    """A source key from a file name: letters, digits and Chinese characters."""
    return re.sub(r"[^\w\-]+", "_", path.name.split(".")[0])[:80] or "file"


def tell(report: "ImportReport", *, as_json: bool) -> None:
    """Print what became of an import, errors and flags with their sentences."""
    if not as_json:
        _say(report)
        return
    shape = report.as_json()
    for name in ("errors", "flags"):
        shape[name] = [{**item, "message": messages().sentence(row, lang())}
                       for item, row in zip(shape[name], getattr(report, name), strict=False)]  # type: ignore[call-overload]  # fmt: skip
    print_json(shape)


def _say(r: "ImportReport") -> None:
    say(
        f"{r.file}：{r.rows} 行，收下 {r.accepted}（新 {r.created}，改 {r.updated}，未变 {r.unchanged}），"
        f"隔离 {r.quarantined}，标记 {r.flagged}；批次 {r.batch_id or '—（试运行）'}，{r.seconds} 秒",
        f"{r.file}: {r.rows} rows, accepted {r.accepted} (created {r.created}, updated {r.updated}, unchanged"
        f" {r.unchanged}), quarantined {r.quarantined}, flagged {r.flagged}; batch {r.batch_id or '- (dry run)'},"
        f" {r.seconds} s",
    )
    for note in r.notes:
        what = messages().what(note["code"], lang())
        say(f"  {what}（{note['seen']}），已按此读取", f"  {what} ({note['seen']}); it was read as such")
    for fault in (*r.errors, *r.flags)[:SHOWN]:
        print("  " + messages().sentence(fault, lang()))
    more = len(r.errors) + len(r.flags) - SHOWN
    if more > 0:
        say(
            f"  ……另有 {more} 条，见 jiqun batches show {r.batch_id}",
            f"  … {more} more, see jiqun batches show {r.batch_id}",
        )
    for total in r.totals:
        say(
            f"  {total['label']} {total['cell']}“{total['column']}”：{total['stated']}，各行之和 {total['summed']}，"
            f"相差 {total['difference']}",
            f"  {total['label']} {total['cell']} “{total['column']}”: {total['stated']}, sum of the rows"
            f" {total['summed']}, difference {total['difference']}",
        )
    if r.left_out:
        rows = " ".join(str(item["row"]) for item in r.left_out[:SHOWN])
        say(f"  未作为数据读取的行：{rows}", f"  rows not read as data: {rows}")
    if r.placed:
        print(
            "  "
            + "  ".join(
                f"{how}: {count}" for how, count in sorted(r.placed.items(), key=lambda item: -item[1])
            )
        )
