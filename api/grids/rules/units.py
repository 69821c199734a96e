"""What fits where in the tree."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from api.grids.errors import CodeUnfit, ParentUnfit
from api.grids.types import STATION_ZONE, UnitKind, UnitNode, UnitRow

PARENTS: Mapping[UnitKind, frozenset[UnitKind]] = {
    UnitKind.DISTRICT: frozenset(),
    UnitKind.STATION: frozenset({UnitKind.DISTRICT}),
    UnitKind.COMMUNITY: frozenset({UnitKind.STATION}),
    UnitKind.VILLAGE: frozenset({UnitKind.STATION}),
    UnitKind.GRID: frozenset({UnitKind.COMMUNITY, UnitKind.VILLAGE}),
}
_TWELVE = re.compile(r"[0-9]{12}")
_THREE = re.compile(r"[0-9]{3}")


def station_day(now: datetime) -> date:
    """The station's calendar day at `now`."""
    return now.astimezone(STATION_ZONE).date()


def check_parent(kind: UnitKind, parent: UnitKind) -> None:
    """Raise ParentUnfit unless a unit of `kind` may stand below one of `parent`."""
    if parent not in PARENTS[kind]:
        raise ParentUnfit


def check_code(kind: UnitKind, code: str, parent_code: str) -> None:
    """Raise CodeUnfit unless the code is formed as its level asks.

    Where a community's code sits in the official list is not checked: a station may serve several sub-districts.
    """
    if kind is UnitKind.GRID:
        if not (code.startswith(parent_code) and _THREE.fullmatch(code[len(parent_code) :])):
            raise CodeUnfit
    elif not _TWELVE.fullmatch(code):
        raise CodeUnfit


def nest_units(rows: Iterable[UnitRow], root: UUID) -> UnitNode | None:
    """The tree below `root`, children by code; a row whose parent is not among the rows is left out."""
    children: dict[UUID | None, list[UnitRow]] = {}
    top = None
    for row in sorted(rows, key=lambda row: row.code):
        if row.id == root:
            top = row
        else:
            children.setdefault(row.parent_id, []).append(row)
    return None if top is None else _node(top, children)


def _node(row: UnitRow, children: Mapping[UUID | None, list[UnitRow]]) -> UnitNode:
    return UnitNode(row, tuple(_node(child, children) for child in children.get(row.id, ())))
