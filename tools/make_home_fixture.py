"""Make the fixture of a home of this version, for the upgrade tests of every version after it.

    python tools/make_home_fixture.py        # writes tests/fixtures/homes/<version>/

Run it once, when a version is released; it is never made anew afterwards. The home is small and made of real commands:
an enterprise list with a row in quarantine, facts with a correction, a batch taken back, an account, an export.
`home.zip` is the folder as it lies on the disk, `backup.zip` what `jiqun backup --portable` wrote of it, and
`expected.json` what it answered.
"""

import json
import shutil
import sqlite3
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from cli_house import House, fact, facts_file, firm, table  # noqa: E402 (the path is set just above)

import jiqun  # noqa: E402

FIXTURES = ROOT / "tests" / "fixtures" / "homes"
QUESTIONS = {
    "gdp": ("facts", "region:330624", "--indicator", "gdp"),
    "gdp_then": ("facts", "region:330624", "--indicator", "gdp", "--as-of", "2024-03-01"),
    "search": ("subjects", "search", "测试0002号"),
    "batches": ("batches", "list"),
    "accounts": ("accounts", "list"),
}


def live(house: House, folder: Path) -> None:
    """Do to a home what an office does in its first week."""
    house.run("init")
    rows = [firm(number) for number in range(6)]
    rows[5] = firm(5, 统一社会信用代码="12345")
    house.json("import", "enterprises", table(folder / "list.csv", rows), "--source", "list")
    house.json(
        "import", "enterprises", table(folder / "more.csv", [firm(1, 注册资本="250")]), "--source", "list"
    )
    early = fact(value="500") | {"recorded_at": "2024-03-01T09:00:00+08:00"}
    house.json("import", "facts", facts_file(folder / "early.csv", [early]), "--source", "yearbook")
    house.json(
        "import", "facts", facts_file(folder / "late.csv", [fact(value="512")]), "--source", "yearbook"
    )
    wrong = facts_file(folder / "wrong.csv", [fact(subject="region:330683", value="1")])
    batch = house.json("import", "facts", wrong, "--source", "yearbook")["batch_id"]
    house.json("batches", "undo", batch)
    house.json(
        "accounts",
        "create",
        "zhang",
        "--name",
        "张三",
        "--role",
        "county_officer",
        "--scope",
        "region:330624",
    )


def packed(home: Path, path: Path) -> None:
    """Zip a home as it lies there, its database in one file."""
    with sqlite3.connect(home / "ledger.sqlite3") as ledger:
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ledger.execute("PRAGMA journal_mode = DELETE")
    ledger.close()
    vacuum = sqlite3.connect(home / "ledger.sqlite3")
    vacuum.execute("VACUUM")
    vacuum.close()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for item in sorted(home.rglob("*")):
            if item.is_file() and item.suffix != ".lock":
                archive.write(item, item.relative_to(home).as_posix())


def main() -> int:
    """Make the fixture of this version."""
    target = FIXTURES / ".".join(jiqun.__version__.split(".")[:2])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        house = House(folder / "home")
        live(house, folder)
        answers = {key: house.json(*words) for key, words in QUESTIONS.items()}
        (target / "expected.json").write_text(
            json.dumps(answers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        house.json("backup", folder / "backup.zip", "--portable")
        shutil.copyfile(folder / "backup.zip", target / "backup.zip")
        packed(house.home, target / "home.zip")
    for path in sorted(target.iterdir()):
        print(f"{path.relative_to(ROOT)}  {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
