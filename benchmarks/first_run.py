"""The first `make run` from nothing to the first page, without download time.

The wheels are downloaded beforehand; the clock runs over: making the environment, installing from the local wheels,
installing jiqun, the first start (migrate, load the example, start server and worker) until the page answers.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from benchmarks.measure import ROOT, line

sys.path.insert(0, str(ROOT / "tools"))


def main(folder: Path) -> None:
    """Once: it takes long, and what is measured is the order of magnitude."""
    from screens import free_port

    wheels = folder / "wheels"
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "download", "-d", wheels, "-r", ROOT / "requirements" / "run.txt"], check=True)
    clone = folder / "clone"
    shutil.copytree(
        ROOT, clone, ignore=shutil.ignore_patterns(".venv", ".git", "var", "home", ".stamps", "__pycache__")
    )
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "venv", clone / ".venv"], check=True)
    python = clone / ".venv" / "bin" / "python"
    install = [python, "-m", "pip", "install", "-q", "--no-index", "--find-links", wheels]
    subprocess.run([*install, "--require-hashes", "-r", clone / "requirements" / "run.txt"], check=True)
    subprocess.run([*install, "--no-deps", "--no-build-isolation", "-e", clone], check=True, cwd=clone)
    installed = time.perf_counter()
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        child = subprocess.Popen([python, "-m", "jiqun", "--home", home, "up", "--port", str(port)], cwd=clone,
                                 stdout=subprocess.DEVNULL, env=os.environ)  # fmt: skip
        try:
            _wait(f"http://127.0.0.1:{port}/login/", child)
            ready = time.perf_counter()
        finally:
            child.terminate()
            child.wait(20)
    line("first_run", seconds=round(ready - started, 1), aim="<= 60 s", install_seconds=round(installed - started, 1),
         start_seconds=round(ready - installed, 1))  # fmt: skip


def _wait(url: str, child: "subprocess.Popen[bytes]", limit: float = 180) -> None:
    until = time.monotonic() + limit
    while time.monotonic() < until and child.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=2).read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the first page did not come")
