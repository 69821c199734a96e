"""The columns of a roster, by the names people give them."""

from collections.abc import Sequence

from api.grids.errors import RosterHeaderUnfit
from api.grids.rules.sheets.headers import Label, names_of, read_columns
from api.grids.types import Column, RosterHeader

LABELS: dict[Column, Label] = {
    Column.NAME: Label("姓名", "name", ("成员姓名", "full name")),
    Column.PHONE: Label(
        "手机号", "phone", ("手机", "手机号码", "电话", "联系电话", "联系方式", "mobile", "phone number")
    ),
    Column.FORCE: Label("力量", "force", ("力量类别", "所属力量", "群防群治力量", "队伍")),
    Column.GRID_CODE: Label("网格编码", "grid_code", ("网格代码", "网格编号", "grid", "grid code")),
    Column.SKILLS: Label("技能", "skills", ("特长", "skill")),
    Column.EXPIRES: Label("证书到期", "expires", ("证书到期日", "证书有效期", "expires_on", "expiry")),
    Column.ROLES: Label("角色", "roles", ("role",)),
    Column.LANGUAGE: Label("语言", "language", ("语种",)),
    Column.STATUS: Label("状态", "status", ()),
    Column.JOINED_ON: Label("加入日期", "joined_on", ("登记日期", "入队日期", "joined")),
}
COLUMNS = tuple(LABELS)
REQUIRED = (Column.NAME, Column.PHONE, Column.FORCE)
_NAMES = names_of(LABELS)


def read_header(cells: Sequence[str]) -> RosterHeader:
    """Which position holds which column. Unknown columns are ignored and named; raises RosterHeaderUnfit."""
    positions, ignored, issues = read_columns(cells, LABELS, _NAMES, REQUIRED)
    if issues:
        raise RosterHeaderUnfit(issues=issues)
    return RosterHeader(positions, ignored)
