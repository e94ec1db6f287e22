"""命令树 the command tree: parse, set the home, call one verb, print its answer or its error.

Exit codes: 0 done, 1 a defect of ours, 2 wrong words on the command line, 10–15 the families of `core.errors`,
130 stopped by the person (Ctrl-C; run the command again to finish).
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import jiqun
from jiqun.cli.faults import translated
from jiqun.cli.output import print_error
from jiqun.core.errors import JiqunError

VERBS = (
    "up",
    "home",
    "imports",
    "templates",
    "batches",
    "questions",
    "exports",
    "matching",
    "dedupe",
    "engine",
    "accounts",
    "backups",
    "objections",
    "sources",
    "collections",
    "packs",
    "judging",
    "edge",
    "plant",
    "recognising",
    "factory",
    "readings",
    "intake",
    "alarms",
)

INTERRUPTED = "Query interrupted"  # what DuckDB makes of Ctrl-C while it works


def build_parser() -> argparse.ArgumentParser:
    """The whole tree; each module of `VERBS` adds its verbs with `add(commands)`."""
    parser = argparse.ArgumentParser(
        prog="jiqun", description="集群 jiqun: an open industry brain for manufacturing clusters."
    )
    parser.add_argument("--version", action="version", version=f"jiqun {jiqun.__version__}")
    shared = argparse.ArgumentParser(add_help=False)
    for target, default in ((parser, None), (shared, argparse.SUPPRESS)):
        target.add_argument("--home", default=default, metavar="DIR", help="data folder (or JIQUN_HOME)")
        target.add_argument("--lang", default=default, choices=["zh", "en"], help="language of messages")
    commands = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name in VERBS:
        importlib.import_module(f"jiqun.cli.{name}").add(commands, shared)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = build_parser().parse_args(argv)
    if arguments.home:
        os.environ["JIQUN_HOME"] = str(Path(arguments.home).resolve())
    if arguments.lang:
        os.environ["JIQUN_LANG"] = {"zh": "zh-hans", "en": "en"}[arguments.lang]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiqun.settings")
    try:
        return arguments.run(arguments) or 0
    except JiqunError as error:
        print_error(error, as_json=getattr(arguments, "json", False))
        return error.exit_code
    except KeyboardInterrupt:
        return _stopped()
    except BrokenPipeError:
        return 0
    except RuntimeError as error:
        if str(error) != INTERRUPTED:
            raise
        return _stopped()
    except Exception as error:
        known = translated(error)
        if known is None:
            raise
        print_error(known, as_json=getattr(arguments, "json", False))
        return known.exit_code


def _stopped() -> int:
    print(
        "\n已停止；再运行一次同样的命令即可接着完成。 Stopped; run the same command again to finish.",
        file=sys.stderr,
    )
    return 130


if __name__ == "__main__":
    sys.exit(main())
