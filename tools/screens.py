"""`make screens`: open every page in Chromium at desktop and phone width, in both languages, and keep the pictures.

Starts the whole system on a throw-away home with the example loaded. Prints every console error and every request that
leaves this machine; either makes the exit code 1. `python tools/screens.py --to DIR --only overview,map` for a few.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
WIDTHS = {"desktop": (1440, 900), "phone": (390, 844)}
LANGUAGES = {"zh": "zh-hans", "en": "en"}
PAGES = {
    "overview": "/", "bigscreen": "/bigscreen", "clusters": "/clusters", "cluster": "/clusters/modern_textile",
    "programme": "/clusters/415x", "map": "/map", "indicators": "/indicators", "indicator": "/indicators/revenue",
    "policies": "/policies/", "policy": "/policies/zhejiang/per_mu/",
    "ladders": "/ladders/", "firm-ladder": "/ladders/firms/enterprise:91339901HC0948931K/",
    "digital": "/ladders/firms/enterprise:91339901HC0948931K/digital/",
    "recognitions": "/recognitions/", "titles": "/titles/",
    "per-mu": "/per-mu/", "replay": "/policies/replay/",
    "search": "/subjects/?q=纺织",
    "subject": "/subjects/region:330603", "enterprise": "/subjects/enterprise:舜宇集团有限公司",
    "projects": "/projects", "sources": "/sources", "document": "/sources/002", "differences": "/differences",
    "imports": "/imports", "matching": "/matching", "merges": "/merges", "batches": "/batches",
    "quarantine": "/quarantine", "conflicts": "/conflicts", "objections": "/objections",
    "collections": "/collections/", "collection": "/collections/hecheng-yuebao/", "audit": "/audit",
    "accounts": "/accounts", "tokens": "/tokens",
}  # fmt: skip


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running_system(home: Path, *words: str) -> Iterator[tuple[str, dict[str, str]]]:
    """`jiqun up` on a home; gives its address and the demonstration accounts' passwords."""
    port = free_port()
    command = [sys.executable, "-m", "jiqun", "--home", str(home), "up", "--port", str(port), *words]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8",
                             env=os.environ | {"PYTHONUNBUFFERED": "1"})  # fmt: skip
    accounts: dict[str, str] = {}
    try:
        assert child.stdout is not None
        for line in child.stdout:
            if found := re.match(r"\s+(demo-\S+)\s+(\S+)\s", line):
                accounts[found[1]] = found[2]
            if line.strip() in ("按 Ctrl-C 停止。", "Ctrl-C stops it."):
                break
        if child.poll() is not None:
            raise SystemExit("jiqun up ended before it was ready")
        yield f"http://127.0.0.1:{port}", accounts
    finally:
        child.terminate()
        child.wait(20)


def visit(address: str, password: str, target: Path, only: set[str]) -> list[str]:
    """Take every picture; gives what went wrong."""
    from playwright.sync_api import sync_playwright

    troubles: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for width, (x, y) in WIDTHS.items():
            for lang, code in LANGUAGES.items():
                context = browser.new_context(
                    viewport={"width": x, "height": y}, locale=code, color_scheme="light"
                )
                context.add_cookies([{"name": "django_language", "value": code, "url": address}])
                page = context.new_page()
                page.on(
                    "console",
                    lambda m: (
                        troubles.append(f"console {m.type}: {m.text} at {m.location}")
                        if m.type in ("error", "warning")
                        else None
                    ),
                )
                page.on(
                    "request",
                    lambda r: (
                        None
                        if r.url.startswith((address, "data:", "blob:"))
                        else troubles.append(f"outside: {r.url}")
                    ),
                )
                page.on("pageerror", lambda e: troubles.append(f"page error: {e}"))
                page.goto(f"{address}/login/")
                page.screenshot(path=target / f"login-{lang}-{width}.png")
                page.fill("input[name=username]", "demo-admin")
                page.fill("input[name=password]", password)
                page.click("button[type=submit]")
                page.wait_for_load_state("networkidle")
                for name, path in PAGES.items():
                    if only and name not in only:
                        continue
                    answer = page.goto(address + path)
                    page.wait_for_load_state("networkidle")
                    time.sleep(0.3)
                    if answer is None or answer.status >= 400:
                        troubles.append(f"{path}: {answer.status if answer else 'no answer'}")
                    wide = page.evaluate(
                        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                    )
                    if wide > 1:
                        troubles.append(f"{path} {width} {lang}: {wide} px wider than the screen")
                    page.screenshot(path=target / f"{name}-{lang}-{width}.png", full_page=name != "document")
                context.close()
        browser.close()
    return troubles


def main() -> int:
    """Start, visit, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "docs" / "screens")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    arguments.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, running_system(Path(home)) as (address, accounts):
        only = set(filter(None, arguments.only.split(",")))
        account = next(name for name in accounts if "admin" in name)
        troubles = visit(address, accounts[account], arguments.to, only)
    for trouble in sorted(set(troubles)):
        print(trouble)
    print(f"{len(list(arguments.to.glob('*.png')))} pictures in {arguments.to}")
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
