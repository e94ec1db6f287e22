"""边缘命令: `jiqun edge run|check|status|certificate|connectors` — the factory box; needs only the extra `edge`."""

import importlib
import re
import sys
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jiqun.cli.output import lang, messages, print_json, print_table, say
from jiqun.factory.readings.line_faults import fault_of, said_plainly

CODE = re.compile(r"\b(intake|factory|edge)\.[a-z_]+")


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `edge`."""
    tree = commands.add_parser("edge", parents=[shared], help="the box that connects machines")
    verbs = tree.add_subparsers(dest="edge_verb", required=True, metavar="VERB")
    for name, help_text, run in (
        ("run", "run the box until Ctrl-C", run_edge),
        ("check", "read the configuration and tell everything that is wrong with it", run_check),
        ("status", "what a running box says of itself: health, lag, gaps, buffer", run_status),
        (
            "certificate",
            "this box's certificate for OPC UA, made when missing; machines trusted, waiting",
            run_certificate,
        ),
    ):
        verb = verbs.add_parser(name, parents=[shared], help=help_text)
        verb.add_argument("config", type=Path, metavar="CONFIG", help="configuration of the box, TOML")
        if name != "run":
            verb.add_argument("--json", action="store_true", help="print one JSON object")
        if name == "certificate":
            verb.add_argument(
                "--renew", action="store_true", help="make a new one; every machine must accept it"
            )
            verb.add_argument(
                "--trust", default="", metavar="FILE", help="trust a machine whose certificate waits"
            )
        verb.set_defaults(run=run)
    verb = verbs.add_parser(
        "connectors", parents=[shared], help="connectors there are, their options and quality cards"
    )
    verb.add_argument("--json", action="store_true", help="print one JSON object")
    verb.set_defaults(run=run_connectors)


def edge_room() -> Any:
    """The verbs of the edge, found by name: shells do not import each other."""
    return importlib.import_module("jiqun.edge.commands")


def run_edge(arguments: Namespace) -> int:
    """Run one box."""
    from jiqun import settings

    edge_room().run(arguments.config, settings.PACKS_DIR, _greet)
    say("已停止；未送出的留在缓存里", "Stopped; what was not sent waits in the buffer")
    return 0


def run_check(arguments: Namespace) -> int:
    """Read a configuration."""
    from jiqun import settings

    found = edge_room().check(arguments.config, settings.PACKS_DIR)
    if arguments.json:
        print_json(found)
        return 0
    for one in found["connectors"]:
        label = one["zh"] if lang() == "zh" else one["en"]
        say(
            f"  {one['name']}（{label}）：{one['points']} 个测点",
            f"  {one['name']} ({label}): {one['points']} points",
        )
    say("配置无误", "The configuration is sound")
    return 0


def run_status(arguments: Namespace) -> int:
    """Show what the box last wrote of itself."""
    from jiqun import settings

    status = edge_room().status(arguments.config, settings.PACKS_DIR)
    if arguments.json:
        print_json(status)
        return 0
    rows, lag, site = status["buffer"]["rows"], status["lag_s"], status["site"]
    say(
        f"{site}：{'运行中' if status['running'] else '已停止'}，滞后 {lag:.1f} 秒，缓存 {rows} 行",
        f"{site}: {'running' if status['running'] else 'stopped'}, lag {lag:.1f} s, buffer {rows} rows",
    )
    heads = [(name, name) for name in ("name", "kind", "state", "points", "last_fault")]
    print_table(status["connectors"], heads)
    for name, said in _faults(status):
        print(f"{name}: {_words(said)}")
    print_json({"counts": status["counts"], "gaps": status["gaps"], "gate": status["gate"]["counts"]})
    return 0


def _faults(status: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Lines that do not work now, with what was said: machines, gate, orders."""
    down = ((one["name"], one["last_fault"]) for one in status["connectors"] if one["state"] != "up")
    yield from (line for line in (*down, ("gate", status["gate"]["last_fault"])) if line[1])
    if status["orders"]["on"] and status["orders"]["last_fault"] != status["gate"]["last_fault"]:
        yield from [("orders", status["orders"]["last_fault"])] * bool(status["orders"]["last_fault"])


def _words(said: str) -> str:
    """A fault with its next step: the gate's own code, or the word of what was said."""
    told = CODE.search(said)
    code = told[0] if told and told[0] in messages() else f"line.{fault_of(said)}"
    what, remedy = messages().what(code, lang()), messages().next_step(code, lang())
    return f"{what} [{said_plainly(said)}] {remedy}"


def run_certificate(arguments: Namespace) -> int:
    """Make or show the box's certificate, and those of machines."""
    from jiqun import settings

    found = edge_room().certificate(
        arguments.config, settings.PACKS_DIR, renew=arguments.renew, trust=arguments.trust
    )
    if arguments.json:
        print_json(found)
        return 0
    say(
        "已生成新的证书" if found["made"] else "本盒的证书",
        "A new certificate" if found["made"] else "This box's certificate",
    )
    for name in ("certificate", "name", "uri", "sha1", "sha256", "ends"):
        print(f"  {name:12} {found[name]}")
    say(
        "在每台机器上信任它：把文件导入机器的证书列表，或连一次，再到机器的“待信任/已拒绝证书”里按指纹（SHA-1）接受",
        "Let each machine trust it: import the file there, or connect once and accept it among the machine's rejected "
        "or pending certificates, by its thumbprint (SHA-1)",
    )
    heads = [(name, name) for name in ("file", "name", "sha1", "ends")]
    for name, zh, en in (
        ("trusted", "信任的机器", "Machines trusted"),
        (
            "rejected",
            "等着信任的机器：核对指纹后用 --trust 文件名",
            "Machines waiting: compare the thumbprint, then --trust FILE",
        ),
    ):
        if found[name]:
            say(zh, en)
            print_table(found[name], heads)
    return 0


def run_connectors(arguments: Namespace) -> int:
    """Every connector with its manifest and quality card."""
    found = edge_room().connectors(lang())
    if arguments.json:
        print_json({"connectors": found})
        return 0
    for one in found:
        print(f"{one['key']}  {one['label']}  {one['promise']}  {one['address']}")
        print_table(one["options"], [(name, name) for name in ("name", "default", "says")])
        print_table(one["quality"], [(name, name) for name in ("key", "state", "says")])
    return 0


def _greet(told: dict[str, Any]) -> None:
    if told["damaged"]:
        say(
            f"缓存文件已损坏，移到 {told['damaged']}",
            f"The buffer was damaged and is set aside: {told['damaged']}",
        )
    count, points, gate = told["connectors"], told["points"], told["gate"]
    say(
        f"{told['site']}：{count} 个连接，{points} 个测点，送往 {gate}；Ctrl-C 停止",
        f"{told['site']}: {count} connectors, {points} points, to {gate}; Ctrl-C stops it",
    )
    sys.stdout.flush()
