"""Whatever value reaches the wire has a name in both languages, so that phones need no release for a new one.

That every list of the published document names its vocabulary is tested beside the document (tests/http).
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from marshmallow import Schema, fields

from api import all_labels
from api.all_labels import VOCABULARIES
from api.cli.contracts import FOLDER, all_modules, machines

pytestmark = pytest.mark.unit
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


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


def test_every_state_of_a_published_diagram_has_a_label() -> None:
    known = {vocabulary.kind for vocabulary in VOCABULARIES}
    unnamed = {machine.name for machine in machines() if type(machine.initial) not in known}
    assert not unnamed, f"give their states a vocabulary: {unnamed}"


def test_every_areas_labels_are_gathered() -> None:
    gathered = Path(all_labels.__file__).read_text(encoding="utf-8")
    areas = {path.parts[-3] for path in FOLDER.parent.glob("api/*/rules/labels.py")}
    assert {area for area in areas if f"api.{area}.rules.labels " not in gathered} == set()
