"""Sheets: what is not one is refused before it costs anything; what we write runs nowhere."""

import io
import zipfile
from datetime import UTC, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.grids.errors import RosterUnreadable
from api.grids.rules.sheets import MAX_ROWS, escape_cell, read_sheet, unescape_cell, write_csv, write_xlsx
from api.grids.rules.sheets.cells import DANGEROUS, cell_text

pytestmark = pytest.mark.unit
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def workbook(*rows: list) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, change, *, extra: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            target.writestr(part.filename, change(part.filename, source.read(part)))
        for name, body in (extra or {}).items():
            target.writestr(name, body)
    return out.getvalue()


def fault_of(name: str, data: bytes) -> str:
    with pytest.raises(RosterUnreadable) as refusal:
        read_sheet(name, data)
    assert refusal.value.text_zh
    assert refusal.value.text_en.isascii()
    return refusal.value.facts["fault"]


def _same(_: str, body: bytes) -> bytes:
    return body


def _entity(name: str, body: bytes) -> bytes:
    bomb = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 100 + b'">]>'
    return body.replace(b"<worksheet", bomb + b"<worksheet", 1) if "sheet1" in name else body


BOOK = workbook(["姓名", "手机号"], ["李梅", 13812345678])


@pytest.mark.parametrize(
    ("name", "data", "fault"),
    [
        ("r.xlsx", b"", "empty"),
        ("r.xlsx", b"name,phone\n", "not_xlsx"),
        ("r.xlsx", b"%PDF-1.7", "not_xlsx"),
        ("r.xlsx", b"\xd0\xcf\x11\xe0" + b"\0" * 600, "old_or_locked"),
        ("r.xlsx", b"PK\x03\x04" + b"\xff" * 400, "damaged"),
        ("r.xlsx", BOOK[: len(BOOK) // 2], "damaged"),
        ("r.xlsx", repacked(BOOK, lambda name, body: b"<x/>" if "workbook.xml" in name else body), "no_sheet"),
        ("r.xlsx", repacked(BOOK, lambda name, body: b"<broken" if "sheet1" in name else body), "damaged"),
        ("r.xlsx", repacked(BOOK, _entity), "damaged"),
        ("r.xlsx", repacked(BOOK, _same, extra={"xl/media/zeros.bin": b"\0" * (25 * 1024 * 1024)}), "inflates"),
        (
            "r.xlsx",
            repacked(BOOK, _same, extra={f"xl/{n}.bin": b"\0" * (17 * 1024 * 1024) for n in range(2)}),
            "inflates",
        ),
        ("r.xlsx", repacked(BOOK, _same, extra={f"xl/{n}.xml": b"x" for n in range(300)}), "inflates"),
        ("r.csv", BOOK, "not_csv"),
        ("r.csv", b"\xff\xfe\x00\x01\xff", "encoding"),
        ("r.csv", "姓名,手机号\n李\0梅".encode(), "encoding"),
        ("r.csv", '姓名,手机号\n"李梅,138'.encode(), "quotes"),
        ("r.csv", ("," * 50).encode(), "too_many_columns"),
        ("r.csv", b"a\n" * (MAX_ROWS + 2), "too_many_rows"),
        ("r.ods", b"whatever", "unknown_format"),
        ("", b"whatever", "unknown_format"),
    ],
)
def test_what_is_no_sheet_is_refused_with_its_reason(name: str, data: bytes, fault: str) -> None:
    assert fault_of(name, data) == fault


def test_a_workbook_s_numbers_dates_and_gaps_are_what_a_person_sees() -> None:
    day = datetime(2027, 5, 31)  # noqa: DTZ001 - a workbook knows no zones
    data = workbook(["姓名", "手机号"], [], ["李梅", 13812345678, day, 500102008001001, 1.5, True, None], ["=1+1"])
    assert [(number, [cell for cell in cells if cell]) for number, cells in read_sheet("R.XLSX", data).rows] == [
        (1, ["姓名", "手机号"]),
        (3, ["李梅", "13812345678", "2027-05-31", "500102008001001", "1.5", "True"]),
        (4, ["=1+1"]),
    ]


def test_a_workbook_may_be_full_but_not_overfull(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.grids.rules.sheets.workbook.MAX_ROWS", 30)
    rows = [["x"]] * 31
    assert len(read_sheet("r.xlsx", workbook(*rows)).rows) == 31
    assert len(read_sheet("r.xlsx", workbook(*rows, *[[" "]] * 5)).rows) == 31
    assert fault_of("r.xlsx", workbook(*rows, ["x"])) == "too_many_rows"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_the_encodings_and_delimiters_of_the_field(encoding: str, delimiter: str) -> None:
    text = f"姓名{delimiter}手机号\r\n李梅{delimiter}'13812345678\r\n\r\n"
    assert read_sheet("r.csv", text.encode(encoding)).rows == [
        (1, ("姓名", "手机号")),
        (2, ("李梅", "13812345678")),
        (3, ()),
    ]


EVIL = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "'quoted",
    "500102008001001",
    "13812345678",
    "＝1+1",
    "李梅",
    "",
]


def test_a_csv_carries_no_formula_and_opens_back_equal() -> None:
    data = write_csv([EVIL])
    assert data.startswith(b"\xef\xbb\xbf")
    import csv

    [shown] = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert not [cell for cell in shown if cell.startswith(DANGEROUS)]
    assert list(read_sheet("r.csv", data).rows[0][1]) == EVIL


def test_a_workbook_carries_no_formula_and_opens_back_equal() -> None:
    data = write_xlsx({"花名册": [["姓名"] * len(EVIL), EVIL]}, now=NOW)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert {cell.data_type for cell in sheet[2] if cell.value is not None} == {"s"}
    assert {(cell.number_format, cell.quotePrefix) for cell in sheet[2]} == {("@", True)}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not [name for name in archive.namelist() if b"<f>" in archive.read(name)]
    back = [cell.replace("\r", "\n") for cell in EVIL]  # XML has one kind of line end
    assert [cell.replace("\r", "\n").replace("_x000D_", "\n") for cell in read_sheet("r.xlsx", data).rows[1][1]] == back


@given(st.text())
def test_escaping_is_exact_and_safe(text: str) -> None:
    escaped = escape_cell(text)
    assert unescape_cell(escaped) == text or not escaped.startswith("'")
    assert not escaped.startswith(DANGEROUS)
    assert unescape_cell(escape_cell(text)) == text


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.datetimes() | st.times())
def test_any_cell_has_a_text(value: object) -> None:
    assert isinstance(cell_text(value), str)


@given(st.binary(max_size=400), st.sampled_from(["r.csv", "r.xlsx"]), st.booleans())
def test_any_bytes_at_all_are_read_or_refused(data: bytes, name: str, zipped: bool) -> None:
    try:
        read_sheet(name, b"PK\x03\x04" + data if zipped else data)
    except RosterUnreadable as refusal:
        assert refusal.text_zh  # noqa: PT017 - either way is right
