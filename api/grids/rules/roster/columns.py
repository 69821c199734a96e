"""The columns of a roster, by the names people give them."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from api.grids.errors import RosterHeaderUnfit
from api.grids.types import Column, RosterHeader
from api.kernel.errors import Issue


class Label(NamedTuple):
    """What a column is called in files we write, and what else it may be called in files we read."""

    zh: str
    en: str
    others: tuple[str, ...] = ()


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


_REMARK = re.compile(r"[（(].*$", re.DOTALL)
_MARKS = re.compile(r"[\s_*:：]")


def _normal(text: str) -> str:
    return _MARKS.sub("", _REMARK.sub("", text.strip().lower()))


_KNOWN = {_normal(name): column for column, label in LABELS.items() for name in (label.zh, label.en, *label.others)}


def read_header(cells: Sequence[str]) -> RosterHeader:
    """Which position holds which column. Unknown columns are ignored and named; raises RosterHeaderUnfit.

    `手机号*`, `Grid Code` and `证书到期（年-月-日）` are known names: case, spaces, marks and remarks don't count.
    """
    positions: dict[Column, int] = {}
    ignored: list[str] = []
    issues: list[Issue] = []
    for index, cell in enumerate(cells):
        column = _KNOWN.get(_normal(cell))
        if column is None:
            ignored += [cell.strip()[:40]] if cell.strip() else []
        elif column in positions:
            issues.append(_issue(column, "column_twice", "列重复", "is there twice"))
        else:
            positions[column] = index
    missing = [column for column in REQUIRED if column not in positions]
    issues += [_issue(column, "column_missing", "缺少此列", "is missing") for column in missing]
    if issues:
        raise RosterHeaderUnfit(issues=issues)
    return RosterHeader(positions, tuple(ignored))


def _issue(column: Column, code: str, zh: str, en: str) -> Issue:
    label = LABELS[column]
    return Issue(f"row 1, {column.value}", code, f"{label.zh}：{zh}。", f"Column {label.en} {en}.")
