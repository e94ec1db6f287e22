"""Words of the house: settings documented, errors with both languages, no registry host, licences of dependencies."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from jiqun import settings

ROOT = Path(__file__).resolve().parents[2]
HOSTS = re.compile(
    r"files\.pythonhosted\.org|registry\.npmjs\.org|pypi\.org/simple|deb\.debian\.org|registry\.npmmirror"
)


def tracked() -> list[Path]:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: the list of files is not known")
    return [ROOT / name for name in listed.split("\0") if name]


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    assert not [item.name for item in settings.SETTINGS if f"`{item.name}`" not in page]


def test_no_setting_is_read_unlisted() -> None:
    listed = {item.name for item in settings.SETTINGS} | {"JIQUN_PROCESS"}
    used = {
        (path.name, name)
        for path in (ROOT / "src").rglob("*.py")
        for name in re.findall(r"[\"'](JIQUN_[A-Z_]+)[\"']", path.read_text(encoding="utf-8"))
    }
    assert not {item for item in used if item[1] not in listed}


def test_every_error_code_has_a_sentence_in_both_languages() -> None:
    sentences = tomllib.loads((ROOT / "packs" / "errors.toml").read_text(encoding="utf-8"))
    flat: dict[str, dict[str, str]] = {}
    for key, value in sentences.items():
        if "zh" in value:
            flat[key] = value
        else:
            flat.update({f"{key}.{name}": entry for name, entry in value.items()})
    raised = re.compile(
        r"(?:InputError|NotFound|EvidenceMissing|PackError|NotAllowed|WrongState|SourceDown)\(\s*\"([a-z]+\.[a-z_]+)\""
        r"|\"(gate\.[a-z_]+)\""
    )
    used = {
        first or second
        for path in (ROOT / "src").rglob("*.py")
        for first, second in raised.findall(path.read_text(encoding="utf-8"))
    }
    missing = sorted(code for code in used if code not in flat)
    assert not missing
    half = [
        code
        for code, entry in flat.items()
        if not all(entry.get(part) for part in ("zh", "en", "next_zh", "next_en"))
    ]
    assert not half


def test_no_registry_host_is_committed() -> None:
    suffixes = {".png", ".jpg", ".gz", ".parquet", ".xlsx", ".mo", ".ico"}
    files = [
        p for p in tracked() if p.suffix not in suffixes and p.is_file() and p.name != Path(__file__).name
    ]
    assert not [str(p) for p in files if HOSTS.search(p.read_text(encoding="utf-8", errors="ignore"))]


def test_the_npm_lock_names_no_address() -> None:
    lock = (ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock and lock.count('"integrity"') >= 2


def test_every_requirement_is_pinned_by_hash() -> None:
    for name in ("run", "test", "full"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        pins = re.findall(r"^([a-z0-9-]+)==", text, re.M)
        assert len(pins) > 20 and text.count("--hash=sha256:") >= len(pins)


def test_no_copyleft_in_the_core() -> None:
    """No dependency of the product is under GPL or AGPL (LGPL libraries that are linked stay allowed, by ADR)."""
    from importlib.metadata import PackageNotFoundError, metadata

    pins = re.findall(
        r"^([a-z0-9-]+)==", (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8"), re.M
    )
    bad = []
    for name in pins:
        try:
            about = metadata(name)
        except PackageNotFoundError:
            continue  # for another platform
        words = " ".join([about.get("License", "") or "", about.get("License-Expression", "") or "",
                          *(c for c in about.get_all("Classifier") or [] if c.startswith("License"))])  # fmt: skip
        if (
            re.search(r"\bA?GPL|GNU (Affero )?General Public", words)
            and "LGPL" not in words
            and "Lesser" not in words
        ):
            bad.append((name, words[:80]))
    assert not bad


def test_glossary_covers_the_rooms_words() -> None:
    glossary = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    engines = [p for room in ("core", "lake", "ledger") for p in (ROOT / "src" / "jiqun" / room).glob("*.py")]
    heads = {
        p: p.read_text(encoding="utf-8").split('"""')[1].splitlines()[0]
        for p in engines
        if p.name != "__init__.py"
    }
    terms = {p.name: m.group() for p, head in heads.items() if (m := re.search(r"[\u4e00-\u9fff]{2,}", head))}
    missing = {name: term for name, term in terms.items() if term not in glossary}
    assert not missing


ONE_WORD = {
    "机器": "设备",
    "盒子": "边缘盒",
    "采集盒": "边缘盒",
    "点位": "测点",
    "告警": "报警",
    "警报": "报警",
    "生产线": "产线",
}
OTHERWISE = ("机器人", "机器读", "这台机器")  # robots; read by machines; the computer jiqun runs on


def test_one_thing_of_a_factory_has_one_word() -> None:
    """Pages, errors and packs of the factory name a machine, a box, a point, an alarm and a line by one word each."""
    import polib

    catalogue = polib.pofile(str(ROOT / "src/jiqun/web/locale/zh_Hans/LC_MESSAGES/django.po"))
    said = [entry.msgstr or "".join(entry.msgstr_plural.values()) for entry in catalogue]
    files = [ROOT / "packs/errors.toml", *sorted((ROOT / "packs/factory").glob("*.toml"))]
    for path in files:
        said += path.read_text(encoding="utf-8").splitlines()
    told = [re.sub("|".join(OTHERWISE), "", text) for text in said]
    assert not [(text, word) for text in told for word in ONE_WORD if word in text]
