"""提问命令: `jiqun facts`, `jiqun why`, `jiqun subjects search`."""

from argparse import ArgumentParser, Namespace, _SubParsersAction
from typing import Any

from jiqun.cli.output import lang, print_json, print_table
from jiqun.core.errors import InputError

COLUMNS = ("id", "who", "what", "when", "number", "unit", "scope", "status", "source", "locator")


def add(commands: "_SubParsersAction[ArgumentParser]", shared: ArgumentParser) -> None:
    """Add the questions."""
    facts = commands.add_parser("facts", parents=[shared], help="facts of a subject or of a document")
    facts.add_argument(
        "subject", nargs="?", help="for example region:330624, cluster:415x, enterprise:<code or name>"
    )
    facts.add_argument("--document", metavar="KEY", help="all facts of a document, in reading order")
    facts.add_argument("--indicator", metavar="KEY")
    facts.add_argument("--as-of", metavar="DAY", help="what was known on that day (or instant)")
    facts.add_argument("--json", action="store_true", help="print one JSON object")
    facts.set_defaults(run=run_facts)
    why = commands.add_parser("why", parents=[shared], help="what a fact rests on")
    why.add_argument("fact", metavar="FACT_ID")
    why.add_argument("--json", action="store_true", help="print one JSON object")
    why.set_defaults(run=run_why)
    subjects = commands.add_parser("subjects", help="subjects of the ledger").add_subparsers(
        dest="what", required=True
    )
    search = subjects.add_parser("search", parents=[shared], help="find subjects by name or code")
    search.add_argument("text")
    search.add_argument("--kind")
    search.add_argument("--limit", type=int, default=20)
    search.add_argument("--json", action="store_true", help="print one JSON object")
    search.set_defaults(run=run_search)


def run_facts(arguments: Namespace) -> int:
    """Print facts."""
    from jiqun.cli import django

    if not (arguments.subject or arguments.document or arguments.indicator):
        raise InputError("cli.nothing_asked", allowed="SUBJECT, --document KEY, --indicator KEY")
    django.setup()
    from jiqun.actions import questions
    from jiqun.actions.desk import desk

    rows = questions.facts_of(
        desk(), django.cli_actor(), subject=arguments.subject, indicator=arguments.indicator,
        document=arguments.document, as_of=questions.parse_as_of(arguments.as_of),
    )  # fmt: skip
    if arguments.json:
        print_json({"ok": True, "count": len(rows), "as_of": arguments.as_of, "facts": rows})
        return 0
    print_table([_line(row) for row in rows], [(name, name) for name in COLUMNS])
    return 0


def _line(row: dict[str, Any]) -> dict[str, object]:
    hedge = "" if row["bound"] == "=" else row["bound"]
    return row | {
        "who": row["subject_label"][lang()] or row["subject"],
        "what": row["indicator_label"].get(lang(), row["indicator"]),
        "when": row["period_label"][lang()],
        "number": f"{hedge}{row['value'] or row['value_text']}",
    }


def run_why(arguments: Namespace) -> int:
    """Print what a fact rests on."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import questions
    from jiqun.actions.desk import desk

    told = questions.why(desk(), django.cli_actor(), arguments.fact)
    if arguments.json:
        print_json({"ok": True, **told})
        return 0
    for part in ("fact", "indicator", "source", "batch"):
        print(f"[{part}]")
        for name, value in (told[part] or {}).items():
            if value not in (None, "", False):
                print(f"  {name:<16} {value}")
    for step in told["steps"]:
        print(f"  {step['en'] if lang() == 'en' else step['zh']}: {step['value']} {step['unit']}")
    return 0


def run_search(arguments: Namespace) -> int:
    """Print subjects that answer to a text."""
    from jiqun.cli import django

    django.setup()
    from jiqun.actions import questions

    rows = questions.find_subjects(
        django.cli_actor(), arguments.text, kind=arguments.kind, limit=arguments.limit
    )
    if arguments.json:
        print_json({"ok": True, "count": len(rows), "subjects": rows})
    else:
        print_table(rows, [("key", "key"), ("label_zh", "label"), ("region", "region")])
    return 0
