"""What can be wrong with a cell, in both languages. No text quotes the cell: a report must not copy personal data."""

from api.disputes.rules.sheet.columns import LABELS
from api.disputes.types import CaseFault

# A file cannot make the report longer than this many faults plus one per row.
MAX_FAULTS = 20_000

_TEXTS: dict[str, tuple[str, str]] = {
    "missing": ("不能为空。", "must not be empty."),
    "too_long": ("内容过长。", "is too long."),
    "formula": ("不能是公式。", "must not be a formula."),
    "bad_characters": ("含有不能识别的字符。", "holds characters that are not allowed."),
    "code_unknown": ("不在代码表中，请按填写说明填写。", "is not in the code list; see the guide."),
    "date_invalid": ("不是有效日期（2027-05-31）。", "is not a valid date (2027-05-31)."),
    "date_in_future": ("不能晚于今天。", "lies in the future."),
    "settled_before_reported": ("早于登记日期。", "is before the day of the report."),
    "settled_missing": ("已化解或已办结的须填写化解日期。", "is needed for what is settled or closed."),
    "state_unknown": ("没有这种办理状态。", "is no known state."),
    "number_invalid": ("应为不小于零的数字。", "must be a number, not below zero."),
    "signs_unknown": ("含有未知的风险情形。", "holds an unknown sign of risk."),
    "colour_unknown": ("应为红、橙、黄、蓝或白。", "must be red, orange, yellow, blue or white."),
    "grid_unknown": ("本所没有该网格编码，或网格已停用。", "is no valid grid of this station."),
    "place_incomplete": ("经纬度与坐标系须同时填写。", "needs latitude, longitude and datum together."),
    "place_invalid": ("坐标有误。", "is no place."),
    "datum_unknown": ("应为 wgs84、gcj02 或 bd09。", "must be wgs84, gcj02 or bd09."),
    "phone_invalid": ("不是有效的电话号码。", "is no telephone number."),
    "document_missing": ("填写号码时须选择证件类型。", "is needed beside a number."),
    "document_number_invalid": ("身份证号码有误，请核对。", "is no identity card's number."),
    "register_twice": ("与第 {first_row} 行重复。", "is the same as in row {first_row}."),
}
CODES = frozenset(_TEXTS)


def fault_text(fault: CaseFault) -> tuple[str, str]:
    """The fault as a sentence, (zh, en)."""
    label = LABELS[fault.column]
    zh, en = _TEXTS[fault.code]
    return (
        f"第 {fault.row} 行，{label.zh}：{zh.format(first_row=fault.first_row)}",
        f"Row {fault.row}, {label.en} {en.format(first_row=fault.first_row)}",
    )


def bound_faults(faults: list[CaseFault], limit: int = MAX_FAULTS) -> tuple[tuple[CaseFault, ...], int]:
    """The faults in order of rows, and how many are left out: beyond the limit only the first of each row is kept."""
    kept: list[CaseFault] = []
    for fault in sorted(faults, key=lambda each: each.row):
        if len(kept) < limit or fault.row != kept[-1].row:
            kept.append(fault)
    return tuple(kept), len(faults) - len(kept)
