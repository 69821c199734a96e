"""An app knows which words a field speaks: every list of values in the document names its vocabulary."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.all_labels import VOCABULARIES
from api.app import create_app

pytestmark = pytest.mark.unit

WORDS = {vocabulary.name: set(vocabulary.labels) for vocabulary in VOCABULARIES}
# Values that are no words: names of formats, protocols and days that every library knows.
NO_WORDS = (
    {"Polygon", "MultiPolygon"}, {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}, {"1.0.0"}, {"csv", "xlsx"},
    {"zh", "en"},
)  # fmt: skip
# Vocabularies of what stands in an event's data, in a log, or as a key; no field of the document holds them alone.
NOT_A_FIELD = {
    "device_state", "file_state", "insider_reason", "ladder_state", "lead_reason", "session_state", "sight",
    "sync_collection",
}  # fmt: skip


@pytest.fixture(scope="module")
def lists(make_settings) -> list[tuple[str, dict[str, Any]]]:
    app = create_app(make_settings("postgresql+psycopg://nobody@/nowhere"))
    return list(value_lists(app.test_client().get("/v1/openapi.json").json, ""))


def test_every_list_of_values_names_its_vocabulary(lists) -> None:
    nameless = [path for path, schema in lists if not names_of(schema) and values_of(schema) not in NO_WORDS]
    assert nameless == []


def test_a_vocabulary_has_a_word_for_every_value_that_may_come(lists) -> None:
    for path, schema in lists:
        if names := names_of(schema):
            assert values_of(schema) <= set().union(*(WORDS[name] for name in names)), path


def test_every_vocabulary_is_spoken_by_a_field(lists) -> None:
    spoken = {name for _, schema in lists for name in names_of(schema)}
    assert NOT_A_FIELD & spoken == set()
    # What the event stream says of itself is described beside the stream.
    assert [name for name in WORDS.keys() - spoken - NOT_A_FIELD if not name.startswith("live_")] == []


def test_every_list_of_values_has_a_type(lists) -> None:
    assert [path for path, schema in lists if "type" not in schema] == []


def value_lists(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        if any(isinstance(node.get(keyword), list) for keyword in ("enum", "x-extensible-enum")):
            yield path, node
        for name, inner in node.items():
            if name not in ("example", "examples"):
                yield from value_lists(inner, f"{path}/{name}")
    elif isinstance(node, list):
        for number, inner in enumerate(node):
            yield from value_lists(inner, f"{path}/{number}")


def names_of(schema: dict[str, Any]) -> list[str]:
    named = schema.get("x-vocabulary", [])
    return [named] if isinstance(named, str) else named


def values_of(schema: dict[str, Any]) -> set[str]:
    return set(schema.get("enum") or schema["x-extensible-enum"]) - {None}
