"""One archive that installs jiqun without any registry: wheels for one platform, our own wheel, an installer.

    python tools/bundle.py                                     # for this machine
    python tools/bundle.py --platform win_amd64 --python 3.12  # for another one

Every wheel is checked by the hash in requirements/run.txt when it is brought here and again when it is installed.
The archive lies under dist/; unpack it on the other machine and run install.sh, install.bat or install.py.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

from packaging.markers import Marker, default_environment

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent / "bundled"
NEEDED = (
    "jiqun/_data/packs/errors.toml", "jiqun/_data/packs/units.toml", "jiqun/_data/example/sources.csv",
    "jiqun/_data/example/synthetic/enterprises.csv", "jiqun/web/templates/jiqun/base.html",
    "jiqun/web/static/vendor/echarts/echarts.min.js", "jiqun/web/static/vendor/echarts/LICENSE",
    "jiqun/web/static/vendor/htmx.org/htmx.min.js", "jiqun/web/static/vendor/htmx.org/LICENSE",
    "jiqun/web/locale/zh_Hans/LC_MESSAGES/django.mo",
)  # fmt: skip
SYSTEMS = {
    "win": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
    "macosx": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "manylinux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
}


def target_environment(platform: str, python: str) -> dict[str, str]:
    """What the markers of requirements see on the machine the bundle is for."""
    environment = dict(default_environment())
    if platform:
        environment |= next((told for start, told in SYSTEMS.items() if platform.startswith(start)), {})
        machine = re.search(r"(x86_64|amd64|aarch64|arm64|i686|win32)$", platform)
        environment["platform_machine"] = machine[1] if machine else environment["platform_machine"]
    if python:
        environment |= {"python_version": python, "python_full_version": f"{python}.0"}
    return environment


def pinned(environment: dict[str, str]) -> list[str]:
    """The pins of requirements/run.txt that hold on that machine, with their hashes and without markers."""
    text = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    kept = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("#"):
            continue
        pin, _, rest = line.partition(" ")
        marker = re.match(r"\s*;\s*(.*?)\s*(?=--hash|$)", rest)
        if marker is None or Marker(marker.group(1)).evaluate(environment):
            kept.append(" ".join([pin, *re.findall(r"--hash=\S+", rest)]))
    return kept


def download(requirements: Path, wheels: Path, *, platform: str, python: str) -> None:
    """Bring the wheels, each checked by its hash."""
    words = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps", "--only-binary",
             ":all:", "--require-hashes", "-r", str(requirements), "-d", str(wheels)]  # fmt: skip
    for name in platform.split(",") if platform else []:
        words += ["--platform", name]
    if python:
        words += ["--python-version", python, "--implementation", "cp"]
    subprocess.run(words, check=True)


def own_wheel(wheels: Path) -> Path:
    """Build our wheel and make sure that it carries packs, example, pages, front-end libraries and translations."""
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    wheel = next(wheels.glob("jiqun-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        missing = [name for name in NEEDED if name not in archive.namelist()]
    if missing:
        raise SystemExit("the wheel lacks (run `make assets translate` first?):\n  " + "\n  ".join(missing))
    return wheel


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def bundle(out: Path, *, platform: str = "", python: str = "") -> Path:
    """Make the archive; gives its path."""
    for_python = python or f"{sys.version_info[0]}.{sys.version_info[1]}"
    for_platform = platform.partition(",")[0] or re.sub(r"[-.]", "_", sysconfig.get_platform())
    with tempfile.TemporaryDirectory() as folder:
        wheels = Path(folder) / "wheels"
        wheels.mkdir()
        pins = pinned(target_environment(platform, python))
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text("\n".join(pins) + "\n", encoding="utf-8")
        download(requirements, wheels, platform=platform, python=python)
        ours = own_wheel(wheels)
        version = ours.name.split("-")[1]
        pins.append(f"jiqun=={version} --hash=sha256:{digest(ours)}")
        requirements.write_text("\n".join(pins) + "\n", encoding="utf-8")
        name = f"jiqun-{version}-{for_platform}-cp{for_python.replace('.', '')}"
        return _packed(
            out / f"{name}.zip",
            Path(folder),
            {"jiqun": version, "python": for_python, "platform": for_platform},
        )


def _packed(path: Path, folder: Path, about: dict[str, str]) -> Path:
    for source in sorted(HERE.iterdir()):
        if source.is_file():
            text = source.read_text(encoding="utf-8")
            ending = "\r\n" if source.suffix == ".bat" else "\n"
            (folder / source.name).write_text(text, encoding="utf-8", newline=ending)
    for name in ("LICENSE", "NOTICE"):
        shutil.copyfile(ROOT / name, folder / name)
    files = sorted(item for item in folder.rglob("*") if item.is_file())
    about_files = {item.relative_to(folder).as_posix(): digest(item) for item in files}
    (folder / "bundle.json").write_text(
        json.dumps(about | {"files": about_files}, indent=1), encoding="utf-8"
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for item in [*files, folder / "bundle.json"]:
            archive.write(item, f"{path.stem}/{item.relative_to(folder).as_posix()}")
    return path


def main() -> int:
    """Read the words of the command line and make the archive."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument(
        "--platform", default="", help="platform tags, comma separated; this machine's by default"
    )
    parser.add_argument("--python", default="", help="Python version of the other machine, e.g. 3.12")
    words = parser.parse_args()
    path = bundle(words.out, platform=words.platform, python=words.python)
    print(f"{path}  {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
