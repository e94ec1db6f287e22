"""A register to match against where the real one is absent: seeded, as large, with names put together as real ones."""

import csv
import gzip
import random
from pathlib import Path

from benchmarks.matching_noise import LOOK_ALIKES, TRADES
from benchmarks.measure import ROOT
from benchmarks.register import COLUMNS, REAL, ROWS
from jiqun.core import uscc

SEED = 415
FORMS = ("有限公司",) * 7 + ("厂", "厂", "有限责任公司", "股份有限公司", "公司", "集团有限公司")


def matching_register(folder: Path, rows: int = ROWS) -> tuple[Path, str]:
    """Path of the register and what it is."""
    if REAL.is_file() and rows == ROWS:
        return REAL, "real register"
    path = folder / f"matching-register-{rows}.csv.gz"
    if not path.is_file():
        _write(path, rows)
    return path, f"synthetic register, seed {SEED}"


def _write(path: Path, rows: int) -> None:
    chance = random.Random(SEED)
    with (ROOT / "packs" / "codes" / "regions.csv").open(encoding="utf-8", newline="") as file:
        regions = list(csv.DictReader(file))
    cities = {row["code"]: row["short_zh"] for row in regions if row["level"] == "city"}
    counties = [row for row in regions if row["level"] == "county"]
    signs = sorted(LOOK_ALIKES)
    names: set[str] = set()
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        while len(names) < rows:
            county = chance.choice(counties)
            city = cities[county["parent"]]
            inner = city + county["short_zh"]
            front = chance.choice((county["name_zh"], county["name_zh"], city, city + "市", inner, "浙江"))
            brand = "".join(chance.sample(signs, chance.choice((2, 2, 2, 3))))
            trade = chance.choice(TRADES) + (chance.choice(TRADES) if chance.random() < 0.2 else "")
            name = front + brand + trade + chance.choice(FORMS)
            if name not in names:
                names.add(name)
                body = f"91{county['code']}{len(names):09d}"
                address = f"{county['name_zh']}{chance.choice(signs)}{chance.choice(signs)}路{chance.randint(1, 999)}号"
                day = f"{chance.randint(1985, 2004)}-03-1{chance.randint(0, 9)}"
                code, capital = body + uscc.check_character(body), f"{chance.randint(10, 900)}"
                writer.writerow(
                    (name, code, day, "", capital, "万元人民币", "", "浙江", city, county["code"], address)
                )
