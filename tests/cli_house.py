"""Homes for tests of the command line: every command is a process of its own, `jiqun --home …`.

`run` forks it from a warm interpreter (see warm_start); `start` and `kill_when` start it cold, as a person would.
"""

import csv
import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
from warm_start import Warm

from jiqun.core.uscc import check_character
from jiqun.lake.store import Lake

FACT_COLUMNS = (
    "subject", "indicator", "period", "period_inferred", "value", "value_high", "bound", "value_text", "unit", "kind",
    "scope", "breakdown", "status", "attributed_to", "source", "locator", "quote", "note",
)  # fmt: skip
FIRM_COLUMNS = ("企业名称", "统一社会信用代码", "地址", "成立日期", "注册资本")
WARM = Warm()


@dataclass(frozen=True)
class Answer:
    """What a command did: exit code, what it printed, what it complained of."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        """Its answer under --json."""
        return orjson.loads(self.out)


@dataclass(frozen=True)
class House:
    """One home and the commands run on it; `database` is the URL of its ledger where that is not SQLite."""

    home: Path
    database: str = ""

    def run(self, *words: object, code: int | None = 0, stdin: str = "", **environment: str) -> Answer:
        """Run a command; fails the test when its exit code is another (None takes any)."""
        answer = Answer(*WARM.run(words_of(self.home, *words), self.environment() | environment, stdin))
        if code is not None:
            assert answer.code == code, (
                f"{words}: exit {answer.code}\n{answer.out[-1500:]}\n{answer.err[-3000:]}"
            )
        assert "Traceback" not in answer.err, f"{words}:\n{answer.err[-3000:]}"
        return answer

    def json(self, *words: object, code: int | None = 0, **environment: str) -> dict[str, object]:
        """Run a command with --json and give the object it prints."""
        return self.run(*words, "--json", code=code, **environment).json

    def environment(self) -> dict[str, str]:
        """What its commands find in their environment."""
        return clean_environment() | ({"JIQUN_DATABASE_URL": self.database} if self.database else {})

    def copy(self, target: Path) -> "House":
        """The same home again, for a test to change."""
        shutil.copytree(self.home, target)
        return House(target)

    def start(self, *words: object) -> "subprocess.Popen[bytes]":
        """Start a command without waiting for it."""
        return subprocess.Popen(
            command(self.home, *words),
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def kill_when(self, due: Callable[[float], bool], *words: object) -> bool:
        """Start a command and kill -9 it as soon as `due(seconds since its start)`; False when it ended before."""
        child = self.start(*words)
        started = time.monotonic()
        while child.poll() is None:
            if due(time.monotonic() - started):
                child.send_signal(signal.SIGKILL)
                child.wait()
                child.stderr.close()  # type: ignore[union-attr]
                return True
            time.sleep(0.002)
        _, told = child.communicate()
        assert child.returncode == 0, told.decode()[-2000:]
        return False

    def count(self, sql: str) -> int:
        """A count asked of the ledger's own file."""
        with sqlite3.connect(f"file:{self.home / 'ledger.sqlite3'}?mode=ro", uri=True) as ledger:
            return int(ledger.execute(sql).fetchone()[0])

    def lake_rows(self, sql: str) -> list[tuple[object, ...]]:
        """A question asked of the lake; {facts}, {registrations}, {quarantine}, {batches} stand for the tables."""
        lake = Lake(self.home / "lake", threads=2)
        try:
            names = ("facts", "registrations", "quarantine", "batches")
            return lake.run(sql.format(**{name: lake.table_sql(name) for name in names}))
        finally:
            lake.close()

    def files(self) -> dict[str, int]:
        """Every file of the home with its size, locks and the database's own side files apart."""
        return {
            path.relative_to(self.home).as_posix(): path.stat().st_size
            for path in sorted(self.home.rglob("*"))
            if path.is_file() and not path.name.endswith((".lock", "-wal", "-shm"))
        }


def command(home: Path, *words: object) -> list[str]:
    """The words of a command on a home."""
    return [sys.executable, "-m", "jiqun", *words_of(home, *words)]


def words_of(home: Path, *words: object) -> list[str]:
    """What stands behind `jiqun` in a command on a home."""
    return ["--home", str(home), *map(str, words)]


def clean_environment() -> dict[str, str]:
    """The environment without what would lead a command to another home or database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JIQUN_", "DJANGO_"))}
    return kept | {"JIQUN_LANG": "en", "PYTHONIOENCODING": "utf-8"}


def code_of(number: int, region: str = "330624") -> str:
    """A made-up, well-formed credit code."""
    body = f"91{region}MA9{number:06d}"
    return body + check_character(body)


def firm(number: int, **changed: str) -> tuple[str, ...]:
    """One row of an enterprise list."""
    row = dict(zip(FIRM_COLUMNS, (
        f"新昌县测试{number:04d}号轴承有限公司", code_of(number), f"浙江省绍兴市新昌县七星街道测试路{number}号",
        "2001-02-03", "100",
    ), strict=True))  # fmt: skip
    return tuple((row | changed)[name] for name in FIRM_COLUMNS)


def fact(**changed: str) -> dict[str, str]:
    """One row of a fact table."""
    row = dict.fromkeys(FACT_COLUMNS, "") | {
        "subject": "region:330624", "indicator": "gdp", "period": "2023", "period_inferred": "0", "value": "500",
        "bound": "=", "unit": "亿元", "kind": "level", "status": "actual", "locator": "L1",
    }  # fmt: skip
    return row | changed


def table(
    path: Path, rows: Sequence[Sequence[str]], columns: Sequence[str] = FIRM_COLUMNS, *, encoding: str = "utf-8",
    delimiter: str = ",",
) -> Path:  # fmt: skip
    """Write a delimited file."""
    text = io.StringIO()
    out = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    out.writerow(columns)
    out.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def facts_file(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """Write a fact table."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return table(path, [[row.get(name, "") for name in columns] for row in rows], columns)
