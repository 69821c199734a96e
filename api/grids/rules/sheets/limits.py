"""How large a sheet may be, and the ways in which a file is not one."""

from api.grids.errors import RosterUnreadable

MAX_ROWS = 20_000  # below the header
MAX_COLUMNS = 40
MAX_PARTS = 200
MAX_PART_BYTES = 24 * 1024 * 1024
MAX_INFLATED_BYTES = 32 * 1024 * 1024

_FAULTS = {
    "empty": ("文件为空。", "it is empty."),
    "unknown_format": ("请上传 .xlsx 或 .csv 文件。", "give an .xlsx or a .csv file."),
    "not_xlsx": ("扩展名是 .xlsx，但内容不是 Excel 工作簿。", "it is called .xlsx but is not a workbook."),
    "not_csv": ("扩展名是 .csv，但内容是压缩文件。", "it is called .csv but is a compressed file."),
    "old_or_locked": (
        "这是旧版 .xls 或加密的文件，请另存为不带密码的 .xlsx。",
        "it is an old .xls or has a password; save it as .xlsx without one.",
    ),
    "damaged": ("工作簿已损坏或含有不允许的内容。", "the workbook is damaged or holds what no workbook needs."),
    "inflates": ("解压后过大。", "it is too large once inflated."),
    "no_sheet": ("工作簿中没有工作表。", "the workbook has no sheet."),
    "too_many_rows": (f"数据行超过 {MAX_ROWS} 行，请拆分。", f"it has more than {MAX_ROWS} rows; split it."),
    "too_many_columns": (f"列数超过 {MAX_COLUMNS} 列。", f"it has more than {MAX_COLUMNS} columns."),
    "encoding": ("文字编码不是 UTF-8 或 GB18030。", "its text is neither UTF-8 nor GB18030."),
    "quotes": ("引号不成对，或单元格过大。", "a quote is not closed, or a cell is too large."),
}


def unreadable(fault: str) -> RosterUnreadable:
    """The refusal for this fault; its code is in the facts."""
    zh, en = _FAULTS[fault]
    return RosterUnreadable(fault=fault, zh=zh, en=en)
