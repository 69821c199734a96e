"""From a paper to the bytes of a PDF."""

from collections.abc import Iterator
from datetime import UTC
from itertools import groupby

from api.kernel.later import import_later
from api.papers.rules.layout import HEIGHT, MM_PER_POINT, WIDTH, lay_out
from api.papers.rules.lines import clean
from api.papers.service.fonts import Face, installed_faces
from api.papers.types import LineMark, Paper, TextMark

fpdf, fpdf_enums = map(import_later, ("fpdf", "fpdf.enums"))

# Chinese fonts of one weight are made bold by drawing their outlines as well.
_BOLD = 0.028
_RULE = 0.2


def render_paper(paper: Paper) -> bytes:
    """The PDF: A4, fonts embedded as far as used, the same bytes for the same paper. Half a second; no database."""
    ink = Ink(installed_faces())
    pages = lay_out(paper, ink.measure)
    sheet = _Sheet(paper)
    for page in pages:
        sheet.pdf.add_page()
        for mark in page.marks:
            if isinstance(mark, LineMark):
                sheet.pdf.line(mark.x1, mark.y1, mark.x2, mark.y2)
            else:
                _write(sheet, mark, ink)
    return bytes(sheet.pdf.output())


class _Sheet:
    """A document whose time and id are those of the paper, and the faces it has read so far."""

    def __init__(self, paper: Paper) -> None:
        self.pdf = pdf = fpdf.FPDF(unit="mm", format=(WIDTH, HEIGHT))
        both_halves = f"<{paper.document_id.hex.upper()}>" * 2
        pdf.file_id = lambda: both_halves
        pdf.set_auto_page_break(False)
        pdf.set_margin(0)
        pdf.set_line_width(_RULE)
        pdf.set_creation_date(paper.made_at.astimezone(UTC))
        pdf.set_title(clean(paper.title))
        pdf.set_lang(paper.language)
        pdf.set_producer("Gridloop")
        self._known: set[str] = set()

    def use(self, face: Face, size: float) -> None:
        """Write with this face from here on; only what is used is read from the disk."""
        if face.name not in self._known:
            self.pdf.add_font(face.name, fname=face.path, collection_font_number=face.number)
            self._known.add(face.name)
        self.pdf.set_font(face.name, size=size)


class Ink:
    """Which face draws which character. A character that none has is spelt out, so that its lack is seen."""

    def __init__(self, faces: tuple[Face, ...]) -> None:
        self._faces = faces

    def measure(self, text: str, size: float) -> float:
        """The width of a text in millimetres."""
        letters = (self.drawn(letter) for letter in text)
        return sum(face.width(part) for face, spelt in letters for part in spelt) * size * MM_PER_POINT

    def drawn(self, letter: str) -> tuple[Face, str]:
        """The face for a character, and what it writes for it."""
        for face in self._faces:
            if face.has(letter):
                return face, letter
        return self._faces[0], f"[U+{ord(letter):04X}]"

    def runs(self, text: str) -> Iterator[tuple[Face, str]]:
        """The text as stretches of one face each."""
        for face, group in groupby((self.drawn(letter) for letter in text), key=lambda drawn: drawn[0]):
            yield face, "".join(spelt for _, spelt in group)


def _write(sheet: _Sheet, mark: TextMark, ink: Ink) -> None:
    x, pdf = mark.x, sheet.pdf
    pdf.set_char_spacing(mark.spacing / MM_PER_POINT)
    for face, text in ink.runs(mark.text):
        sheet.use(face, mark.size)
        stroke = mark.size * MM_PER_POINT * _BOLD if mark.bold else _RULE
        mode = fpdf_enums.TextMode.FILL_STROKE if mark.bold else fpdf_enums.TextMode.FILL
        with pdf.local_context(text_mode=mode, line_width=stroke):
            pdf.text(x, mark.y, text)
        x += ink.measure(text, mark.size) + mark.spacing * len(text)
