"""判定命令: `jiqun judge KEY --on DATE --input FIRMS.csv|--ledger` and `jiqun replay KEY --from … --to …`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from jiqun.cli.output import lang, messages, print_json, print_table, say
from jiqun.core.errors import InputError

if TYPE_CHECKING:
    from decimal import Decimal

    from jiqun.actions.judging import Judged
    from jiqun.actions.judging_costs import Cost
    from jiqun.actions.judging_replay import Replay
    from jiqun.actions.judging_source import FirmSource


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `judge` and `replay`."""
    verb = commands.add_parser(
        "judge", parents=[shared], help="judge the firms of a file or of the ledger by a pack"
    )
    verb.add_argument("key", metavar="KEY|FOLDER", help="a pack, or the folder of a draft")
    verb.add_argument("--on", type=_day, required=True, metavar="DATE", help="the day judged")
    verb.add_argument("--out", type=Path, metavar="OUT.csv|xlsx", help="where the answer goes")
    verb.add_argument("--explain", action="store_true", help="write OUT.clauses.csv too, clause by clause")
    verb.add_argument("--force", action="store_true", help="write over a file that is there already")
    verb.set_defaults(run=run_judge)
    again = commands.add_parser("replay", parents=[shared], help="who rises and falls between two versions")
    again.add_argument("key", metavar="KEY|FOLDER", help="a pack, or the folder of a draft")
    form = "VERSION|FOLDER[@DATE]"
    again.add_argument("--from", dest="before", required=True, metavar=form, help="what holds now")
    again.add_argument("--to", dest="after", required=True, metavar=form, help="what is to hold")
    again.add_argument(
        "--on", type=_day, metavar="DATE", help="the day judged; each version's first day if left out"
    )
    again.set_defaults(run=run_replay)
    for one in (verb, again):
        whose = one.add_mutually_exclusive_group(required=True)
        whose.add_argument("--input", type=Path, metavar="FIRMS.csv", help="firms, one row each")
        whose.add_argument("--ledger", action="store_true", help="the enterprises of the ledger one may read")
        one.add_argument(
            "--synthetic", action="store_true", help="of the ledger the made-up enterprises only"
        )
        one.add_argument("--kind", choices=("new", "re_review"), default="new", help="kind of application")
        where = "county of the firms of a file that name none; the place whose firms of the ledger are judged"
        one.add_argument("--region", default="", metavar="R", help=where)
        one.add_argument("--sheet", default="", help="sheet of a workbook")
        one.add_argument("--json", action="store_true", help="print one JSON object")


def run_judge(arguments: Namespace) -> int:
    """Judge the firms of a file or of the ledger."""
    from jiqun.cli import django

    _room_for(arguments)
    django.setup()
    from jiqun.actions.desk import desk
    from jiqun.actions.judging import JudgeOrder, judge_file

    order = JudgeOrder(
        arguments.key, arguments.on, _firms(arguments), arguments.out, kind=arguments.kind, explain=arguments.explain,
        lang=lang(),
    )  # fmt: skip
    judged = judge_file(desk(), order, by=django.cli_actor())
    if arguments.json:
        print_json(judged.as_json() | {"rulings": _rows(judged, 200)})
        return 0
    _tell(judged)
    if arguments.out:
        say(f"已写出 {arguments.out}", f"written: {arguments.out}")
    return 0


def _firms(arguments: Namespace) -> "FirmSource":
    """Where the firms come from; InputError judge.not_of_a_file for made-up ones of a file."""
    from jiqun.actions.judging_source import FirmSource

    if arguments.synthetic and not arguments.ledger:
        raise InputError("judge.not_of_a_file", seen="--synthetic", allowed="--ledger")
    return FirmSource(arguments.input, arguments.region, arguments.sheet, arguments.synthetic)


def _room_for(arguments: Namespace) -> None:
    """The folder is there and nothing would be written over unasked; --explain needs a file to stand beside."""
    if arguments.out is None:
        if arguments.explain:
            raise InputError("judge.no_out", seen="--explain", allowed="--out OUT.csv")
        return
    if not arguments.out.resolve().parent.is_dir():
        raise InputError("export.no_folder", seen=str(arguments.out.resolve().parent))
    beside = arguments.out.with_name(f"{arguments.out.stem}.clauses.csv")
    for path in (arguments.out, *([beside] if arguments.explain else [])):
        if path.exists() and not arguments.force:
            raise InputError("export.file_exists", seen=str(path), allowed="--force")


