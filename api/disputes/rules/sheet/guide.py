"""The empty file: its header, and a sheet that says what may stand in each column."""

from collections.abc import Iterable

from api.disputes.rules.sheet.columns import LABELS, REQUIRED
from api.disputes.rules.sheet.rows import COLOURS, SIGNS, STATES
from api.disputes.types import CaseColumn, CodeList, CodeRow

_CODED = {
    CodeList.CATEGORY: CaseColumn.CATEGORY,
    CodeList.SOURCE: CaseColumn.SOURCE,
    CodeList.SCALE: CaseColumn.SCALE,
    CodeList.DOCUMENT: CaseColumn.APPLICANT_DOCUMENT,
}


def header_line() -> list[str]:
    """Both names of each column; the bracket is a remark to whoever reads it."""
    return [f"{label.zh} ({label.en})" for label in LABELS.values()]


def guide_lines(codes: Iterable[CodeRow]) -> list[list[str]]:
    """What may stand in each column, and the code lists of the day."""
    needed = "、".join(LABELS[column].zh for column in REQUIRED)
    rows = [
        ["栏目 (column)", "填写说明", "What to fill in"],
        ["必填", needed, "Required"],
        ["登记编号", "同一编号只能出现一次；已导入过的编号不会重复导入", "Once per file; imported once only"],
        ["日期", "2027-05-31；已化解、已办结的须填写化解日期", "2027-05-31"],
        ["办理状态", "、".join(word for word in STATES if not word.isascii()), "、".join(set(STATES.values()))],
        ["风险情形", "、".join(word for word in SIGNS if not word.isascii()), "、".join(sorted(set(SIGNS.values())))],
        ["风险等级", "可空，空则按评分；" + "、".join(word for word in COLOURS if not word.isascii()), "May be empty"],
        ["坐标系", "填写经纬度时必填：wgs84、gcj02、bd09", "Needed beside latitude and longitude"],
    ]
    coded = [row for row in codes if row.list in _CODED]
    return rows + [[LABELS[_CODED[CodeList(row.list)]].zh, f"{row.code} {row.zh}", row.en] for row in coded]
