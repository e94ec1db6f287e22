"""The bundle: made here, unpacked elsewhere, installed and started with the network cut off."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
OFFLINE = Path(__file__).resolve().parent / "offline.py"
VENDOR = ROOT / "src" / "jiqun" / "web" / "static" / "vendor"


def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bundle_tool", ROOT / "tools" / "bundle.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def offline_works() -> bool:
    return subprocess.run([sys.executable, OFFLINE, "true"], capture_output=True).returncode == 0


def test_pins_follow_the_machine_the_bundle_is_for() -> None:
    made = tool()
    linux = made.pinned(made.target_environment("manylinux_2_28_x86_64", "3.11"))
    windows = made.pinned(made.target_environment("win_amd64", "3.12"))
    names = [{line.split("==")[0] for line in lines} for lines in (linux, windows)]
    assert "colorama" not in names[0] and "colorama" in names[1]
    assert all("--hash=sha256:" in line and ";" not in line for line in (*linux, *windows))
    assert {"django", "duckdb", "deltalake", "granian"} <= names[0] & names[1]
    assert len(linux) == len(names[0]) and len(windows) == len(names[1])


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not VENDOR.is_dir():
        pytest.fail("front-end libraries are missing: run `make assets`")
    return tool().bundle(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle as it lies on the other machine; only to be read."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    return folder / archive.stem


@pytest.mark.slow
def test_the_archive_names_and_proves_what_is_in_it(archive: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        top = archive.stem
        about = json.loads(packed.read(f"{top}/bundle.json"))
        assert {name.removeprefix(f"{top}/") for name in packed.namelist()} == {
            *about["files"],
            "bundle.json",
        }
        assert {"install.py", "install.sh", "install.bat", "README.txt", "LICENSE", "NOTICE"} <= set(
            about["files"]
        )
        wheels = [name for name in about["files"] if name.startswith("wheels/")]
        assert all(name.endswith(".whl") for name in wheels)
        pins = packed.read(f"{top}/requirements.txt").decode().splitlines()
        assert len(pins) == len(wheels)


@pytest.mark.slow
def test_it_installs_and_starts_without_any_network(unpacked: Path, tmp_path: Path) -> None:
    if not offline_works():
        pytest.skip("by design: this machine permits no network namespace, the network cannot be cut off")
    port_file = tmp_path / "answer"
    script = tmp_path / "try.py"
    script.write_text(TRY, encoding="utf-8")
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JIQUN", "DJANGO", "PIP", "PYTHON"))
    } | {
        "PIP_NO_COMPILE": "1"
    }  # pip would compile every module of every wheel; the start compiles those it imports
    done = subprocess.run(
        [sys.executable, OFFLINE, sys.executable, script, unpacked, tmp_path / "into", port_file], env=clean,
        capture_output=True, text=True, timeout=560,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    told = json.loads(port_file.read_text(encoding="utf-8"))
    assert told["outside"] is False and told["page"] == 200 and told["vendor"] == 200
    assert told["facts"] > 100 and told["seconds"] < 300
    assert told["missing"] == [], "what boxes, plants and the watcher need is in the bundle too"


@pytest.mark.slow
def test_a_changed_file_stops_the_installation(unpacked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    shutil.copytree(unpacked, folder, copy_function=os.link)
    pins = folder / "requirements.txt"
    text = pins.read_text(encoding="utf-8")
    pins.unlink()  # a link: the other's stays as it is
    pins.write_text(text + "evil==1.0\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, folder / "install.py", "--no-start"], capture_output=True, text=True
    )
    assert done.returncode == 1 and "requirements.txt" in done.stderr
    assert not (folder / "jiqun").exists()


TRY = """
import json, os, pathlib, signal, socket, subprocess, sys, time, urllib.request
folder, into, answer = map(pathlib.Path, sys.argv[1:])
try:
    socket.create_connection(("192.0.2.1", 80), timeout=2)
    outside = True
except OSError:
    outside = False
started = time.monotonic()
subprocess.run([sys.executable, folder / "install.py", "--into", into, "--no-start"], check=True)
python = into / "program" / "bin" / "python"
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
up = subprocess.Popen([python, "-m", "jiqun", "--home", into / "home", "up", "--no-plants", "--port", str(port)])
def get(path):
    return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30).status
try:
    while True:
        try:
            page = get("/")
            break
        except OSError:
            assert up.poll() is None and time.monotonic() - started < 400
            time.sleep(0.5)
    seconds = time.monotonic() - started
    vendor = get("/static/vendor/htmx.org/htmx.min.js")
finally:
    up.send_signal(signal.SIGINT)
    up.wait(60)
facts = subprocess.run([python, "-m", "jiqun", "--home", into / "home", "facts", "--document", "002", "--json"],
                       capture_output=True, text=True, check=True).stdout
named = ("asyncua", "pymodbus", "amqtt", "paho.mqtt", "sklearn", "numpy", "typst", "docx")
asked = "import sys, importlib.util as u; print(*(n for n in sys.argv[1:] if u.find_spec(n) is None))"
missing = subprocess.run([python, "-c", asked, *named], capture_output=True, text=True, check=True).stdout.split()
answer.write_text(json.dumps({"outside": outside, "missing": missing, "page": page, "vendor": vendor, "seconds": seconds,
                              "facts": json.loads(facts)["count"]}))
"""
