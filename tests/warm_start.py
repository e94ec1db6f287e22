"""Commands without the second a cold interpreter takes: each is a fork of one process that has imported what they share.

A fork is a process of its own: its environment, streams, exit code and settings are those of a command started by hand.
What is imported beforehand knows nothing of a home; Django, ledger and actions ask the settings when they need one, and
the settings are read anew in the fork. A command that must show what it imports is started cold (`House.start`).
Run as a program this file is that process: one JSON order per line in, one exit code per line out.
"""

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

TIMEOUT_S = 300
ROOMS = ("core", "rules", "exchange", "factory", "chain", "brain", "lake", "ledger", "actions", "cli")
LIBRARIES = (
    "django.views.debug", "django.db.backends.sqlite3.base", "django.core.management.commands.migrate", "pydantic.main",
    "openpyxl", "python_calamine", "xlsxwriter",
)  # fmt: skip
LANGUAGES = {"zh": "zh-hans", "en": "en"}
ROUNDS = 1_000
"""Rounds of a password's hash in tests: the same way of hashing as in the product, which takes a thousand times as many."""


def hash_quickly() -> None:
    """Let this process, and what it forks, hash passwords in milliseconds."""
    from django.contrib.auth.hashers import PBKDF2PasswordHasher

    PBKDF2PasswordHasher.iterations = ROUNDS


class Warm:
    """The waiting process, started with the first command that is run."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def run(
        self, words: Sequence[str], environment: Mapping[str, str], stdin: str = ""
    ) -> tuple[int, str, str]:
        """Run `jiqun` with these words; gives exit code, what it printed and what it complained of."""
        with tempfile.TemporaryDirectory(prefix="jiqun-warm-") as folder:
            files = {name: Path(folder) / name for name in ("in", "out", "err")}
            files["in"].write_text(stdin, encoding="utf-8")
            order = {
                "words": list(words), "environment": dict(environment), "folder": str(Path.cwd()),
                **{name: str(path) for name, path in files.items()},
            }  # fmt: skip
            code = self._ask(json.dumps(order))
            return code, *(files[name].read_bytes().decode("utf-8") for name in ("out", "err"))  # type: ignore[return-value]

    def _ask(self, order: str) -> int:
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            atexit.register(self.process.terminate)
        assert self.process.stdin is not None and self.process.stdout is not None
        guard = threading.Timer(TIMEOUT_S, self.process.kill)
        guard.start()
        try:
            self.process.stdin.write(order + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        finally:
            guard.cancel()
        if not answer:
            self.process = None
            raise AssertionError(f"no answer within {TIMEOUT_S} s: {order[:300]}")
        return int(answer)


def prepare() -> None:
    """Import what commands share; no connection is opened and no file of a home read."""
    import importlib
    import pkgutil

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiqun.settings")
    django.setup()
    for name in LIBRARIES:
        importlib.import_module(name)
    hash_quickly()
    for room in ROOMS:
        package = importlib.import_module(f"jiqun.{room}")
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if "spark" not in module.name and ".migrations." not in module.name:
                importlib.import_module(module.name)


def settle(words: Sequence[str]) -> None:
    """In the fork: settings, and Django's view of them, are those of this command's environment and words."""
    import importlib

    from asgiref.local import Local
    from django.conf import empty
    from django.conf import settings as kept
    from django.db import connections

    from jiqun import settings

    opened = [one for one in connections.all(initialized_only=True) if one.connection is not None]
    assert not opened, "a connection of the ledger is open before the fork"
    named = dict(pairwise(words))
    if home := named.get("--home"):
        os.environ["JIQUN_HOME"] = str(Path(home).resolve())
    if lang := LANGUAGES.get(named.get("--lang", "")):
        os.environ["JIQUN_LANG"] = lang
    importlib.reload(settings)
    kept._wrapped = empty
    connections._settings = None
    connections.__dict__.pop("settings", None)
    connections._connections = Local(connections.thread_critical)


def serve() -> None:
    """Take orders until the input ends."""
    import gc

    answers = os.dup(1)
    prepare()
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(obey(json.loads(line)))
        _, status = os.waitpid(child, 0)
        os.write(answers, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    gc.unfreeze()  # what stays frozen to the end is told as leaked by DuckDB


def obey(order: Mapping[str, object]) -> int:
    """In the fork: take on the order's environment and streams, and be the command."""
    for number, name in enumerate(("in", "out", "err")):
        os.dup2(os.open(str(order[name]), os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY, 0o600), number)
    os.chdir(str(order["folder"]))
    os.environ.clear()
    os.environ.update(order["environment"])  # type: ignore[arg-type]
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    sys.argv = ["jiqun", *order["words"]]  # type: ignore[misc]
    settle(order["words"])  # type: ignore[arg-type]
    from jiqun.cli.main import main

    try:
        code = main(order["words"])  # type: ignore[arg-type]
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    serve()
