"""The first row of a file: which position holds which column, by the names people give them."""

import re
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeVar

from api.kernel.errors import Issue

C = TypeVar("C", bound=StrEnum)
_REMARK = re.compile(r"[（(].*$", re.DOTALL)
_MARKS = re.compile(r"[\s_*:：]")


class Label(NamedTuple):
    """What a column is called in files we write, and what else it may be called in files we read."""

    zh: str
    en: str
    others: tuple[str, ...] = ()


def names_of(labels: Mapping[C, Label]) -> dict[str, C]:
    """Every name of every column, and its own value, as `read_columns` compares them."""
    return {
        _normal(name): column
        for column, label in labels.items()
        for name in (column.value, label.zh, label.en, *label.others)
    }


def read_columns(
    cells: Sequence[str], labels: Mapping[C, Label], names: Mapping[str, C], required: Collection[C]
) -> tuple[dict[C, int], tuple[str, ...], list[Issue]]:
    """(position of each column, names nobody knows, what is wrong: a column twice, or one that is missing).

    `手机号*`, `Grid Code` and `证书到期（年-月-日）` are known names: case, spaces, marks and remarks don't count.
    """
    positions: dict[C, int] = {}
    ignored: list[str] = []
    issues: list[Issue] = []
    for index, cell in enumerate(cells):
        column = names.get(_normal(cell))
        if column is None:
            ignored += [cell.strip()[:40]] if cell.strip() else []
        elif column in positions:
            issues.append(_issue(labels, column, "column_twice", ("列重复", "is there twice")))
        else:
            positions[column] = index
    missing = [column for column in required if column not in positions]
    issues += [_issue(labels, column, "column_missing", ("缺少此列", "is missing")) for column in missing]
    return positions, tuple(ignored), issues


def _normal(text: str) -> str:
    return _MARKS.sub("", _REMARK.sub("", text.strip().lower()))


def _issue(labels: Mapping[C, Label], column: C, code: str, wrong: tuple[str, str]) -> Issue:
    label, (zh, en) = labels[column], wrong
    return Issue(f"row 1, {column.value}", code, f"{label.zh}：{zh}。", f"Column {label.en} {en}.")
