"""Cells of text: neutral for a spreadsheet on the way out, the same text again on the way in."""

from datetime import date, datetime
from typing import Any

# What Excel, LibreOffice and WPS take for the beginning of a formula or of another cell.
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# From eleven digits on Excel shows 1.38E+10 and keeps only fifteen of them.
LONG_NUMBER = 11


def escape_cell(text: str) -> str:
    """A text for a .csv: an apostrophe before anything a spreadsheet would run, or read as a long number."""
    number = len(text) >= LONG_NUMBER and text.isdigit()
    return f"'{text}" if number or text.startswith((*DANGEROUS, "'")) else text


def unescape_cell(text: str) -> str:
    """What `escape_cell` was given."""
    return text.removeprefix("'")


def printable(text: str) -> str:
    """Without the control characters that no workbook may hold."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n\r")


def cell_text(value: Any) -> str:
    """A workbook's cell as the text a person sees in it: 13812345678.0 is a phone number, a date is its day."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    if isinstance(value, datetime):
        value = value.date() if not (value.hour or value.minute or value.second) else value
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
