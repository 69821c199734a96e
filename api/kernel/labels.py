"""What the values of enumerations are called, for people: phones show these words and need no release for a new one.

An area names its own words in its `rules`; `api.all_labels` gathers them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from api.kernel.geo import Datum

FIRST = "1"  # the version of the contract that everything before the first change belongs to


@dataclass(frozen=True)
class Label:
    """One value in both languages. `since`, `deprecated`: versions of the contract."""

    zh: str
    en: str
    since: str = FIRST
    deprecated: str | None = None


@dataclass(frozen=True)
class Vocabulary:
    """The values of one enumeration under the name phones know it by. `kind` None: a list that is no type of ours."""

    name: str
    kind: type[StrEnum] | None
    labels: Mapping[str, Label]


def vocabulary(name: str, kind: type[StrEnum] | None, words: Mapping[str, tuple[str, str] | Label]) -> Vocabulary:
    """A vocabulary from (Chinese, English) pairs by value; a Label where there is more to say."""
    labels = {value: word if isinstance(word, Label) else Label(*word) for value, word in words.items()}
    return Vocabulary(name, kind, labels)


def label_catalogue(vocabularies: Iterable[Vocabulary]) -> dict[str, dict[str, dict[str, Any]]]:
    """Name -> value -> label, by name; the values in their own order."""
    found = {each.name: {value: vars(label) for value, label in each.labels.items()} for each in vocabularies}
    return dict(sorted(found.items()))


LABELS = (
    vocabulary(
        "datum",
        Datum,
        {
            "wgs84": ("WGS-84（卫星定位原始坐标）", "WGS-84, as satellites give it"),
            "gcj02": ("GCJ-02（国测局坐标）", "GCJ-02, as Chinese maps show it"),
            "bd09": ("BD-09（百度坐标）", "BD-09, as Baidu maps show it"),
        },
    ),
)
