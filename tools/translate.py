"""`make translate`: collect the texts of pages and code into the Chinese catalogue, and compile it (needs gettext).

What nobody has translated yet is printed and makes the exit code 1: an English sentence must not reach a Chinese page.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "src" / "jiqun" / "web"
CATALOGUE = WEB / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def main() -> int:
    """Collect, complain about what is missing, compile."""
    if shutil.which("xgettext") is None:
        print("gettext is not installed: apt install gettext (or your system's package)", file=sys.stderr)
        return 1
    django = [sys.executable, "-m", "django"]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "jiqun.settings"}
    collect = [*django, "makemessages", "-l", "zh_Hans", "--no-location", "--no-obsolete", "-v", "0"]
    subprocess.run(collect, cwd=WEB, env=environment, check=True)
    catalogue = polib.pofile(str(CATALOGUE))
    catalogue.metadata.pop("POT-Creation-Date", None)
    catalogue.save()
    catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    missing = [entry.msgid for entry in (*catalogue.untranslated_entries(), *catalogue.fuzzy_entries())]
    print(f"{len(catalogue)} texts, {len(missing)} without Chinese")
    for text in missing:
        print(f"  {text}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
