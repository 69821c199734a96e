"""Reading rows: every cell is checked, every fault is kept, a row is good or it is not."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from api.grids.types import Column, MemberStatus, RosterHeader, RosterRow, RowFault, SkillHeld, Vocabulary
from api.identity.errors import PhoneUnusable
from api.identity.rules import FIELD_ROLES, parse_phone
from api.identity.types import Language, PhoneKind, Role

MAX_CELL = 500
MAX_NAME = 50
ROLES: Mapping[str, Role] = {
    "志愿者": Role.VOLUNTEER, "网格员": Role.GRID_OFFICER, "巡逻民警": Role.PATROL_OFFICER,
    "巡逻员": Role.PATROL_OFFICER, "调解员": Role.MEDIATOR, "指挥员": Role.DISPATCHER,
    "审核员": Role.SUPERVISOR, "管理员": Role.STATION_ADMIN,
    "审计员": Role.AUDITOR, **{role.value: role for role in Role},
}  # fmt: skip
STATUSES: Mapping[str, MemberStatus] = {
    "待激活": MemberStatus.PENDING, "在册": MemberStatus.ACTIVE, "暂停": MemberStatus.SUSPENDED,
    "离队": MemberStatus.LEFT, **{status.value: status for status in MemberStatus},
}  # fmt: skip
LANGUAGES: Mapping[str, Language] = {
    "zh-cn": Language.ZH, "zh": Language.ZH, "中文": Language.ZH, "汉语": Language.ZH,
    "en": Language.EN, "英文": Language.EN, "英语": Language.EN, "english": Language.EN,
}  # fmt: skip

_SEPARATORS = re.compile(r"[、,，;；|/\n]+")
_PAIR = re.compile(r"[=＝:：]")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00)?)?")
# Letters of any script, marks, spaces and the dots and hyphens of real names; digits only behind a letter.
_NAME = re.compile(r"[^\W\d_][\w\s.·•'’()（）-]*")


class Refused(Exception):
    """A cell cannot be used; the message is the fault's code."""


def read_rows(
    rows: Iterable[tuple[int, Sequence[str]]], header: RosterHeader, vocabulary: Vocabulary
) -> tuple[list[RosterRow], list[RowFault], int]:
    """The rows that can be applied, every fault of the others, and how many rows are not empty.

    A number that is there twice counts for its first row; the later ones are faults.
    """
    good: list[RosterRow] = []
    faults: list[RowFault] = []
    seen: dict[str, int] = {}
    count = 0
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        row, found = read_row(number, _pick(cells, header), vocabulary)
        if row is not None and (first := seen.setdefault(row.phone, number)) != number:
            row, found = None, [RowFault(number, Column.PHONE, "phone_twice", first)]
        faults += found
        good += [row] if row is not None else []
    return good, faults, count


def _pick(cells: Sequence[str], header: RosterHeader) -> dict[Column, str]:
    return {column: cells[index].strip() if index < len(cells) else "" for column, index in header.positions.items()}


def read_row(
    number: int, cells: Mapping[Column, str], vocabulary: Vocabulary
) -> tuple[RosterRow | None, list[RowFault]]:
    """One row: the value, or None and its faults, one per column."""
    values: dict[str, Any] = {}
    faults: list[RowFault] = []
    for column, name, read in _readers(cells, vocabulary):
        try:
            _check_cell(cells[column])
            values[name] = read(cells[column])
        except Refused as refusal:
            faults.append(RowFault(number, column, str(refusal)))
    if faults:
        return None, faults
    return RosterRow(row=number, **values), []


def _readers(cells: Mapping[Column, str], vocabulary: Vocabulary) -> Iterator[tuple[Column, str, Any]]:
    yield Column.NAME, "name", _read_name
    yield Column.PHONE, "phone", _read_phone
    yield Column.FORCE, "force", partial(_read_force, forces=vocabulary.forces)
    optional: dict[Column, tuple[str, Any]] = {
        Column.GRID_CODE: ("grid_id", partial(_read_grid, grids=vocabulary.grids)),
        Column.ROLES: ("roles", _read_roles),
        Column.LANGUAGE: ("language", partial(_read_choice, choices=LANGUAGES, fault="language_unknown")),
        Column.STATUS: ("status", partial(_read_choice, choices=STATUSES, fault="status_unknown")),
        Column.JOINED_ON: ("joined_on", _read_day),
    }
    for column, (name, read) in optional.items():
        if column in cells:
            yield column, name, read
    if Column.SKILLS in cells:
        yield Column.SKILLS, "skills", partial(_read_skills, skills=vocabulary.skills)
    if Column.EXPIRES in cells and Column.SKILLS in cells:
        # Read after the skills, and replaces them: the same list, with its dates.
        yield Column.EXPIRES, "skills", partial(_read_expiries, listed=cells[Column.SKILLS], skills=vocabulary.skills)


