"""规则包命令: `jiqun packs list|check|show|diff`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from jiqun.cli.output import lang, print_json, print_table, say
from jiqun.core.errors import InputError, NotFound, PackErrors, RowError

if TYPE_CHECKING:
    from jiqun.rules.cases import Checked
    from jiqun.rules.pack import Pack


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add `packs`."""
    verbs = commands.add_parser("packs", help="policies as rule packs").add_subparsers(
        dest="what", required=True
    )
    listed = verbs.add_parser(
        "list", parents=[shared], help="the packs with their versions, dates and confidence"
    )
    listed.set_defaults(run=run_list)
    check = verbs.add_parser("check", parents=[shared], help="read every pack and run every case")
    check.add_argument(
        "key",
        nargs="?",
        default="",
        metavar="KEY|FOLDER",
        help="one pack, the folder of a draft, or a folder of packs",
    )
    check.set_defaults(run=run_check)
    show = verbs.add_parser("show", parents=[shared], help="one pack: documents, clauses, what is left out")
    show.add_argument("key", metavar="KEY")
    show.add_argument("--on", metavar="DATE", help="the version of that day; all versions when left out")
    show.add_argument("--kind", choices=("new", "re_review"), default="new", help="kind of application")
    show.set_defaults(run=run_show)
    diff = verbs.add_parser("diff", parents=[shared], help="what differs between two days of a pack")
    diff.add_argument("key", metavar="KEY")
    diff.add_argument("--from", dest="before", required=True, metavar="DATE", help="the earlier day")
    diff.add_argument("--to", dest="after", required=True, metavar="DATE", help="the later day")
    diff.add_argument("--kind", choices=("new", "re_review"), default="new", help="kind of application")
    diff.set_defaults(run=run_diff)
    for verb in (listed, check, show, diff):
        verb.add_argument("--json", action="store_true", help="print one JSON object")


def run_list(arguments: Namespace) -> int:
    """List the packs."""
    from jiqun.rules.reader import read_all

    rows = [
        {
            "key": pack.key, "name": getattr(pack.label, lang()), "version": one.key, "from": one.starts.isoformat(),
            "to": one.ends.isoformat() if one.ends else "", "confidence": one.confidence,
            "document": getattr(pack.source.document(one.document), "number", ""),
        }
        for pack in read_all(_root()).values()
        for one in pack.versions
    ]  # fmt: skip
    if arguments.json:
        print_json({"ok": True, "packs": rows})
        return 0
    print_table(
        rows, [(name, name) for name in ("key", "version", "from", "to", "confidence", "name", "document")]
    )
    return 0


def run_check(arguments: Namespace) -> int:
    """Check packs and their cases; every error of all of them at once."""
    from jiqun.rules.cases import check_pack
    from jiqun.rules.left_out import policies_left_out

    checked: list[Checked] = []
    errors: list[RowError] = []
    if not arguments.key:
        try:
            policies_left_out(_root())
        except PackErrors as error:
            errors.extend(error.errors)
    for folder in _folders(arguments.key):
        try:
            checked.append(check_pack(folder, _root()))
        except PackErrors as error:
            errors.extend(error.errors)
    if errors:
        raise PackErrors(errors)
    rows = [
        {"key": one.pack.key, "versions": len(one.pack.versions), "cases": len(one.results)}
        for one in checked
    ]
    if arguments.json:
        print_json({"ok": True, "packs": rows})
        return 0
    print_table(rows, [(name, name) for name in ("key", "versions", "cases")])
    cases = sum(len(one.results) for one in checked)
    say(
        f"规则包 {len(rows)} 个，案例 {cases} 个，全部通过",
        f"{len(rows)} packs, {cases} cases, all as expected",
    )
    return 0


def run_show(arguments: Namespace) -> int:
    """Show one pack."""
    from jiqun.rules.showing import pack_object, pack_text

    pack = _pack(arguments.key)
    versions = (pack.version_on(_day(arguments.on), arguments.kind),) if arguments.on else pack.versions
    if arguments.json:
        print_json({"ok": True, **pack_object(pack, versions)})
    else:
        print(pack_text(pack, versions, lang()))
    return 0


def run_diff(arguments: Namespace) -> int:
    """Show what changes between two days: clauses that come, go or differ, and parameters."""
    from jiqun.rules.showing import differences

    pack = _pack(arguments.key)
    days = _day(arguments.before), _day(arguments.after)
    before, after = (pack.version_on(day, arguments.kind) for day in days)
    rows = [
        {"what": one.what, "before": one.before, "after": one.after}
        for one in differences(pack, before, after, days=days, lang=lang())
    ]
    if arguments.json:
        print_json({"ok": True, "key": pack.key, "from": before.key, "to": after.key, "differences": rows})
        return 0
    say(f"{pack.key}：{before.key} → {after.key}", f"{pack.key}: {before.key} → {after.key}")
    print_table(rows, [(name, name) for name in ("what", "before", "after")])
    return 0


def _root() -> Path:
    from jiqun import settings

    return settings.PACKS_DIR


def _folders(key: str) -> list[Path]:
    """The folders to check: all packs, one by its key, a draft somewhere else, or every draft of a folder."""
    root = _root()
    if not key:
        return [path.parent for path in sorted(root.rglob("rule.toml"))]
    for folder in (root / key, Path(key)):
        if (folder / "rule.toml").is_file():
            return [folder]
        drafts = [path.parent for path in sorted(folder.rglob("rule.toml"))]
        if drafts:
            return drafts
    raise NotFound("rule.no_pack", seen=key, allowed=" ".join(_keys()))


def _pack(key: str) -> "Pack":
    from jiqun.rules.reader import read_pack

    return read_pack(_folders(key or "—")[0], _root())


def _keys() -> list[str]:
    root = _root()
    return [path.parent.relative_to(root).as_posix() for path in sorted(root.rglob("rule.toml"))]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("rule.bad_day", seen=text, allowed="2026-06-01") from None
