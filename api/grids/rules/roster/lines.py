"""Rows on their way out, such that reading them back in changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from api.grids.rules.roster.columns import LABELS
from api.grids.rules.roster.rows import LANGUAGES, STATUSES
from api.grids.types import Column, RosterLine, Word
from api.identity.rules import FIELD_ROLES

# Roles are left out: a roster gives them to new people only, and an export holds nobody new.
EXPORTED = tuple(column for column in LABELS if column is not Column.ROLES)
WIDTHS = (14, 16, 18, 20, 28, 28, 10, 10, 14)


def header_line(columns: Iterable[Column]) -> list[str]:
    """Both names of each column: `姓名 (name)`; the bracket is a remark to whoever reads it."""
    return [f"{LABELS[column].zh} ({LABELS[column].en})" for column in columns]


def roster_line(line: RosterLine, forces: Mapping[str, str], skills: Mapping[str, str]) -> list[str]:
    """The cells of one member in the order of EXPORTED; `forces` and `skills` are labels by code."""
    held = sorted(line.skills.items())
    return [
        line.name,
        national_number(line.phone),
        forces.get(line.force, line.force),
        line.grid_code or "",
        "、".join(skills.get(skill, skill) for skill, _ in held),
        _expiries(held, skills),
        line.language,
        _label(STATUSES, line.status),
        line.joined_on.isoformat(),
    ]


def national_number(phone: str) -> str:
    """`+8613812345678` as people here write it; anything else, a masked number too, as it is."""
    return phone[3:] if phone.startswith("+861") and len(phone) == 14 else phone


def _expiries(held: Sequence[tuple[str, date | None]], skills: Mapping[str, str]) -> str:
    days = {day for _, day in held}
    if len(days) == 1:
        return "".join(day.isoformat() for day in days if day)
    return "、".join(f"{skills.get(skill, skill)}={day.isoformat()}" for skill, day in held if day)


def _label(choices: Mapping[str, object], value: str) -> str:
    return next((label for label, choice in choices.items() if choice == value), value)


def guide_lines(forces: Iterable[Word], skills: Iterable[Word]) -> list[list[str]]:
    """The template's second sheet: what may stand in each column."""
    roles = "、".join(sorted(FIELD_ROLES))
    return [
        ["栏目 (column)", "填写说明", "What to fill in"],
        ["姓名", "必填", "Required"],
        ["手机号", "必填，中国大陆手机号；同一号码只能出现一次", "Required; a mainland mobile number, once per file"],
        ["网格编码", "15 位，可空；须为本所有效网格", "15 digits, may be empty; a valid grid of the station"],
        ["证书到期", "一个日期，或“技能=日期”的列表", "One date, or a list of skill=date"],
        ["角色", f"可空；仅用于新成员：{roles}", "May be empty; for new members only"],
        ["语言", "、".join(sorted(set(LANGUAGES.values()))), "Language of messages"],
        ["状态", "、".join(label for label in STATUSES if not label.isascii()), "pending, active, suspended, left"],
        *[["力量", word.zh, f"{word.code} / {word.en}"] for word in forces],
        *[["技能", word.zh, f"{word.code} / {word.en}"] for word in skills],
    ]
