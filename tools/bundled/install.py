"""Install jiqun from this bundle, without any network, and start it.

    python install.py [--into DIR] [--home DIR] [--no-start] [words for `jiqun up`]

Needs only the Python it is started with. A second run renews the program and leaves the data as it is.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent


def check_python(about):
    """Stop when this Python is not the one the wheels are for."""
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if here != about["python"]:
        sys.exit(
            f"This bundle is for Python {about['python']} on {about['platform']}; this is Python {here}.\n"
            f"本安装包适用于 Python {about['python']}（{about['platform']}），当前是 Python {here}。"
        )


def check_files(about):
    """Stop when a file of the bundle is missing or has been changed."""
    for name, told in about["files"].items():
        path = HERE / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != told:
            sys.exit(f"The bundle is damaged: {name}\n安装包已损坏：{name}")


def make_environment(folder):
    """Make the environment, or find the one of an earlier run; gives its Python."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        try:
            venv.create(folder, with_pip=True)
        except subprocess.CalledProcessError:
            sys.exit(
                "This Python cannot make environments; on Debian or Ubuntu install the package python3-venv first."
            )
    return python


def install(python):
    """Install every wheel, each checked by its hash; nothing is asked of any registry."""
    words = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-index", "--find-links",
             str(HERE / "wheels"), "--require-hashes", "--no-deps", "-r", str(HERE / "requirements.txt")]  # fmt: skip
    subprocess.run(words, check=True)


def main():
    """Check, install, start."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, default=HERE / "jiqun", help="where the program goes")
    parser.add_argument(
        "--home", type=Path, default=None, help="where the data goes (by default: home beside the program)"
    )
    parser.add_argument("--no-start", action="store_true", help="install only")
    words, rest = parser.parse_known_args()
    about = json.loads((HERE / "bundle.json").read_text(encoding="utf-8"))
    check_python(about)
    check_files(about)
    into = words.into.resolve()
    home = (words.home or into / "home").resolve()
    python = make_environment(into / "program")
    install(python)
    start = [str(python), "-m", "jiqun", "--home", str(home), "up", *rest]
    print("Installed. Start it again with / 已安装，以后这样启动：\n  " + " ".join(start), flush=True)
    return 0 if words.no_start else subprocess.call(start)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
