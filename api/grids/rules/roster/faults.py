"""What can be wrong with a row, in both languages. No text quotes the cell: a report must not copy personal data."""

from api.grids.rules.roster.columns import LABELS
from api.grids.types import RowFault

# A file cannot make the report longer than this many faults plus one per row.
MAX_FAULTS = 20_000

_TEXTS: dict[str, tuple[str, str]] = {
    "missing": ("不能为空。", "must not be empty."),
    "too_long": ("内容过长。", "is too long."),
    "formula": ("不能是公式。", "must not be a formula."),
    "bad_characters": ("含有不能识别的字符。", "holds characters that are not allowed."),
    "phone_invalid": ("不是有效的手机号码。", "is not a valid phone number."),
    "phone_landline": (
        "是固定电话，收不到短信，请填手机号码。",
        "is a landline and receives no SMS; give a mobile number.",
    ),
    "phone_twice": ("与第 {first_row} 行重复。", "is the same as in row {first_row}."),
    "force_unknown": ("没有这种力量，请按模板说明填写。", "is no force of this station; see the template."),
    "grid_unknown": ("本所没有该网格编码，或网格已停用。", "is no valid grid of this station."),
    "skill_unknown": ("含有未登记的技能，请按模板说明填写。", "holds an unknown skill; see the template."),
    "skill_twice": ("同一技能出现两次。", "names a skill twice."),
    "expires_invalid": (
        "应为日期（2027-05-31），或“技能=日期”的列表。",
        "must be a date (2027-05-31) or a list of skill=date.",
    ),
    "expires_without_skill": ("有到期日期的技能未列在技能栏。", "names a skill that is not in the skills column."),
    "role_unknown": ("没有这种角色。", "is no known role."),
    "role_not_by_roster": (
        "指挥、管理、审计等角色不能通过花名册授予。",
        "holds a role that no roster can give; an administrator sets it.",
    ),
    "language_unknown": ("应为 zh-CN 或 en。", "must be zh-CN or en."),
    "status_unknown": ("应为待激活、在册、暂停或离队。", "must be pending, active, suspended or left."),
    "status_not_by_roster": (
        "与登记状态不一致；暂停、离队、恢复请在成员页办理。",
        "differs from the enrolment; suspend, let go or take back on the member's page.",
    ),
    "date_invalid": ("不是有效日期（2027-05-31）。", "is not a valid date (2027-05-31)."),
    "name_differs": ("该号码已登记在另一姓名下，请先核对。", "differs from the name this number is enrolled under."),
    "member_left": ("该成员已离队，请先在成员页恢复。", "belongs to a member who left; take the member back first."),
}
CODES = frozenset(_TEXTS)


def fault_text(fault: RowFault) -> tuple[str, str]:
    """The fault as a sentence, (zh, en)."""
    label = LABELS[fault.column]
    zh, en = _TEXTS[fault.code]
    return (
        f"第 {fault.row} 行，{label.zh}：{zh.format(first_row=fault.first_row)}",
        f"Row {fault.row}, {label.en} {en.format(first_row=fault.first_row)}",
    )


def bound_faults(faults: list[RowFault], limit: int = MAX_FAULTS) -> tuple[tuple[RowFault, ...], int]:
    """The faults in order of rows, and how many are left out: beyond the limit only the first of each row is kept."""
    ordered = sorted(faults, key=lambda fault: fault.row)
    kept: list[RowFault] = []
    for fault in ordered:
        if len(kept) < limit or fault.row != kept[-1].row:
            kept.append(fault)
    return tuple(kept), len(ordered) - len(kept)
