"""附件 evidence: files attached to an objection, kept in the home under their hash, within limits of size and kind."""

import secrets
from pathlib import Path
from typing import BinaryIO

from jiqun.actions.desk import Desk
from jiqun.core.errors import InputError, NotFound
from jiqun.exchange.objections import Practice
from jiqun.lake.cell_words import control_character
from jiqun.lake.files import Limits, copy_within, sha256_of

ZIPPED = b"PK\x03\x04"
BEGINS = {
    "pdf": b"%PDF", "png": b"\x89PNG\r\n", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff", "xlsx": ZIPPED,
    "docx": ZIPPED, "ofd": ZIPPED,
}  # fmt: skip
NAME_LIMIT = 200


def keep(desk: Desk, practice: Practice, stream: BinaryIO, name: str) -> tuple[str, int]:
    """Keep a file; gives its hash and size.

    InputError: gate.too_large, gate.empty_file, objection.evidence_type (by its ending, and by how it begins)
    """
    ending = name.rpartition(".")[2].lower()
    if not name or len(name) > NAME_LIMIT or control_character([name], name=True):
        raise InputError("gate.text_too_long", column="file", seen=name[:40], allowed=f"≤ {NAME_LIMIT}")
    if ending not in practice.types:
        raise InputError("objection.evidence_type", seen=name[-40:], allowed=" ".join(practice.types))
    folder = _folder(desk)
    landing = folder / f"{secrets.token_hex(8)}.upload"
    try:
        size = copy_within(stream, landing, Limits(practice.most_bytes, practice.most_bytes), name=name)
        _check_begin(landing, ending, name)
        digest = sha256_of(landing)
        landing.replace(folder / digest)
    finally:
        landing.unlink(missing_ok=True)
    return digest, size


def path_of(desk: Desk, sha256: str) -> Path:
    """Where the file of a hash lies; NotFound when it is not there, or not what it was."""
    path = _folder(desk) / sha256
    if not path.is_file() or sha256_of(path) != sha256:
        raise NotFound("objection.no_evidence", seen=sha256[:12])
    return path


def _folder(desk: Desk) -> Path:
    folder = desk.uploads / "evidence"
    folder.mkdir(exist_ok=True)
    return folder


def _check_begin(path: Path, ending: str, name: str) -> None:
    with path.open("rb") as file:
        head = file.read(4096)
    begin = BEGINS.get(ending, b"")
    if not head.startswith(begin) or (not begin and b"\x00" in head):
        raise InputError("objection.evidence_type", seen=name[-40:], allowed=ending)
