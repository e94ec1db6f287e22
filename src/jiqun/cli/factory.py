"""未来工厂命令: `jiqun factory oee --input EVENTS.csv --shifts SHIFTS.csv` and `jiqun factory detect --input … --out …`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path
from typing import TYPE_CHECKING

from jiqun.cli import factories, factory_reports
from jiqun.cli.output import lang, messages, print_json, print_table, say
from jiqun.core.errors import InputError

if TYPE_CHECKING:
    from jiqun.actions.factory_oee import OeeAnswer
    from jiqun.core.errors import RowError
    from jiqun.factory.oee.tally import Tally

RATIOS = ("availability", "effectiveness", "quality_ratio", "oee_index")
HEADS = {
    "zh": ("可用率", "有效性", "质量率", "OEE", "计划忙碌时间 h", "实际生产时间 h", "产量", "合格"),
    "en": (*RATIOS, "PBT h", "APT h", "PQ", "GQ"),
}


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `factory`."""
    tree = commands.add_parser(
        "factory", help="factories, their machines and tokens; OEE and faults of files; shifts and months"
    )
    verbs = tree.add_subparsers(dest="what", required=True)
    oee = verbs.add_parser("oee", parents=[shared], help="OEE and its losses after ISO 22400")
    oee.add_argument(
        "--input", type=Path, required=True, metavar="EVENTS.csv", help="states and counts of machines"
    )
    oee.add_argument(
        "--shifts", type=Path, required=True, metavar="SHIFTS.csv", help="the calendar of shifts"
    )
    oee.add_argument(
        "--products", type=Path, metavar="PRODUCTS.csv", help="planned run time per item by product"
    )
    oee.add_argument(
        "--minor-below", type=int, metavar="SECONDS", help="a standstill shorter than this is a minor stop"
    )
    oee.set_defaults(run=run_oee)
    detect = verbs.add_parser("detect", parents=[shared], help="drift and faults in a file of sensors")
    detect.add_argument(
        "--input", type=Path, required=True, metavar="SERIES.csv", help="a timestamp and columns of sensors"
    )
    detect.add_argument(
        "--out", type=Path, required=True, metavar="OUT.csv", help="where the answer goes, row by row"
    )
    detect.add_argument(
        "--train-share",
        type=float,
        default=0.4,
        metavar="SHARE",
        help="first share of the rows, to learn from",
    )
    detect.add_argument("--force", action="store_true", help="write over a file that is there already")
    detect.set_defaults(run=run_detect)
    for verb in (oee, detect):
        verb.add_argument("--json", action="store_true", help="print one JSON object")
    factory_reports.add(verbs, shared)
    factories.add(verbs, shared)


def run_oee(arguments: Namespace) -> int:
    """Reckon OEE from files."""
    from jiqun.actions.factory_oee import OeeOrder, oee_of_files
    from jiqun.factory.oee.showing import report_object

    order = OeeOrder(arguments.input, arguments.shifts, arguments.products, arguments.minor_below)
    found = oee_of_files(order)
    if arguments.json:
        parameters = {"minor_stop_below_s": found.minor_below / 1_000_000, "zone": "Asia/Shanghai"}
        remarks = [_remark(one) for one in found.report.remarks]
        print_json({"ok": True, "parameters": parameters, **report_object(found.report), "remarks": remarks,
                    "notes": [list(note) for note in found.notes]})  # fmt: skip
        return 0
    _tell(found)
    return 0


def run_detect(arguments: Namespace) -> int:
    """Detect drift and faults in a file."""
    from jiqun.actions.factory_detect import DetectOrder, detect_file
    from jiqun.factory.detect.model import Settings

    if arguments.out.exists() and not arguments.force:
        raise InputError("export.file_exists", seen=str(arguments.out), allowed="--force")
    if not arguments.out.resolve().parent.is_dir():
        raise InputError("export.no_folder", seen=str(arguments.out.resolve().parent))
    order = DetectOrder(arguments.input, arguments.out, Settings(train_share=arguments.train_share), lang())
    found = detect_file(order)
    told = found.as_json()
    if arguments.json:
        print_json(told | {"out": str(arguments.out), "remarks": [_remark(one) for one in found.remarks]})
        return 0
    for one in found.remarks:
        print(messages().sentence(one, lang()))
    rows: list[dict[str, object]] = told["warnings"]  # type: ignore[assignment]
    shown = [one | {"why": one[lang()]} for one in rows[:50]]
    print_table(shown, [(name, _head(name)) for name in ("from", "to", "rows", "score", "why")])
    say(
        f"{told['rows']} 行，前 {told['trained']} 行用来学习；预警 {len(rows)} 次，共 {told['alarm_rows']} 行。"
        f"已写出 {arguments.out}",
        f"{told['rows']} rows, learnt from the first {told['trained']}; {len(rows)} warnings over {told['alarm_rows']} rows."
        f" Written: {arguments.out}",
    )
    return 0


