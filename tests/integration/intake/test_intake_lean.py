"""Gate, consumer, merger and watcher run without the libraries of pages and questions."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
WALLED = (
    "ibis",
    "sqlglot",
    "rich",
    "pydantic",
    "ninja",
    "granian",
    "paho",
    "numpy",
    "pyarrow",
    "sklearn",
    "openpyxl",
)
PROGRAM = f"""
import sys
for name in {WALLED}: sys.modules[name] = None
import django
django.setup()
import jiqun.actions.desk, jiqun.actions.taking, jiqun.actions.taking_register, jiqun.actions.watching
import jiqun.intake.box_routes, jiqun.intake.http, jiqun.intake.merger, jiqun.intake.mqtt, jiqun.intake.parts
print("lean")
"""


def test_the_intake_imports_with_everything_it_does_not_need_walled_off(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("x" * 50)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60,
        env=os.environ | {
            "PYTHONPATH": str(ROOT / "src"), "JIQUN_HOME": str(tmp_path), "JIQUN_PROCESS": "intake",
            "DJANGO_SETTINGS_MODULE": "jiqun.settings",
        },
    )  # fmt: skip
    assert done.stdout.strip() == "lean", done.stderr[-2000:]
