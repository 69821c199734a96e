"""Cases out as a workbook: what the list shows, by its names, parties masked."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from api.audit.service import record
from api.disputes.queries.codes import labels_of
from api.disputes.service.reading import list_page
from api.disputes.types import CaseQuery, CodeList, PartyRole
from api.grids.rules.sheets import MAX_ROWS, write_xlsx
from api.grids.types import STATION_ZONE
from api.plumbing.context import Ctx

_HEADER = (
    "编号", "状态", "风险等级", "评分", "类别代码", "类别", "规模", "来源", "网格", "申请人", "被申请人", "登记时间",
    "办理期限", "是否超时", "化解时间", "次数",
)  # fmt: skip
_WIDTHS = (12, 12, 10, 8, 10, 16, 12, 12, 16, 16, 16, 18, 18, 10, 18, 8)


def export_cases(ctx: Ctx, query: CaseQuery) -> bytes:
    """The cases the list would show, up to a sheet's worth; names masked, and who took how many is in the trail."""
    rows = list_page(ctx, replace(query, before=None, limit=MAX_ROWS))
    labels = labels_of(ctx.session)
    record(ctx, "dispute.exported", "station", ctx.actor.station, cases=len(rows))
    lines = [list(_HEADER), *(_line(row, labels) for row in rows)]
    return write_xlsx({"矛盾纠纷": lines}, now=ctx.now, widths=_WIDTHS)


def _line(row: dict[str, Any], labels: dict[tuple[str, str], str]) -> list[str]:
    def label(which: CodeList, code: str) -> str:
        return labels.get((which, code), code)

    def names(role: PartyRole) -> str:
        return "、".join(party["name"] for party in row["parties"] if party["role"] == role)

    return [
        row["ref"], row["state"], row["colour"], str(row["score"]), row["category"],
        label(CodeList.CATEGORY, row["category"]), label(CodeList.SCALE, row["scale"]),
        label(CodeList.SOURCE, row["source"]), row["unit_name"] or "", names(PartyRole.APPLICANT),
        names(PartyRole.RESPONDENT), _moment(row["reported_at"]), _moment(row["due_at"]),
        "是" if row["overdue"] else "否", _moment(row["settled_at"]), str(row["round"]),
    ]  # fmt: skip


def _moment(at: datetime | None) -> str:
    return at.astimezone(STATION_ZONE).strftime("%Y-%m-%d %H:%M") if at else ""
