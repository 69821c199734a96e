"""Sheets as bytes: .xlsx and .csv, in and out. Everything is bounded before it is inflated or parsed."""

from api.grids.rules.sheets.cells import escape_cell, unescape_cell
from api.grids.rules.sheets.delimited import read_csv, write_csv
from api.grids.rules.sheets.limits import MAX_COLUMNS, MAX_ROWS, unreadable
from api.grids.rules.sheets.workbook import read_xlsx, write_xlsx
from api.grids.types import Sheet

__all__ = [
    "MAX_COLUMNS",
    "MAX_ROWS",
    "escape_cell",
    "read_sheet",
    "unescape_cell",
    "write_csv",
    "write_xlsx",
]

# An old .xls, or an .xlsx under a password: both are OLE containers.
_OLE = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


def read_sheet(name: str, data: bytes) -> Sheet:
    """The rows of a file, by its name's ending and its first bytes, which must agree; raises RosterUnreadable."""
    ending = name.lower().rpartition(".")[2]
    if not data:
        raise unreadable("empty")
    if data.startswith(_OLE):
        raise unreadable("old_or_locked")
    if ending == "xlsx":
        if not data.startswith(_ZIP):
            raise unreadable("not_xlsx")
        return read_xlsx(data)
    if ending == "csv":
        if data.startswith(_ZIP):
            raise unreadable("not_csv")
        return read_csv(data)
    raise unreadable("unknown_format")
