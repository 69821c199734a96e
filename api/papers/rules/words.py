"""A paper's own words, in its language."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What the layout writes by itself."""

    page: str
    date: str
    colon: str


_ZH = Words("第 {number} 页　共 {count} 页", "　　　　年　　　月　　　日", "：")
_EN = Words("Page {number} of {count}", "Date: ____________________", ":")


def words_of(language: str) -> Words:
    """Chinese unless the paper is English."""
    return _EN if language.startswith("en") else _ZH
