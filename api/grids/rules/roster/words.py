"""Forces and skills by every name a roster may use, and the name we write."""

from collections.abc import Iterable

from api.grids.types import Word


def index_words(words: Iterable[Word]) -> dict[str, str]:
    """Lower-case code or label (zh, en) -> code. A label that two entries share stands for neither: no guessing."""
    listed = list(words)
    codes = {word.code: word.code for word in listed}
    labels: dict[str, set[str]] = {}
    for word in listed:
        for label in (word.zh.lower(), word.en.lower()):
            labels.setdefault(label, set()).add(word.code)
    return {label: min(owners) for label, owners in labels.items() if len(owners) == 1} | codes


def label_words(words: Iterable[Word]) -> dict[str, str]:
    """Code -> the Chinese label, or the code itself where the label would not be understood when read back."""
    listed = list(words)
    index = index_words(listed)
    return {word.code: word.zh if index.get(word.zh.lower()) == word.code else word.code for word in listed}
