"""The incident report as sheets of a workbook: one line per group, the total last, spans in seconds."""

from collections.abc import Sequence

from api.reporting.types import IncidentLine, IncidentReport, ResponseLine

Line = list[str]
_HEAD = (
    "分组", "名称", "上报", "处理中", "已办结", "已取消", "无人应答", "通知人次", "接受", "到场",
    "通知中位(秒)", "通知九成(秒)", "接受中位(秒)", "接受九成(秒)", "到场中位(秒)", "到场九成(秒)",
    "办结中位(秒)", "办结九成(秒)",
)  # fmt: skip
_PEOPLE = ("姓名", "力量", "网格", "通知", "接受", "拒绝", "未答复", "到场")


def incident_sheets(report: IncidentReport, people: Sequence[ResponseLine]) -> dict[str, list[Line]]:
    """Sheet name -> lines, the heading first."""
    return {
        "警情": [list(_HEAD), *map(_line, report.lines), ["合计", "", *_line(report.total)[2:]]],
        "人员": [list(_PEOPLE), *map(_person, people)],
    }


def _line(line: IncidentLine) -> Line:
    counts = (
        line.reported, line.open, line.closed, line.cancelled, line.unfilled, line.asked, line.accepted, line.arrived,
    )  # fmt: skip
    spans = [
        "" if seconds is None else f"{seconds:.0f}"
        for spread in (line.to_ask, line.to_accept, line.to_arrive, line.to_close)
        for seconds in (spread.median_s, spread.p90_s)
    ]
    return [line.key or "", line.label or "", *map(str, counts), *spans]


def _person(line: ResponseLine) -> Line:
    counts = (line.asked, line.accepted, line.declined, line.silent, line.arrived)
    return [line.name, line.force or "", line.grid_code or "", *map(str, counts)]
