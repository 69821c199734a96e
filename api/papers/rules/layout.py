"""From blocks to marks on A4 pages. Millimetres from the top left; sizes in points."""

from dataclasses import dataclass, field

from api.papers.rules.lines import break_lines, clean
from api.papers.rules.words import words_of
from api.papers.types import (
    Block,
    Fields,
    Heading,
    Line,
    LineMark,
    Measure,
    Page,
    PageBreak,
    Paper,
    Paragraph,
    SignatureLine,
    Table,
    TextMark,
)

WIDTH, HEIGHT = 210.0, 297.0
LEFT, RIGHT, TOP, BOTTOM = 26.0, 184.0, 25.0, 272.0
ROOM = RIGHT - LEFT
MM_PER_POINT = 25.4 / 72
BODY, SMALL, TITLE = 12.0, 9.0, 20.0
HEADING = {1: 15.0, 2: 13.0}
LEADING = 1.65
CELL = 1.6  # between a table's rule and its text
LABEL = 34.0
SIGNATURE = 16.0
# A line is stretched to the margin by this much behind each character at most; emptier ones stay ragged.
MOST_SPACING = 1.2


def lay_out(paper: Paper, measure: Measure) -> list[Page]:
    """The pages of a paper, their footers included."""
    sheet = Sheet(measure, paper.language)
    sheet.write_title(paper.title)
    for at, block in enumerate(paper.blocks):
        following = paper.blocks[at + 1] if at + 1 < len(paper.blocks) else None
        place(sheet, block, following)
    write_footers(sheet, paper)
    return sheet.pages


@dataclass
class Sheet:
    """The page being filled, and how far down it is."""

    measure: Measure
    language: str
    pages: list[Page] = field(default_factory=lambda: [Page()])
    y: float = TOP

    @property
    def left(self) -> float:
        """Millimetres that are left on this page."""
        return BOTTOM - self.y

    @property
    def is_fresh(self) -> bool:
        """Whether nothing stands on this page yet."""
        return self.y <= TOP

    def turn(self) -> None:
        """Begin a new page."""
        self.pages.append(Page())
        self.y = TOP

    def need(self, height: float) -> None:
        """Begin a new page unless this much is left."""
        if self.left < height and not self.is_fresh:
            self.turn()

    def put(self, mark: TextMark | LineMark) -> None:
        """Add a mark to the page."""
        self.pages[-1].marks.append(mark)

    def lines(self, text: str, size: float, width: float, *, indent: float = 0.0) -> list[Line]:
        """The text broken to a width."""
        return break_lines(text, self.measure, size, width, indent=indent)

    def write_title(self, title: str) -> None:
        """The paper's title, in the middle."""
        for line in self.lines(title, TITLE, ROOM):
            self.put(TextMark(LEFT + (ROOM - line.width) / 2, base(self.y, TITLE), line.text, TITLE, bold=True))
            self.y += pitch(TITLE)
        self.y += 4


def pitch(size: float) -> float:
    """From one base line to the next."""
    return size * MM_PER_POINT * LEADING


def base(y: float, size: float) -> float:
    """The base line of a line whose top is at `y`: Chinese characters sit about 0.88 of their size above it."""
    return y + (pitch(size) - size * MM_PER_POINT) / 2 + size * MM_PER_POINT * 0.88


def place(sheet: Sheet, block: Block, following: Block | None) -> None:
    """Put one block onto the page, or over several."""
    match block:
        case Heading():
            _place_heading(sheet, block)
        case Paragraph():
            _place_paragraph(sheet, block)
        case Fields():
            _place_fields(sheet, block)
        case Table():
            _place_table(sheet, block)
        case SignatureLine():
            _place_signature(sheet, block, following)
        case PageBreak():
            if not sheet.is_fresh:
                sheet.turn()


def _place_heading(sheet: Sheet, heading: Heading) -> None:
    size = HEADING.get(heading.level, BODY)
    lines = sheet.lines(heading.text, size, ROOM)
    sheet.y += 0 if sheet.is_fresh else 3
    # Never the last thing on a page: two lines of what it heads come with it.
    sheet.need(len(lines) * pitch(size) + 2 * pitch(BODY))
    for line in lines:
        sheet.put(TextMark(LEFT, base(sheet.y, size), line.text, size, bold=True))
        sheet.y += pitch(size)
    sheet.y += 1


def _place_paragraph(sheet: Sheet, paragraph: Paragraph) -> None:
    indent = 2 * BODY * MM_PER_POINT if paragraph.indent else 0.0
    starts = True
    for line in sheet.lines(paragraph.text, BODY, ROOM, indent=indent):
        sheet.need(pitch(BODY))
        inset = indent if starts else 0.0
        spacing = stretch(line, ROOM - inset)
        sheet.put(TextMark(LEFT + inset, base(sheet.y, BODY), line.text, BODY, spacing=spacing))
        sheet.y += pitch(BODY)
        starts = line.ends
    sheet.y += 1


