"""Whatever value reaches the wire has a name in both languages, so that phones need no release for a new one."""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema, fields

from api import all_labels
from api.all_labels import VOCABULARIES
from api.app import create_app
from api.cli.contracts import FOLDER, all_modules, machines

pytestmark = pytest.mark.unit
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Lists that are no words for people: forms of a file, of a geometry, of a language tag, days, a protocol's version.
NO_WORDS = (
    {"xlsx", "csv"}, {"Polygon", "MultiPolygon"}, {"zh", "en"}, {"mon", "tue", "wed", "thu", "fri", "sat", "sun"},
    {"1.0.0"},
)  # fmt: skip


@pytest.fixture(scope="module")
def document(make_settings) -> dict[str, Any]:
    app = create_app(make_settings("postgresql+psycopg://nobody@/nowhere"))
    return app.test_client().get("/v1/openapi.json").json


def enums_on_the_wire() -> dict[type[StrEnum], str]:
    """Every enumeration a schema's field takes or gives, and one field that does."""
    list(all_modules())
    found = {}
    for schema in _below(Schema):
        for name, field in schema._declared_fields.items():
            for each in _inside(field):
                if isinstance(each, fields.Enum):
                    found[each.enum] = f"{schema.__name__}.{name}"
    return found


def _below(kind: type) -> Iterator[type[Schema]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("api."):
            yield child
        yield from _below(child)


def _inside(field: fields.Field) -> Iterator[fields.Field]:
    yield field
    for inner in (getattr(field, name, None) for name in ("inner", "key_field", "value_field")):
        if isinstance(inner, fields.Field):
            yield from _inside(inner)


def lists_in(node: Any, where: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every list of permitted words of the published document, and where it stands."""
    if isinstance(node, dict):
        for keyword in ("enum", "x-extensible-enum"):
            values = node.get(keyword)
            if isinstance(values, list) and all(isinstance(value, str | None) for value in values):
                yield where, {value for value in values if value is not None}
        for name, inner in node.items():
            if name != "example":
                yield from lists_in(inner, f"{where}/{name}")
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from lists_in(inner, f"{where}/{index}")


def test_every_value_of_a_vocabulary_has_a_name_in_both_languages() -> None:
    for vocabulary in VOCABULARIES:
        if vocabulary.kind is not None:
            assert list(vocabulary.labels) == [member.value for member in vocabulary.kind], (
                f"{vocabulary.name}: give every value of {vocabulary.kind.__name__} a label, in its order"
            )
        for value, label in vocabulary.labels.items():
            assert _CHINESE.search(label.zh), f"{vocabulary.name}.{value} has no Chinese label"
            assert label.en, f"{vocabulary.name}.{value} has no English label"
            assert not _CHINESE.search(label.en), f"{vocabulary.name}.{value} has no English label"


def test_no_two_vocabularies_share_a_name_or_a_kind() -> None:
    names = [vocabulary.name for vocabulary in VOCABULARIES]
    kinds = [vocabulary.kind for vocabulary in VOCABULARIES if vocabulary.kind is not None]
    assert len(names) == len(set(names))
    assert len(kinds) == len(set(kinds))


def test_every_enumeration_of_a_schema_has_labels() -> None:
    known = {vocabulary.kind for vocabulary in VOCABULARIES}
    unnamed = {kind.__qualname__: field for kind, field in enums_on_the_wire().items() if kind not in known}
    assert not unnamed, f"give them a vocabulary in their area's rules/labels.py: {unnamed}"


def test_every_list_of_the_published_document_has_labels(document: dict[str, Any]) -> None:
    known = [set(vocabulary.labels) for vocabulary in VOCABULARIES] + list(NO_WORDS)
    unnamed = {where: values for where, values in lists_in(document) if not any(values <= each for each in known)}
    assert not unnamed, f"give them a vocabulary in their area's rules/labels.py: {unnamed}"


def test_every_state_of_a_published_diagram_has_a_label() -> None:
    known = {vocabulary.kind for vocabulary in VOCABULARIES}
    unnamed = {machine.name for machine in machines() if type(machine.initial) not in known}
    assert not unnamed, f"give their states a vocabulary: {unnamed}"


def test_every_areas_labels_are_gathered() -> None:
    gathered = Path(all_labels.__file__).read_text(encoding="utf-8")
    areas = {path.parts[-3] for path in FOLDER.parent.glob("api/*/rules/labels.py")}
    assert {area for area in areas if f"api.{area}.rules.labels " not in gathered} == set()