def _check_cell(cell: str) -> None:
    if len(cell) > MAX_CELL:
        raise Refused("too_long")
    # A leading + is how a phone number starts; nothing else of a roster begins like a formula.
    if cell.startswith(("=", "@")):
        raise Refused("formula")
    if any(letter < " " and letter != "\n" for letter in cell):
        raise Refused("bad_characters")


def _read_name(cell: str) -> str:
    name = " ".join(cell.split())
    if not name:
        raise Refused("missing")
    if len(name) > MAX_NAME:
        raise Refused("too_long")
    if not _NAME.fullmatch(name):
        raise Refused("bad_characters")
    return name


def _read_phone(cell: str) -> str:
    if not cell:
        raise Refused("missing")
    try:
        phone = parse_phone(cell)
    except PhoneUnusable:
        raise Refused("phone_invalid") from None
    if phone.kind is PhoneKind.LANDLINE:
        raise Refused("phone_landline")
    return phone.e164


def _read_force(cell: str, *, forces: Mapping[str, str]) -> str:
    if not cell:
        raise Refused("missing")
    if cell.lower() not in forces:
        raise Refused("force_unknown")
    return forces[cell.lower()]


def _read_grid(cell: str, *, grids: Mapping[str, Any]) -> Any:
    if not cell:
        return None
    if cell not in grids:
        raise Refused("grid_unknown")
    return grids[cell]


def _read_roles(cell: str) -> tuple[Role, ...] | None:
    names = split_list(cell)
    if any(name.lower() not in ROLES for name in names):
        raise Refused("role_unknown")
    roles = {ROLES[name.lower()] for name in names}
    if not roles <= FIELD_ROLES:
        raise Refused("role_not_by_roster")
    return tuple(sorted(roles)) or None


def _read_choice(cell: str, *, choices: Mapping[str, Any], fault: str) -> Any:
    if not cell:
        return None
    if cell.lower() not in choices:
        raise Refused(fault)
    return choices[cell.lower()]


def _read_day(cell: str) -> date | None:
    if not cell:
        return None
    day = parse_day(cell)
    if day is None:
        raise Refused("date_invalid")
    return day


def _read_skills(cell: str, *, skills: Mapping[str, str]) -> tuple[SkillHeld, ...]:
    names = [name.lower() for name in split_list(cell)]
    if any(name not in skills for name in names):
        raise Refused("skill_unknown")
    codes = [skills[name] for name in names]
    if len(set(codes)) != len(codes):
        raise Refused("skill_twice")
    return tuple(SkillHeld(code) for code in sorted(codes))


def _read_expiries(cell: str, *, listed: str, skills: Mapping[str, str]) -> tuple[SkillHeld, ...]:
    try:
        held = _read_skills(listed, skills=skills)
    except Refused:
        return ()  # the skills column has reported itself
    if not cell:
        return held
    if not held:
        raise Refused("expires_without_skill")
    if (day := parse_day(cell)) is not None:
        return tuple(SkillHeld(each.skill, day) for each in held)
    days = _read_pairs(cell, skills)
    if not days.keys() <= {each.skill for each in held}:
        raise Refused("expires_without_skill")
    return tuple(SkillHeld(each.skill, days.get(each.skill)) for each in held)


def _read_pairs(cell: str, skills: Mapping[str, str]) -> dict[str, date]:
    days: dict[str, date] = {}
    for item in re.split(r"[、,，;；|\n]+", cell):
        name, *rest = (part.strip() for part in _PAIR.split(item))
        day = parse_day(rest[0]) if len(rest) == 1 else None
        if day is None:
            raise Refused("expires_invalid")
        if name.lower() not in skills:
            raise Refused("skill_unknown")
        days[skills[name.lower()]] = day
    return days


def split_list(cell: str) -> list[str]:
    """The items of a cell such as `急救、游泳` or `first_aid; swimming`."""
    return [item.strip() for item in _SEPARATORS.split(cell) if item.strip()]


def parse_day(text: str) -> date | None:
    """The day of `2027-05-31`, `2027/5/31`, `2027.5.31` or `2027年5月31日`; None for anything else."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None