def stretch(line: Line, room: float) -> float:
    """What to add behind each character so that the line ends at the margin; 0 for the last line of a paragraph."""
    gaps = len(line.text) - 1
    if line.ends or gaps < 1:
        return 0.0
    spacing = (room - line.width) / gaps
    return spacing if 0 < spacing <= MOST_SPACING else 0.0


def _place_fields(sheet: Sheet, fields: Fields) -> None:
    colon = words_of(sheet.language).colon
    for label, value in fields.rows:
        labels = sheet.lines(f"{label}{colon}", BODY, LABEL)
        values = sheet.lines(value, BODY, ROOM - LABEL - 2)
        for at in range(max(len(labels), len(values))):
            sheet.need(pitch(BODY))
            if at < len(labels):
                sheet.put(TextMark(LEFT, base(sheet.y, BODY), labels[at].text, BODY, bold=True))
            if at < len(values):
                sheet.put(TextMark(LEFT + LABEL + 2, base(sheet.y, BODY), values[at].text, BODY))
            sheet.y += pitch(BODY)
    sheet.y += 2


def _place_signature(sheet: Sheet, signature: SignatureLine, following: Block | None) -> None:
    # Two in a row stay together: a page with nothing but one party's signature proves nothing.
    sheet.need(SIGNATURE * (2 if isinstance(following, SignatureLine) else 1))
    words = words_of(sheet.language)
    y = base(sheet.y + SIGNATURE - pitch(BODY), BODY)
    label = clean(signature.label) + words.colon
    start = LEFT + sheet.measure(label, BODY) + 1
    end = max(start + 30, LEFT + 100 if signature.dated else RIGHT)
    sheet.put(TextMark(LEFT, y, label, BODY))
    sheet.put(LineMark(start, y + 1.2, min(end, RIGHT), y + 1.2))
    if signature.dated:
        sheet.put(TextMark(RIGHT - sheet.measure(words.date, BODY), y, words.date, BODY))
    sheet.y += SIGNATURE


def _place_table(sheet: Sheet, table: Table) -> None:
    widths = column_widths(table)
    header = _cells(sheet, table.header, widths)
    sheet.need(_height(header) * 2)
    _write_row(sheet, header, widths, bold=True)
    for row in table.rows:
        rest = _cells(sheet, row, widths)
        while rest:
            if sheet.left < _height(rest) and (_height(rest) <= BOTTOM - TOP - 20 or _fitting(sheet) < 1):
                sheet.turn()
                _write_row(sheet, header, widths, bold=True)
            fits = max(1, _fitting(sheet))
            _write_row(sheet, [cell[:fits] for cell in rest], widths)
            # A row higher than a page goes on below the next header.
            rest = [cell[fits:] for cell in rest] if any(len(cell) > fits for cell in rest) else []
    sheet.y += 3


def column_widths(table: Table) -> list[float]:
    """Millimetres of each column."""
    shares = table.shares or tuple(1.0 for _ in table.header)
    return [ROOM * share / sum(shares) for share in shares]


def _cells(sheet: Sheet, row: tuple[str, ...], widths: list[float]) -> list[list[Line]]:
    padded = (*row, *[""] * (len(widths) - len(row)))
    return [sheet.lines(text, SMALL + 1.5, width - 2 * CELL) for text, width in zip(padded, widths, strict=False)]


def _height(cells: list[list[Line]]) -> float:
    return max(len(cell) for cell in cells) * pitch(SMALL + 1.5) + 2 * CELL


def _fitting(sheet: Sheet) -> int:
    return int((sheet.left - 2 * CELL) / pitch(SMALL + 1.5))


def _write_row(sheet: Sheet, cells: list[list[Line]], widths: list[float], *, bold: bool = False) -> None:
    top, size = sheet.y, SMALL + 1.5
    bottom = top + _height(cells)
    x = LEFT
    for cell, width in zip(cells, widths, strict=True):
        for at, line in enumerate(cell):
            sheet.put(TextMark(x + CELL, base(top + CELL + at * pitch(size), size), line.text, size, bold=bold))
        sheet.put(LineMark(x, top, x, bottom))
        x += width
    sheet.put(LineMark(x, top, x, bottom))
    sheet.put(LineMark(LEFT, top, x, top))
    sheet.put(LineMark(LEFT, bottom, x, bottom))
    sheet.y = bottom


def write_footers(sheet: Sheet, paper: Paper) -> None:
    """The reference at the left and the page's number at the right of every page."""
    words, count = words_of(paper.language), len(sheet.pages)
    for number, page in enumerate(sheet.pages, 1):
        told = words.page.format(number=number, count=count)
        page.marks.append(LineMark(LEFT, 279, RIGHT, 279))
        page.marks.append(TextMark(LEFT, 284, clean(paper.footer), SMALL))
        page.marks.append(TextMark(RIGHT - sheet.measure(told, SMALL), 284, told, SMALL))
