"""Memory of server and worker after twenty page views, as proportional set size, per process; and of the merger.

Started as a user would: `jiqun up` on a new home with the example. Linux only (reads /proc/<pid>/smaps_rollup).
"""

import http.cookiejar
import re
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path

from benchmarks.measure import ROOT, line

sys.path.insert(0, str(ROOT / "tools"))

PAGES = ("/", "/clusters/", "/clusters/415x/", "/map/", "/indicators/", "/indicators/revenue/", "/subjects/?q=%E7%BA%BA",
         "/subjects/region:330603/", "/projects/", "/sources/002/")  # fmt: skip


def main(folder: Path) -> None:
    """Start, look at twenty pages, read the memory."""
    from screens import running_system

    with running_system(folder / "memory") as (address, accounts):
        opener = _signed_in(address, accounts["demo-admin"])
        for page in (*PAGES, *PAGES):
            opener.open(address + page).read()
        time.sleep(1)
        processes = _family()
        line("memory_after_20_pages", total_pss_mb=round(sum(processes.values()), 1), aim="<= 350 MB",
             processes={name: round(size, 1) for name, size in processes.items()})  # fmt: skip


def _signed_in(address: str, password: str) -> urllib.request.OpenerDirector:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = opener.open(f"{address}/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None
    form = {"username": "demo-admin", "password": password, "csrfmiddlewaretoken": token[1]}
    request = urllib.request.Request(
        f"{address}/login/", urllib.parse.urlencode(form).encode(), {"Referer": f"{address}/login/"}
    )
    opener.open(request).read()
    return opener


def _family() -> dict[str, float]:
    """PSS in MB of every process below this one, named by its verb."""
    import os

    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    below, frontier = set(), {os.getpid()}
    while frontier:
        frontier = {pid for pid, parent in parents.items() if parent in frontier} - below
        below |= frontier
    found: dict[str, float] = {}
    for pid in sorted(below):
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        pss = re.search(r"^Pss:\s+(\d+) kB", text, re.M)
        verb = next((word for word in ("serve", "worker", "up") if word in words), "server process")
        found[f"{verb} ({pid})"] = int(pss[1]) / 1024 if pss else 0.0
    return found
