"""报警命令: `jiqun alarms list|ack|shelve|unshelve|reset|journal|limits|load|warnings|judge|watches|retrain`."""

import re
from argparse import ArgumentParser, Namespace, _SubParsersAction
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from jiqun.cli.output import lang, print_json, print_table, say
from jiqun.core.errors import InputError

if TYPE_CHECKING:
    from jiqun.actions.reading.alarm_rows import AlarmLine
    from jiqun.ledger.permissions import Actor

COMMANDS = {
    "ack": ("acknowledge", "take note of an alarm"),
    "unshelve": ("unshelve", "end a shelving"),
    "reset": ("reset", "reset a latched alarm"),
    "suppress": ("suppress", "suppress an alarm by design"),
    "release": ("release", "end a suppression"),
    "remove": ("remove", "take an alarm out of service"),
    "restore": ("restore", "return an alarm to service"),
}
SPAN = re.compile(r"(\d{1,4})(m|min|h|小时|分钟|分)")


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `alarms`."""
    verbs = commands.add_parser("alarms", help="alarms and warnings of a factory").add_subparsers(
        dest="what", required=True
    )
    common = ArgumentParser(add_help=False)
    common.add_argument(
        "--site", metavar="FACTORY", help="key of the factory; needed where there are several"
    )
    common.add_argument("--as", dest="account", metavar="ACCOUNT", help="act as this person")
    common.add_argument("--json", action="store_true", help="print one JSON object")
    parents = [shared, common]
    listing = verbs.add_parser("list", parents=parents, help="where alarms stand, the most urgent first")
    listing.add_argument("--all", action="store_true", help="those that are as they should be too")
    listing.set_defaults(run=run_list)
    for name, (command, help) in COMMANDS.items():
        one = verbs.add_parser(name, parents=parents, help=help)
        one.add_argument("key", metavar="ALARM")
        one.add_argument("--why", default="")
        one.set_defaults(run=run_command, command=command, until=None)
    shelve = verbs.add_parser("shelve", parents=parents, help="shelve an alarm until an instant")
    shelve.add_argument("key", metavar="ALARM")
    shelve.add_argument("--why", required=True)
    shelve.add_argument("--until", required=True, metavar="TIME", help="90m, 2h or 2026-11-22 18:30")
    shelve.set_defaults(run=run_command, command="shelve")
    journal = verbs.add_parser("journal", parents=parents, help="what happened to alarms, the latest first")
    journal.add_argument("--alarm", default="", metavar="ALARM")
    journal.add_argument("--most", type=int, default=50, metavar="N")
    journal.set_defaults(run=run_journal)
    _add_others(verbs, parents)


def _add_others(verbs: "_SubParsersAction[ArgumentParser]", parents: list[ArgumentParser]) -> None:
    verbs.add_parser("limits", parents=parents, help="limits of the factory").set_defaults(run=run_limits)
    load = verbs.add_parser("load", parents=parents, help="enter limits and detectors from a TOML file")
    load.add_argument("file", type=Path, metavar="FILE.toml")
    load.set_defaults(run=run_load)
    warnings = verbs.add_parser(
        "warnings", parents=parents, help="warnings of drift and faults, and their worth"
    )
    warnings.add_argument("--weeks", type=int, default=4, metavar="N")
    warnings.set_defaults(run=run_warnings)
    judge = verbs.add_parser("judge", parents=parents, help="say whether a warning was useful")
    judge.add_argument("number", type=int, metavar="NUMBER")
    judge.add_argument("verdict", choices=["useful", "not_useful"])
    judge.add_argument("--why", default="")
    judge.set_defaults(run=run_judge)
    verbs.add_parser("watches", parents=parents, help="detectors of the factory").set_defaults(
        run=run_watches
    )
    retrain = verbs.add_parser("retrain", parents=parents, help="let a detector learn anew")
    retrain.add_argument("key", metavar="DETECTOR")
    retrain.add_argument("--from", dest="start", metavar="TIME", help="learn from readings of a window …")
    retrain.add_argument("--to", dest="end", metavar="TIME", help="… up to here; without both: from now on")
    retrain.set_defaults(run=run_retrain)


def run_list(arguments: Namespace) -> int:
    """Where alarms stand."""
    by, site = _ready(arguments)
    from jiqun.actions.desk import desk
    from jiqun.actions.reading import alarm_rows

    page = alarm_rows.standing(desk(), by, site)
    shown = [one for one in page.rows if arguments.all or one.state != "normal"]
    if arguments.json:
        print_json({"ok": True, **asdict(page), "rows": [asdict(one) for one in shown]})
        return 0
    if page.watched_at is None:
        say("还没有值守过：报警状态未知", "Nobody has watched this factory yet: the alarms are unknown")
    elif not shown:
        say("没有报警", "No alarm")
    print_table([_shown(one) for one in shown], [(name, name) for name in _shown(shown[0])] if shown else [])
    return 0


def run_command(arguments: Namespace) -> int:
    """Do something with an alarm."""
    by, site = _ready(arguments)
    from jiqun.actions import alarms
    from jiqun.actions.desk import desk
    from jiqun.actions.reading import alarm_rows

    opened = desk()
    now = opened.now()
    until = None if arguments.until is None else until_of(arguments.until, now)
    row = alarms.command(
        opened, site, arguments.key, arguments.command, by=by, at=now, why=arguments.why, until=until
    )
    line = alarm_rows.line_of(opened.alarm_states, row)
    if arguments.json:
        print_json({"ok": True, "alarm": asdict(line)})
    else:
        say(f"{line.name}：{line.state_label['zh']}", f"{line.name}: {line.state_label['en']}")
    return 0


def run_journal(arguments: Namespace) -> int:
    """What happened to alarms."""
    by, site = _ready(arguments)
    from jiqun.actions.desk import desk
    from jiqun.actions.reading import alarm_rows

    page = alarm_rows.journal(desk(), by, site, limit=arguments.alarm, size=arguments.most)
    if arguments.json:
        print_json({"ok": True, "total": page.total, "rows": [asdict(one) for one in page.rows]})
        return 0
    rows = [
        {
            "at": one.at.isoformat(sep=" ", timespec="seconds"), "alarm": one.alarm, "what": one.label.get(lang(), one.name),
            "value": one.value, "by": one.by, "why": one.why,
        }
        for one in page.rows
    ]  # fmt: skip
    print_table(rows, [(name, name) for name in ("at", "alarm", "what", "value", "by", "why")])
    return 0


def run_limits(arguments: Namespace) -> int:
    """Limits of the factory."""
    by, site = _ready(arguments)
    from jiqun.actions.desk import desk
    from jiqun.actions.reading import alarm_rows

    rows = [asdict(one) for one in alarm_rows.limits(desk(), by, site)]
    if arguments.json:
        print_json({"ok": True, "limits": rows})
    else:
        heads = (
            "key",
            "point",
            "name",
            "side",
            "setpoint",
            "deadband",
            "on_delay_s",
            "off_delay_s",
            "priority",
            "enabled",
        )
        print_table(rows, [(name, name) for name in heads])
    return 0


def run_load(arguments: Namespace) -> int:
    """Enter limits and detectors from a file."""
    by, site = _ready(arguments)
    from jiqun.actions import alarm_files
    from jiqun.actions.desk import desk

    opened = desk()
    done = alarm_files.load(opened, site, arguments.file, by=by, at=opened.now())
    if arguments.json:
        print_json({"ok": True, **asdict(done)})
        return 0
    say(
        f"限值 {done.limits} 条，检测 {done.watches} 个；新增或改动 {done.changed} 处",
        f"{done.limits} limits and {done.watches} detectors; {done.changed} new or changed",
    )
    if done.unheard:
        names = " ".join(done.unheard)
        say(f"还没有边缘盒报过的测点：{names}", f"Points no box has told of yet: {names}")
    return 0


def run_warnings(arguments: Namespace) -> int:
    """Warnings and their worth."""
    by, site = _ready(arguments)
    from jiqun.actions.desk import desk
    from jiqun.actions.reading import alarm_rows
    from jiqun.factory.instants import micros_of

    opened = desk()
    page = alarm_rows.warnings(
        opened, by, site, now_us=micros_of(opened.now()), weeks=max(1, arguments.weeks)
    )
    if arguments.json:
        print_json({"ok": True, **asdict(page)})
        return 0
    rows = [
        {
            "number": one.id, "began": one.began_at.isoformat(sep=" ", timespec="seconds"),
            "why": one.words[lang()], "score": f"{one.score:.2f}",
            "open": "" if one.closed_at else "●", "verdict": one.verdict,
        }
        for one in page.rows
    ]  # fmt: skip
    print_table(rows, [(name, name) for name in ("number", "began", "why", "score", "open", "verdict")])
    worth = page.worth
    precision = "未知" if worth.precision is None else f"{worth.precision:.0%}"
    say(
        f"{worth.weeks} 周内 {worth.warnings} 条，评判过 {worth.judged} 条；有用的比例：{precision}",
        f"{worth.warnings} in {worth.weeks} weeks, {worth.judged} judged; useful: "
        + ("unknown" if worth.precision is None else f"{worth.precision:.0%}"),
    )
    return 0


def run_judge(arguments: Namespace) -> int:
    """Say whether a warning was useful."""
    by, site = _ready(arguments)
    from jiqun.actions import drift
    from jiqun.actions.desk import desk
    from jiqun.actions.reading import alarm_rows

    opened = desk()
    told = drift.judge(
        opened, site, arguments.number, arguments.verdict, arguments.why, by=by, at=opened.now()
    )
    if arguments.json:
        print_json({"ok": True, "warning": asdict(alarm_rows.warning_of(told))})
    else:
        say(f"已记下：第 {told.id} 号预警 {told.verdict}", f"Noted: warning {told.id} {told.verdict}")
    return 0


def run_watches(arguments: Namespace) -> int:
    """Detectors of the factory."""
    by, site = _ready(arguments)
    from jiqun.actions.desk import desk
    from jiqun.actions.reading import alarm_rows

    rows: list[dict[str, object]] = [
        {
            "key": one.key, "name": one.name, "points": " ".join(one.points), "every_s": one.every_s,
            "training_s": one.training_s, "learning": one.is_learning, "enabled": one.enabled,
        }
        for one in alarm_rows.watches(desk(), by, site)
    ]  # fmt: skip
    if arguments.json:
        print_json({"ok": True, "watches": rows})
    else:
        heads = ("key", "name", "points", "every_s", "training_s", "learning", "enabled")
        print_table(rows, [(name, name) for name in heads])
    return 0


def run_retrain(arguments: Namespace) -> int:
    """Let a detector learn anew."""
    by, site = _ready(arguments)
    from jiqun.actions import drift
    from jiqun.actions.desk import desk
    from jiqun.factory.instants import micros_of

    opened = desk()
    now = opened.now()
    start, end = (
        None if one is None else micros_of(until_of(one, now)) for one in (arguments.start, arguments.end)
    )
    drift.retrain(opened, site, arguments.key, by=by, at=now, from_us=start, to_us=end)
    if arguments.json:
        print_json({"ok": True, "watch": arguments.key})
    else:
        say(f"{arguments.key}：重新学习；学会之前未知", f"{arguments.key}: learns anew; unknown until it has")
    return 0


def until_of(text: str, now: datetime) -> datetime:
    """An instant (2026-11-22 18:30) or a span from now (90m, 2h); InputError alarm.bad_until."""
    from jiqun.factory.instants import instant, moment

    span = SPAN.fullmatch(text.strip())
    if span:
        hours = span[2] in ("h", "小时")
        return now + (timedelta(hours=int(span[1])) if hours else timedelta(minutes=int(span[1])))
    found = instant(text)
    if found is None:
        raise InputError("alarm.bad_until", seen=text[:40], allowed="90m, 2h, 2026-11-22 18:30")
    return moment(found)


def _ready(arguments: Namespace) -> "tuple[Actor, str]":
    """Set up; who acts, and which factory is meant: the one named, or the only one there is."""
    from jiqun.cli import django

    django.setup()
    by = django.actor_named(arguments.account)
    if arguments.site:
        return by, str(arguments.site)
    from jiqun.actions.reading.factories import visible

    found = [one.key for one in visible(by)]
    if len(found) != 1:
        raise InputError("alarm.which_factory", seen="", allowed=" ".join(found)[:200])
    return by, found[0]


def _shown(one: "AlarmLine") -> dict[str, object]:
    raised = "" if one.raised_at is None else one.raised_at.isoformat(sep=" ", timespec="seconds")
    limit = f"{'≥' if one.side == 'high' else '≤'} {one.setpoint:g}"
    return {
        "!": "●" if one.annunciates else "", "priority": one.priority, "key": one.key, "name": one.name,
        "state": one.state_label[lang()], "value": one.value, "limit": limit,
        "raised": raised, "do": one.response if one.annunciates else "",
    }  # fmt: skip
