"""Code lists and standards on the wire."""

from typing import Any

from marshmallow import fields, post_load, validate

from api.disputes.schemas.parties import enum_field
from api.disputes.types import CodeList, StandardKind
from api.http.schemas import RequestSchema, ResponseSchema

_POINTS = validate.Range(-100, 1000)
_NAMES = fields.String(validate=validate.Length(1, 40))


def _points(**kwargs: Any) -> fields.Dict:
    values = fields.Integer(strict=True, validate=_POINTS)
    return fields.Dict(keys=_NAMES, values=values, validate=validate.Length(max=40), **kwargs)


class CodeQuery(RequestSchema):
    """Which list, as of which day; without them all lists, today."""

    list = enum_field(CodeList, load_default=None)
    on = fields.Date(load_default=None)


class CodeSchema(ResponseSchema):
    """One code of a list."""

    list = fields.String(required=True, metadata={"x-vocabulary": "dispute_code_list"})
    code = fields.String(required=True)
    version = fields.Integer(required=True)
    parent = fields.String(required=True, allow_none=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True)


class CodeListSchema(ResponseSchema):
    """Codes, list by list, in order."""

    items = fields.List(fields.Nested(CodeSchema), required=True)


class StandardQuery(RequestSchema):
    """Which standard."""

    kind = enum_field(StandardKind, required=True)


class StandardSchema(ResponseSchema):
    """One version of a standard; `station_id` null is common to all stations."""

    id = fields.UUID(required=True)
    station_id = fields.UUID(required=True, allow_none=True)
    kind = fields.String(required=True, metadata={"x-vocabulary": "standard_kind"})
    version = fields.Integer(required=True)
    body = fields.Dict(required=True)
    made_by = fields.UUID(required=True, allow_none=True)
    made_at = fields.AwareDateTime(required=True)


class StandardListSchema(ResponseSchema):
    """Every version, the one in force first."""

    items = fields.List(fields.Nested(StandardSchema), required=True)


class WeightsSchema(RequestSchema):
    """Points per reason, what a counted reason may add at most, and the least score of each colour."""

    weights = _points(required=True)
    most = _points(load_default=dict)
    people_from = fields.Integer(load_default=6, strict=True, validate=validate.Range(2, 1000))
    amount_from = fields.Integer(load_default=100_000, strict=True, validate=validate.Range(1, 10**12))
    colours = _points(required=True)


class DeadlinesSchema(RequestSchema):
    """Working days in which each state is left; days for the rest."""

    states = fields.Dict(
        keys=_NAMES, values=fields.Integer(strict=True, validate=validate.Range(1, 365)), required=True
    )
    climbs = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, 60)), required=True, validate=validate.Length(equal=3)
    )
    pair_days = fields.Integer(load_default=60, strict=True, validate=validate.Range(1, 3650))
    history_days = fields.Integer(load_default=730, strict=True, validate=validate.Range(1, 3650))
    reopen_days = fields.Integer(load_default=180, strict=True, validate=validate.Range(1, 3650))


class NamedSchema(RequestSchema):
    """The supervisors who may see every strict case."""

    people = fields.List(fields.UUID(), required=True, validate=validate.Length(max=50))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The body as it is stored."""
        return {"people": [str(person) for person in data["people"]]}


class InsiderSchema(RequestSchema):
    """Who is named, or is no longer."""

    person_id = fields.UUID(required=True)
    named = fields.Boolean(load_default=True)