def _rows(judged: "Judged", most: int) -> list[dict[str, object]]:
    from jiqun.actions.judging import points_text

    return [
        {
            "uscc": one.uscc, "region": one.region, "verdict": one.verdict.value, "score": points_text(one.score),
            "level": one.level, "levels": list(one.levels),
        }
        for one in judged.rulings[:most]
    ]  # fmt: skip


def _tell(judged: "Judged") -> None:
    for one in judged.file.remarks[:50]:
        say(f"  提示：{messages().sentence(one, 'zh')}", f"  note: {messages().sentence(one, 'en')}")
    found = judged.counts
    say(
        f"{judged.pack.key} {judged.version.key}：{len(judged.rulings)} 家，符合 {found['met']}，不符合 {found['unmet']}，"
        f"缺材料 {found['unknown']}，待人工判定 {found['manual']}，不适用 {found['not_applicable']}",
        f"{judged.pack.key} {judged.version.key}: {len(judged.rulings)} firms, met {found['met']}, unmet {found['unmet']},"
        f" unknown {found['unknown']}, manual {found['manual']}, not applicable {found['not_applicable']}",
    )
    print_table(_rows(judged, 20), [(name, name) for name in ("uscc", "region", "verdict", "score", "level")])


def run_replay(arguments: Namespace) -> int:
    """Judge the same firms twice and tell what moves; nothing is written to the ledger."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions.desk import desk
    from jiqun.actions.judging_replay import ReplayOrder, replay

    order = ReplayOrder(
        arguments.key, arguments.before, arguments.after, _firms(arguments), on=arguments.on, kind=arguments.kind,
    )  # fmt: skip
    found = replay(desk(), order, by=django.cli_actor())
    if arguments.json:
        print_json(found.as_json())
        return 0
    rises, falls = len(found.rises), len(found.falls)
    say(
        f"{found.before} → {found.after}：{found.firms} 家，上升 {rises}，下降 {falls}，不变 {found.same}",
        f"{found.before} → {found.after}: {found.firms} firms, rise {rises}, fall {falls}, same {found.same}",
    )
    columns = ("uscc", "name", "region", "before", "after")
    for title, moves in ((("上升", "rises"), found.rises), (("下降", "falls"), found.falls)):
        if moves:
            say(*title)
            print_table([one.as_json() for one in moves[:50]], [(name, name) for name in columns])
    print_table(
        [one.as_json() for one in found.regions],
        [(name, name) for name in ("region", "firms", "rises", "falls")],
    )
    _tell_costs(found)
    if found.stability:
        say("权重各变动 ±10 % 时的名次稳定性", "how stable ranks are when each weight moves by ±10 %")
        shown = ("weight", "change", "agreement", "moved", "regraded")
        print_table([one.as_json() for one in found.stability], [(name, name) for name in shown])
    return 0


def _tell_costs(found: "Replay") -> None:
    """What the measures of grades come to; "—" where that is not known of every firm."""
    if not found.costs:
        return
    say(
        "分档措施（— 为未知：金额未填，或档次未定）",
        "what the measures of grades come to (— is unknown: no amount is set, or a grade is open)",
    )
    rows = [
        {
            "measure": getattr(one.label, lang()), "grades": "/".join(one.grades), "unit": one.unit,
            "firms": f"{one.before.firms} → {one.after.firms}",
            "before": _cost(one.before), "after": _cost(one.after), "difference": _amount(one.difference),
        }
        for one in found.costs
    ]  # fmt: skip
    columns = ("measure", "grades", "firms", "before", "after", "difference", "unit")
    print_table(rows, [(name, name) for name in columns])


def _cost(one: "Cost") -> str:
    """The total; what is known of it and a question mark where that is not all."""
    return _amount(one.total) if one.total is not None or not one.known else f"{_amount(one.known)} + ?"


def _amount(value: "Decimal | None") -> str:
    return "—" if value is None else f"{round(value, 2):,f}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("rule.bad_day", seen=text, allowed="2026-06-01") from None