def _remark(one: "RowError") -> dict[str, object]:
    told = messages().sentence(one, lang())
    return {"code": one.code, "where": one.column, "seen": one.seen, "allowed": one.allowed, "message": told}


def _tell(found: "OeeAnswer") -> None:
    """Tables by machine and by shift, and the waterfall of everything."""
    from jiqun.factory.oee.showing import NAMES
    from jiqun.factory.oee.tally import Tally

    for name in ("total", "line", "machine", "shift", "product"):
        group = found.report.tallies[name]
        if name == "total" or len(group) > 1 or any(any(key) for key in group):
            rows = [dict(zip(NAMES[name], key, strict=True)) | _row(tally) for key, tally in group.items()]
            columns = [*NAMES[name], *HEADS["zh"]]
            print_table(rows, [(one, _head(one)) for one in columns])
            print()
    _waterfall(found.report.tallies["total"].get((), Tally()))
    for one in found.report.remarks:
        print(messages().sentence(one, lang()))


def _row(tally: "Tally") -> dict[str, object]:
    from jiqun.factory.oee.figures import figures_of
    from jiqun.factory.oee.showing import number, ratio_of

    found = figures_of(tally)
    ratios = [_share(ratio_of(found, name)) for name in RATIOS]
    hours = [f"{micros / 3_600_000_000:.2f}" for micros in (tally.pbt, tally.apt)]
    pieces = [str(number(tally.produced)), "—" if tally.no_good else str(number(tally.good))]
    return dict(zip(HEADS["zh"], (*ratios, *hours, *pieces), strict=True))


def _share(ratio: object) -> str:
    """A share in percent, its bounds where it is not known."""
    value, low, high, known = (getattr(ratio, name) for name in ("value", "low", "high", "known"))
    if value is not None:
        return f"{float(value):.1%}"
    if low is None and high is None:
        return "—"
    told = "" if known is None else f"≈{float(known):.1%} "
    return f"{told}[{float(low or 0):.1%}–{'?' if high is None else f'{float(high):.1%}'}]"


def _waterfall(tally: "Tally") -> None:
    from jiqun.factory.oee.figures import waterfall

    say("损失瀑布（加起来正好是计划忙碌时间）", "losses (they add up to the planned busy time)")
    rows = [
        {"what": _head(one.key), "reason": one.reason, "min": f"{float(one.micros) / 60_000_000:.1f}",
         "share": f"{float(one.micros) / tally.pbt:.1%}" if tally.pbt else "—"}
        for one in waterfall(tally)
    ]  # fmt: skip
    rows.append(
        {"what": _head("pbt"), "reason": "", "min": f"{tally.pbt / 60_000_000:.1f}", "share": "100.0%"}
    )
    print_table(rows, [(name, _head(name)) for name in ("what", "reason", "min", "share")])


WORDS = {
    "line": "产线", "machine": "设备", "shift": "班次", "product": "产品", "what": "项目", "reason": "原因", "min": "分钟",
    "share": "占比", "down": "故障停机", "delay": "等待", "changeover": "换型 AUST", "gap": "无数据（未知）",
    "minor": "小停机", "speed": "速度损失", "quality": "质量损失", "productive": "有效产出",
    "run_not_split": "运行（数量不全，未分解）", "pbt": "计划忙碌时间 PBT",
    "from": "起", "to": "止", "rows": "行数", "score": "得分", "why": "原因",
}  # fmt: skip


def _head(name: str) -> str:
    """A heading in the language of messages."""
    if lang() == "en":
        return dict(zip(HEADS["zh"], HEADS["en"], strict=True)).get(name, name.replace("_", " "))
    return WORDS.get(name, name)
