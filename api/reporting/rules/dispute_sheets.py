"""The dispute report as sheets of a workbook: one line per group, the total last, spans in hours."""

from collections.abc import Sequence

from api.reporting.types import CaseLine, DisputeReport, Mediator, Spread, VisitLine

Line = list[str]
_CASES = (
    "分组", "名称", "登记", "办理中", "已化解", "已办结", "调解未成", "移交他处", "不受理/合并/撤回", "复发重调",
    "逾期未办", "重复纠纷", "受理中位(时)", "受理九成(时)", "化解中位(时)", "化解九成(时)", "办结中位(时)",
    "办结九成(时)",
)  # fmt: skip
_VISITS = ("分组", "名称", "应回访", "已完成", "待完成", "逾期", "未访", "免访", "存疑", "完成率")
_MEDIATORS = ("姓名", "主办在手", "参与在手", "期内化解", "期内办结", "待访", "逾期待访")
_ALL = "合计"


def dispute_sheets(report: DisputeReport) -> dict[str, list[Line]]:
    """Sheet name -> lines, the heading first."""
    return {
        "纠纷": [list(_CASES), *map(_case, report.cases), _total(_case(report.all_cases))],
        "回访": [list(_VISITS), *map(_visit, report.visits), _total(_visit(report.all_visits))],
        "调解人员": [list(_MEDIATORS), *map(_mediator, report.mediators)],
    }


def _total(line: Line) -> Line:
    return [_ALL, "", *line[2:]]


def _case(line: CaseLine) -> Line:
    counts = (
        line.reported, line.open, line.settled, line.closed, line.failed, line.elsewhere, line.dropped, line.relapsed,
        line.overdue, line.repeat,
    )  # fmt: skip
    spreads = [cell for spread in (line.accepting, line.settling, line.closing) for cell in _hours(spread)]
    return [line.key or "", line.label or "", *map(str, counts), *spreads]


def _hours(spread: Spread) -> Sequence[str]:
    return ["" if seconds is None else f"{seconds / 3600:.1f}" for seconds in (spread.median_s, spread.p90_s)]


def _visit(line: VisitLine) -> Line:
    counts = (line.visits, line.done, line.open, line.overdue, line.missed, line.waived, line.doubtful)
    share = "" if line.completion is None else f"{line.completion:.1%}"
    return [line.key or "", line.label or "", *map(str, counts), share]


def _mediator(line: Mediator) -> Line:
    counts = (line.leading, line.in_teams, line.settled, line.closed, line.visits_open, line.visits_overdue)
    return [line.name, *map(str, counts)]
