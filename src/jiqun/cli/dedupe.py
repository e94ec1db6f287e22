"""查重命令: `jiqun dedupe`, `jiqun merge`, `jiqun unmerge`, `jiqun keep-apart`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path
from typing import TYPE_CHECKING

from jiqun.cli.output import lang, print_json, print_table, say

if TYPE_CHECKING:
    from jiqun.actions.dedupe import DedupeReport
    from jiqun.ledger.identities import Verdict

SHOWN = 50


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `dedupe` and the decisions that follow from it."""
    verb = commands.add_parser("dedupe", parents=[shared], help="find enterprises the register holds twice")
    verb.add_argument("--out", type=Path, metavar="FILE", help="write the proposals (.csv, .xlsx, .parquet)")
    verb.add_argument("--json", action="store_true", help="print one JSON object")
    verb.set_defaults(run=run_dedupe)
    for name, help_text, run in (
        ("merge", "read one enterprise under another from now on", run_merge),
        ("keep-apart", "remember that two enterprises are two", run_keep_apart),
    ):
        pair = commands.add_parser(name, parents=[shared], help=help_text)
        pair.add_argument(
            "subject", metavar="SUBJECT", help="key of an enterprise, e.g. enterprise:<code or name>"
        )
        pair.add_argument("into", metavar="INTO", help="key of the enterprise that goes on")
        pair.add_argument("--reason", default="", help="why")
        pair.add_argument("--json", action="store_true", help="print one JSON object")
        pair.set_defaults(run=run)
    back = commands.add_parser("unmerge", parents=[shared], help="take a merge, or a keep-apart, back")
    back.add_argument("decision", type=int, metavar="NUMBER", help="number of the decision")
    back.add_argument("--json", action="store_true", help="print one JSON object")
    back.set_defaults(run=run_unmerge)


def run_dedupe(arguments: Namespace) -> int:
    """Find duplicates and propose merges; nothing is merged."""
    from jiqun.cli import django
    from jiqun.cli.progress import bar

    django.setup()
    from jiqun.actions import dedupe
    from jiqun.actions.desk import desk

    opened = desk()
    with bar() as progress:
        report = dedupe.find(opened, by=django.cli_actor(), at=opened.now(), progress=progress)
    if arguments.out:
        report = dedupe.write_report(report, arguments.out)
    if arguments.json:
        print_json(report.as_json())
    else:
        _tell(report)
    return 0


def run_merge(arguments: Namespace) -> int:
    """Merge two enterprises."""
    return _decide(arguments, "merge")


def run_keep_apart(arguments: Namespace) -> int:
    """Keep two enterprises apart."""
    return _decide(arguments, "keep_apart")


def run_unmerge(arguments: Namespace) -> int:
    """Take a decision back."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import merging
    from jiqun.actions.desk import desk

    done = merging.take_back(arguments.decision, by=django.cli_actor(), at=desk().now())
    _told(
        done,
        arguments,
        f"第 {done.id} 号判定已撤回，一切如前",
        f"Decision {done.id} was taken back; all is as before",
    )
    return 0


def _decide(arguments: Namespace, verb: str) -> int:
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import merging
    from jiqun.actions.desk import desk

    pair = merging.Pair(arguments.subject, arguments.into, arguments.reason)
    done = getattr(merging, verb)(pair, by=django.cli_actor(), at=desk().now())
    zh = {"same": "并入", "different": "不是"}[done.verdict]
    en = {"same": "is read under", "different": "is not"}[done.verdict]
    _told(
        done,
        arguments,
        f"{done.subject} {zh} {done.into}；判定第 {done.id} 号",
        f"{done.subject} {en} {done.into}; decision {done.id}",
    )
    return 0


def _told(done: "Verdict", arguments: Namespace, zh: str, en: str) -> None:
    from jiqun.actions.merging import as_json

    if arguments.json:
        print_json(as_json(done))
    else:
        say(zh, en)


def _tell(report: "DedupeReport") -> None:
    say(
        f"看了 {report.enterprises} 家企业，比对 {report.pairs} 对；建议归并 {len(report.proposals)} 对，"
        f"其中明确的 {report.clear} 对",
        f"{report.enterprises} enterprises looked at, {report.pairs} pairs judged; {len(report.proposals)} merges"
        f" proposed, {report.clear} of them clear",
    )
    rows = [
        {
            "score": f"{one.score:.2f}",
            "clear": "✓" if one.clear else "",
            "subject": f"{one.subject_name} {one.subject}",
            "into": f"{one.into_name} {one.into}",
            "why": "；".join(item.zh for item in one.evidence)
            if lang() == "zh"
            else "; ".join(item.en for item in one.evidence),
        }
        for one in report.proposals[:SHOWN]
    ]
    if rows:
        print_table(rows, [(name, name) for name in ("score", "clear", "subject", "into", "why")])
    if report.out:
        say(f"全部写入 {report.out}", f"All of them are in {report.out}")
