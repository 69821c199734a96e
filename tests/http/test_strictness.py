"""A JSON body's values have the type the document says; what comes as text (a query, a form) is converted."""

from collections.abc import Iterator
from typing import Any

import pytest
from marshmallow import Schema, fields

from api.app import create_app
from api.http.schemas import RequestSchema
from api.http.strictness import textual_values

WRONG: dict[type[fields.Field], list[Any]] = {
    fields.Boolean: [0, 1, "true", "no", "", 1.0],
    fields.Integer: ["5", 5.7, True, "", "x"],
    fields.Decimal: [5, 5.5, True],
    fields.Number: ["5", True, "1e3", ""],
}


class OrderSchema(RequestSchema):
    """One field of each kind, some of them inside others."""

    urgent = fields.Boolean()
    count = fields.Integer(allow_none=True)
    share = fields.Float()
    price = fields.Decimal()
    counts = fields.List(fields.Integer())
    weights = fields.Dict(keys=fields.String(), values=fields.Float())


def test_no_request_takes_a_value_that_only_resembles_its_type(make_settings) -> None:
    create_app(make_settings("postgresql+psycopg://nobody@/nowhere"))  # imports every schema
    asked = 0
    for schema in request_schemas(RequestSchema):
        for where, field in typed_fields(schema(), schema.__name__, frozenset()):
            wrong = next(values for kind, values in WRONG.items() if isinstance(field, kind))
            for value in wrong:
                asked += 1
                assert is_refused(field, value), f"{where} takes {value!r}"
    assert asked > 500


@pytest.mark.parametrize(
    "body",
    [
        {"urgent": 0}, {"count": "5"}, {"count": 5.5}, {"share": "0.5"}, {"price": 9.9}, {"counts": [1, "2"]},
        {"weights": {"near": "3"}}, {"count": True},
    ],
)  # fmt: skip
def test_a_body_is_refused_for_it_by_the_field_s_name(body: dict[str, Any]) -> None:
    assert set(OrderSchema().validate(body)) == set(body)


def test_what_is_right_is_taken() -> None:
    body = {"urgent": False, "count": None, "share": 1, "price": "9.90", "counts": [5.0], "weights": {"near": 0.5}}
    assert OrderSchema().validate(body) == {}


def test_text_is_converted_where_there_is_only_text() -> None:
    with textual_values(textual=True):
        assert OrderSchema().load({"urgent": "true", "count": "5"}) == {"urgent": True, "count": 5}
    assert set(OrderSchema().validate({"count": "5"})) == {"count"}


def test_a_route_says_which_field(client) -> None:
    wrong = client.post("/v1/sign-in/code/verify", json={"phone": "+8613812345678", "code": 482913})
    assert [error["pointer"] for error in wrong.json["errors"]] == ["/code"]


def request_schemas(base: type[Schema]) -> Iterator[type[Schema]]:
    for schema in base.__subclasses__():
        yield from request_schemas(schema)
        if schema.__module__.startswith("api."):
            yield schema


def is_refused(field: fields.Field, value: Any) -> bool:
    try:
        field.deserialize(value)
    except Exception:
        return True
    return False


def typed_fields(schema: Schema, where: str, seen: frozenset[type]) -> Iterator[tuple[str, fields.Field]]:
    """Every boolean and number of a schema, also inside lists, objects and nested schemas."""
    if type(schema) in seen:
        return
    for name, field in schema.fields.items():
        yield from _inside(field, f"{where}.{name}", seen | {type(schema)})


def _inside(field: fields.Field, where: str, seen: frozenset[type]) -> Iterator[tuple[str, fields.Field]]:
    if isinstance(field, fields.List):
        yield from _inside(field.inner, f"{where}[]", seen)
    elif isinstance(field, fields.Nested):
        yield from typed_fields(field.schema, where, seen)
    elif isinstance(field, fields.Dict) and field.value_field is not None:
        yield from _inside(field.value_field, f"{where}{{}}", seen)
    elif isinstance(field, tuple(WRONG)):
        yield where, field
