"""Server time of the pages with the whole register and a million facts: median and 95th percentile.

Requests go through Django's own handler in one warm process (middleware, session, permission checks, template), as an
administrator and as a county officer, over many different subjects, clusters, indicators and search words.
"""

import random
import sys
from pathlib import Path

from benchmarks.measure import child, cli, line, median, p95, report
from benchmarks.register import ROWS, register

VISITS = 60
WORDS = ("轴承", "纺织", "阀门", "新昌", "机械厂", "有限公司", "91330624", "电器", "龙", "浙江五洲")


def main(folder: Path) -> None:
    """Build the big home once, then measure each page."""
    home = folder / "big"
    path, which = register(folder)
    if not home.exists():
        cli(home, "init", "--json")
        cli(home, "example", "--json")
        cli(home, "import", "enterprises", str(path), "--source", "register", "--json")
        child("pages", "fill", str(home))
    told = child("pages", "measure", str(home))
    for name in (
        "overview",
        "clusters",
        "cluster",
        "indicator",
        "profile",
        "enterprise",
        "search",
        "map",
        "document",
    ):
        line(f"page_{name}", enterprises=ROWS, register=which, facts=told["facts"], visits=VISITS,
             median_ms=told[f"{name}_median"], p95_ms=told[f"{name}_p95"], aim="p95 <= 100 ms")  # fmt: skip
    line("pages_memory", peak_mb=told["peak_mb"])


def fill(home: str) -> None:
    """The million facts on top of the example and the register, tidied as the worker does when it starts."""
    from benchmarks.million import PACKS
    from benchmarks.million import fill as fill_facts
    from jiqun.core.regions import Regions
    from jiqun.lake.catalogue import TABLES
    from jiqun.lake.store import Lake

    counties = [region.code for region in Regions.load(PACKS / "codes").counties()]
    made = fill_facts(Lake(Path(home) / "lake", memory_limit="2GB", threads=2), counties)
    lake = Lake(Path(home) / "lake", memory_limit="2GB", threads=2)
    for name in TABLES:
        lake.compact_if_many(name, most=2)
    lake.close()
    report(facts=made)


def measure(home: str) -> None:
    """Visit every page many times in this process."""
    import os
    import time

    os.environ["JIQUN_HOME"], os.environ["DJANGO_SETTINGS_MODULE"] = home, "jiqun.settings"
    import django

    django.setup()
    from django.test import Client

    from benchmarks.million import PACKS, indicators
    from jiqun.actions.desk import desk
    from jiqun.core.regions import Regions
    from jiqun.ledger import accounts

    opened = desk()
    user = accounts.find("bench") or accounts.create_user("bench", "Bench-mark-415X-pass", at=opened.now())
    accounts.grant(user.id, "administrator", by="bench", at=opened.now())
    client = Client(SERVER_NAME="127.0.0.1")
    answer = client.post("/login/", {"username": "bench", "password": "Bench-mark-415X-pass"})
    if answer.status_code not in (302, 303):
        raise SystemExit(f"login answered {answer.status_code}")
    chance = random.Random(415)
    counties = [region.code for region in Regions.load(PACKS / "codes").counties()]
    codes = [
        row[0]
        for row in opened.lake.run(
            f"SELECT uscc FROM {opened.lake.table_sql('registrations')} WHERE uscc <> '' LIMIT 5000"
        )
    ]
    clusters = (
        "415x",
        "modern_textile",
        "smart_electric",
        "biomedicine",
        "high_end_software",
        "fine_chemicals",
    )
    keys = indicators()
    addresses = {
        "overview": lambda: "/",
        "clusters": lambda: "/clusters/",
        "cluster": lambda: f"/clusters/{chance.choice(clusters)}/",
        "indicator": lambda: f"/indicators/{chance.choice(keys)}/",
        "profile": lambda: f"/subjects/region:{chance.choice(counties)}/",
        "enterprise": lambda: f"/subjects/enterprise:{chance.choice(codes)}/",
        "search": lambda: f"/subjects/?q={chance.choice(WORDS)}",
        "map": lambda: f"/map/?indicator={chance.choice(keys)}&year={chance.randint(2005, 2024)}",
        "document": lambda: "/sources/002/",
    }
    told: dict[str, float] = {}
    for name, address in addresses.items():
        times = []
        for visit in range(VISITS + 3):
            started = time.perf_counter()
            answer = client.get(address())
            took = (time.perf_counter() - started) * 1000
            if answer.status_code != 200:
                raise SystemExit(f"{name}: {answer.status_code}")
            if visit >= 3:
                times.append(took)
        told |= {f"{name}_median": median(times, 1), f"{name}_p95": p95(times, 1)}
    facts = opened.lake.run(f"SELECT count(*) FROM {opened.lake.table_sql('facts')}")[0][0]
    report(facts=facts, **told)


if __name__ == "__main__":
    {"fill": fill, "measure": measure}[sys.argv[1]](sys.argv[2])
