"""Excel workbooks. A workbook is a zip of XML: its parts are counted and measured before anything is inflated."""

import io
import itertools
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from api.grids.rules.sheets.cells import cell_text, printable
from api.grids.rules.sheets.limits import (
    MAX_COLUMNS,
    MAX_INFLATED_BYTES,
    MAX_PART_BYTES,
    MAX_PARTS,
    MAX_ROWS,
    unreadable,
)
from api.grids.types import Sheet
from api.kernel.later import import_later

openpyxl, openpyxl_cell, openpyxl_styles = map(import_later, ("openpyxl", "openpyxl.cell", "openpyxl.styles"))
openpyxl_utils, openpyxl_errors = map(import_later, ("openpyxl.utils", "openpyxl.utils.exceptions"))

# What a damaged or made-up workbook makes the library raise; it has no error of its own for most of these.
_BROKEN: tuple[type[Exception], ...] = (
    zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError,
    OSError, NotImplementedError, OverflowError,
)  # fmt: skip
_CHUNK = 64 * 1024


def read_xlsx(data: bytes) -> Sheet:
    """The rows of the first sheet; formulas come as their text, so that the rows' rules can refuse them."""
    _check_parts(data)
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            return Sheet("xlsx", _rows(book))
        finally:
            book.close()
    except (*_BROKEN, openpyxl_errors.InvalidFileException):
        raise unreadable("damaged") from None


def _check_parts(data: bytes) -> None:
    """Refuse what would inflate beyond measure, or declares entities, before the XML is parsed.

    The sizes of the directory are what `zipfile` reads up to at most, so a part that lies about its size is cut there.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            sizes = [part.file_size for part in parts]
            if len(parts) > MAX_PARTS or max(sizes, default=0) > MAX_PART_BYTES or sum(sizes) > MAX_INFLATED_BYTES:
                raise unreadable("inflates")
            if any(part.flag_bits & 0x1 for part in parts):
                raise unreadable("old_or_locked")
            for part in parts:
                _check_part(archive, part)
    except _BROKEN:
        raise unreadable("damaged") from None


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            # Office writes no document type; entities are how a small XML becomes an endless one.
            if b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk:
                raise unreadable("damaged")
            tail = chunk[-8:]


def _rows(book: Any) -> list[tuple[int, tuple[str, ...]]]:
    if not book.worksheets:
        raise unreadable("no_sheet")
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # what the file says of its own size need not be true
    rows: list[tuple[int, tuple[str, ...]]] = []
    stop = MAX_ROWS + 1000  # empty rows behind the last one are common, and no reason to refuse
    for number, cells in enumerate(itertools.islice(sheet.iter_rows(values_only=True), stop), 1):
        texts = tuple(map(cell_text, cells))
        if not any(text.strip() for text in texts):
            continue
        if number > MAX_ROWS + 1:
            raise unreadable("too_many_rows")
        if any(texts[MAX_COLUMNS:]):
            raise unreadable("too_many_columns")
        rows.append((number, texts[:MAX_COLUMNS]))
    return rows


def write_xlsx(sheets: Mapping[str, Iterable[Sequence[str]]], *, now: datetime, widths: Sequence[int] = ()) -> bytes:
    """A workbook of text cells, the first row of each sheet in bold and frozen; nothing in it can be a formula."""
    book = openpyxl.Workbook(write_only=True)
    book.properties.created = book.properties.modified = now.replace(tzinfo=None)
    bold = openpyxl_styles.Font(bold=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for index, width in enumerate(widths, 1):
            sheet.column_dimensions[openpyxl_utils.get_column_letter(index)].width = width
        for number, row in enumerate(rows):
            sheet.append([_text_cell(sheet, cell, bold if number == 0 else None) for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text_cell(sheet: Any, text: str, font: Any) -> Any:
    cell = openpyxl_cell.WriteOnlyCell(sheet, printable(text))
    # Set after the value, which makes a leading "=" a formula; quoted, so that it stays text when somebody edits it.
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = True
    if font is not None:
        cell.font = font
    return cell
