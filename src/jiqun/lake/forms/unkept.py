"""不能保留的 what a workbook loses when it is written back: pictures, shapes, macros, controls; charts are drawn anew.

Told from the parts of the archive alone, before anything is written, so that the page can say it beside the link.
"""

import re
import zipfile
from collections import Counter
from pathlib import Path

REDRAWN = "chart"
_PARTS = (
    ("chart", re.compile(r"xl/charts/chart\d*\.xml")),
    ("new_chart", re.compile(r"xl/charts/chartEx\d*\.xml")),
    ("picture", re.compile(r"xl/media/.+\.(?!vml)\w+")),
    ("macro", re.compile(r"xl/vbaProject\.bin|xl/macrosheets/\w+\.xml")),
    ("control", re.compile(r"xl/(ctrlProps|activeX)/\w+\.xml")),
    ("embedded", re.compile(r"xl/embeddings/.+")),
    ("slicer", re.compile(r"xl/(slicers|timelines)/\w+\.xml")),
    ("thread", re.compile(r"xl/threadedComments/\w+\.xml")),
)
_DRAWING = re.compile(r"xl/drawings/drawing\d*\.xml")
_SHAPE = re.compile(rb"<(?:\w+:)?(?:sp|cxnSp)[ />]")
_MOST_READ = 4_000_000


def unkept_parts(path: Path) -> dict[str, int]:
    """Kind → how many, of what is lost (or, for charts, drawn anew) when the workbook is written back.

    Kinds: chart new_chart picture shape macro control embedded slicer thread. Empty for a file that is no archive.
    Of a drawing only its first four million bytes are looked through.
    """
    if not zipfile.is_zipfile(path):
        return {}
    found: Counter[str] = Counter()
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            found.update(kind for kind, pattern in _PARTS if pattern.fullmatch(part))
            if _DRAWING.fullmatch(part):
                found["shape"] += _shapes(archive, part)
    return {kind: found[kind] for kind in (*(kind for kind, _ in _PARTS), "shape") if found[kind]}


def _shapes(archive: zipfile.ZipFile, part: str) -> int:
    """Shapes and text boxes of a drawing; those that cannot be read are none."""
    try:
        with archive.open(part) as stream:
            return len(_SHAPE.findall(stream.read(_MOST_READ)))
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError):
        return 0
