"""A paper as blocks, and as marks on pages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

# (text, size in points) -> width in millimetres
Measure = Callable[[str, float], float]


@dataclass(frozen=True)
class Heading:
    """A title inside the paper; level 1 is the larger."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """Running text; a line feed begins a new paragraph. `indent` sets the first line in by two characters."""

    text: str
    indent: bool = True


@dataclass(frozen=True)
class Fields:
    """Labels with their values, one below the other."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A ruled table whose header is repeated on every page. `shares` are the columns' widths relative to each other."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...] = ()


@dataclass(frozen=True)
class SignatureLine:
    """A line to sign on, with a place for the date behind it."""

    label: str
    dated: bool = True


@dataclass(frozen=True)
class PageBreak:
    """What follows begins a new page."""


Block = Heading | Paragraph | Fields | Table | SignatureLine | PageBreak


@dataclass(frozen=True)
class Paper:
    """One printed document. `footer` is its reference, on every page; `made_at` and `document_id` go into the file."""

    title: str
    language: str  # zh-CN or en: what the paper's own words (page, date) are in
    blocks: tuple[Block, ...]
    footer: str
    made_at: datetime
    document_id: UUID


@dataclass(frozen=True)
class TextMark:
    """Text from the left end of its base line; millimetres from the page's top left, points for the size."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    spacing: float = 0.0  # extra millimetres behind each character


@dataclass(frozen=True)
class LineMark:
    """A thin rule."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass
class Page:
    """What stands on one page."""

    marks: list[TextMark | LineMark] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One line of broken text. `ends` marks the last of its paragraph, which is not stretched."""

    text: str
    width: float
    ends: bool
