"""Checking codes against the lists of a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from api.disputes.types import CodeList, CodeRow
from api.kernel.errors import Issue


@dataclass(frozen=True)
class CodeBook:
    """The lists as they are on one day: code -> version, and what a sheet may call a code."""

    codes: Mapping[str, Mapping[str, int]]
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def knows(self, which: CodeList, code: str) -> bool:
        """Whether the code may be chosen today."""
        return code in self.codes.get(which, {})

    def version(self, which: CodeList, code: str) -> int:
        """The version of a known code."""
        return self.codes[which][code]

    def read(self, which: CodeList, text: str) -> str | None:
        """The code somebody means who writes it or its label in Chinese or English; None when nothing fits."""
        text = text.strip()
        return text if self.knows(which, text) else self.labels.get(which, {}).get(text.lower())


def make_book(rows: Iterable[CodeRow]) -> CodeBook:
    """The book of these rows. A label two codes of one list share stands for neither: no guessing."""
    codes: dict[str, dict[str, int]] = {}
    labels: dict[str, dict[str, set[str]]] = {}
    for row in rows:
        codes.setdefault(row.list, {})[row.code] = row.version
        for label in (row.zh.lower(), row.en.lower()):
            labels.setdefault(row.list, {}).setdefault(label, set()).add(row.code)
    single = {
        which: {label: min(owners) for label, owners in each.items() if len(owners) == 1}
        for which, each in labels.items()
    }
    return CodeBook(codes, single)


def unknown_codes(book: CodeBook, given: Sequence[tuple[str, CodeList, str | None]]) -> list[Issue]:
    """An issue for each (pointer, list, code) that names a code the list does not hold today."""
    return [
        Issue(pointer, "code_unknown", "不在代码表中，或已停用。", "It is not in the code list, or no longer.")
        for pointer, which, code in given
        if code is not None and not book.knows(which, code)
    ]
