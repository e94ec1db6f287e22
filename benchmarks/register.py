"""The register to measure with: the real one where it is present, else a seeded synthetic one of the same size."""

import csv
import gzip
import random
from pathlib import Path

from benchmarks.measure import SHARED
from jiqun.core import uscc

ROWS = 84_476
REAL = SHARED / "zj_enterprise_register" / "zj_enterprises_1980_2004.csv.gz"
COLUMNS = ("name", "uscc", "reg_date", "type", "capital", "capital_unit", "scope", "province", "city",
           "reg_authority_code", "address")  # fmt: skip
PLACES = (
    ("330624", "绍兴", "新昌县七星街道"),
    ("330281", "宁波", "余姚市阳明街道"),
    ("331081", "台州", "温岭市太平街道"),
    ("330382", "温州", "乐清市柳市镇"),
    ("330782", "金华", "义乌市稠城街道"),
    ("330483", "嘉兴", "桐乡市崇福镇"),
)
TRADES = ("轴承", "纺织", "阀门", "电器", "模具", "五金", "化纤", "服饰", "机械", "塑料")
CHARACTERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


def register(folder: Path) -> tuple[Path, str]:
    """Path of the register and what it is."""
    if REAL.is_file():
        return REAL, "real register"
    path = folder / "register.csv.gz"
    if not path.is_file():
        _write(path)
    return path, "synthetic register, seed 415"


def _write(path: Path) -> None:
    chance = random.Random(415)
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for n in range(ROWS):
            code, city, place = chance.choice(PLACES)
            body = f"91{code}{n:09d}"
            brand = "".join(chance.choices(CHARACTERS, k=4))
            capital = f"{chance.lognormvariate(5, 1):.2f}" if chance.random() < 0.7 else ""
            writer.writerow(
                (f"合成{place[:2]}{brand}{chance.choice(TRADES)}有限公司{n}", body + uscc.check_character(body),
                 f"{chance.randint(1985, 2004)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}", "有限责任公司",
                 capital, "万元人民币" if capital else "", "制造、加工", "浙江", city, code, f"{place}工业路{n % 900}号")
            )  # fmt: skip
