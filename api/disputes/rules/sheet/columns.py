"""The columns of a file of cases, by the names people give them."""

from collections.abc import Sequence

from api.disputes.errors import CaseHeaderUnfit
from api.disputes.types import CaseColumn, CaseHeader
from api.grids.rules.sheets.headers import Label, names_of, read_columns

_C = CaseColumn


LABELS: dict[CaseColumn, Label] = {
    _C.REGISTER_NO: Label("登记编号", "register no", ("编号", "案件编号", "纠纷编号")),
    _C.REPORTED_ON: Label("登记日期", "reported on", ("受理日期", "发生日期", "日期", "date")),
    _C.CATEGORY: Label("纠纷类别", "category", ("类别", "纠纷类型", "类型")),
    _C.SUMMARY: Label("简要情况", "summary", ("概要", "纠纷概况", "基本情况", "案情")),
    _C.SOURCE: Label("来源", "source", ("纠纷来源",)),
    _C.SCALE: Label("规模", "scale", ("纠纷规模",)),
    _C.STATE: Label("办理状态", "state", ("状态", "办理情况")),
    _C.SETTLED_ON: Label("化解日期", "settled on", ("调解日期", "办结日期")),
    _C.ADDRESS: Label("发生地点", "address", ("地点", "地址")),
    _C.GRID_CODE: Label("网格编码", "grid code", ("网格代码", "网格编号")),
    _C.LAT: Label("纬度", "lat", ("latitude",)),
    _C.LON: Label("经度", "lon", ("longitude",)),
    _C.DATUM: Label("坐标系", "datum", ("坐标系统",)),
    _C.AMOUNT: Label("涉及金额", "amount", ("金额",)),
    _C.PEOPLE: Label("涉及人数", "people", ("人数",)),
    _C.SIGNS: Label("风险情形", "risk signs", ("风险因素",)),
    _C.COLOUR: Label("风险等级", "colour", ("风险颜色", "等级")),
    _C.APPLICANT: Label("申请人", "applicant", ("申请人姓名", "当事人甲", "甲方")),
    _C.APPLICANT_PHONE: Label("申请人电话", "applicant phone", ("甲方电话",)),
    _C.APPLICANT_DOCUMENT: Label("申请人证件类型", "applicant document", ("甲方证件类型",)),
    _C.APPLICANT_NUMBER: Label("申请人证件号码", "applicant document number", ("申请人身份证号", "甲方证件号码")),
    _C.RESPONDENT: Label("被申请人", "respondent", ("被申请人姓名", "当事人乙", "乙方")),
    _C.RESPONDENT_PHONE: Label("被申请人电话", "respondent phone", ("乙方电话",)),
    _C.RESPONDENT_DOCUMENT: Label("被申请人证件类型", "respondent document", ("乙方证件类型",)),
    _C.RESPONDENT_NUMBER: Label("被申请人证件号码", "respondent document number", ("被申请人身份证号", "乙方证件号码")),
}
REQUIRED = (_C.REPORTED_ON, _C.CATEGORY, _C.SUMMARY, _C.APPLICANT)
_NAMES = names_of(LABELS)


def read_header(cells: Sequence[str]) -> CaseHeader:
    """Which position holds which column. Unknown columns are ignored and named; raises CaseHeaderUnfit."""
    positions, ignored, issues = read_columns(cells, LABELS, _NAMES, REQUIRED)
    if issues:
        raise CaseHeaderUnfit(issues=issues)
    return CaseHeader(positions, ignored)
