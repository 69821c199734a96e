"""The system's Chinese fonts: which there are, what they can draw, and how wide each character is."""

import logging
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from api.kernel.later import import_later
from api.papers.errors import FontMissing

tt_lib = import_later("fontTools.ttLib")

# Subsetting tells of tables it leaves out; no reader of a PDF misses them.
logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
# File and face inside it, the best first: the first one found prints, the others lend characters it lacks.
FACES = (
    ("NotoSerifCJK-Regular.ttc", 2),
    ("wqy-zenhei.ttc", 0),
    ("NotoSansCJK-Regular.ttc", 2),
    ("uming.ttc", 0),
)


@dataclass(frozen=True)
class Face:
    """One face of a font file."""

    name: str
    path: Path
    number: int

    def has(self, letter: str) -> bool:
        """Whether it can draw this character."""
        return ord(letter) in _widths(self)

    def width(self, letter: str) -> float:
        """The character's width as a part of the font's size."""
        return _widths(self)[ord(letter)]


@cache
def installed_faces() -> tuple[Face, ...]:
    """The faces of this machine; raises FontMissing when there is none. A font installed later needs a restart."""
    found: list[Face] = []
    for file, number in FACES:
        path = next((path for folder in FOLDERS for path in sorted(folder.rglob(file))), None)
        if path is not None:
            found.append(Face(f"face{len(found)}", path, number))
    if not found:
        raise FontMissing
    return tuple(found)


@cache
def _widths(face: Face) -> dict[int, float]:
    with tt_lib.TTFont(face.path, fontNumber=face.number, lazy=True) as font:
        per_em, advances = font["head"].unitsPerEm, font["hmtx"].metrics
        return {code: advances[glyph][0] / per_em for code, glyph in (font.getBestCmap() or {}).items()}
