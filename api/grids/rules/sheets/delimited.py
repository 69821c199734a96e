"""Comma-separated text: what Excel writes in China (GB18030) and everything else does (UTF-8)."""

import csv
import io
from collections.abc import Iterable, Sequence

from api.grids.rules.sheets.cells import escape_cell, unescape_cell
from api.grids.rules.sheets.limits import MAX_COLUMNS, MAX_ROWS, unreadable
from api.grids.types import Sheet


def read_csv(data: bytes) -> Sheet:
    """The rows of a .csv; the delimiter is whichever of comma, semicolon and tab the first line has most of."""
    text = _decode(data)
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    rows: list[tuple[int, tuple[str, ...]]] = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 1):
            if len(cells) > MAX_COLUMNS:
                raise unreadable("too_many_columns")
            if number > MAX_ROWS + 1 and any(cells):
                raise unreadable("too_many_rows")
            rows.append((number, tuple(map(unescape_cell, cells))))
    except csv.Error:
        raise unreadable("quotes") from None
    return Sheet("csv", rows)


def write_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with the mark by which Excel knows it; no cell begins like a formula."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([escape_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Almost any bytes are some GB18030 text, but no text has a NUL in it.
        if "\0" in text:
            break
        return text
    raise unreadable("encoding")
