"""Texts by key, with the facts filled in."""

import re
from collections.abc import Mapping

_FACT = re.compile(r"\{(\w+)\}")


def say(words: Mapping[str, str], key: str, facts: Mapping[str, object]) -> str:
    """The text of a key; `{name}` becomes the fact of that name. A key nobody wrote shows as itself, to be noticed."""
    return _FACT.sub(lambda found: str(facts.get(found[1], found[0])), words.get(key, key))
