"""Schema bases and fields shared by all areas: requests are closed, responses are open, places name their datum."""

from functools import partial
from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from api.http.deprecation import note_use
from api.http.strictness import refuse_other_types
from api.kernel.geo import Datum, OutOfRange, to_wgs84


class RequestSchema(Schema):
    """What a caller sends: an unknown field is refused, since a misspelt one would otherwise be lost silently, and so
    is a value that only resembles its type.
    """

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        refuse_other_types(field_obj)
        if field_obj.metadata.get("deprecated"):
            field_obj.pre_load = [*field_obj.pre_load, partial(note_use, field_obj.metadata)]


class ResponseSchema(Schema):
    """What a caller gets: clients must accept new fields, so the published schema is open."""

    class Meta:
        unknown = EXCLUDE


class PlaceSchema(RequestSchema):
    """A position as a phone or map gives it."""

    lat = fields.Float(required=True, validate=validate.Range(-90, 90), metadata={"description": "Degrees north."})
    lon = fields.Float(required=True, validate=validate.Range(-180, 180), metadata={"description": "Degrees east."})
    datum = fields.Enum(
        Datum,
        by_value=True,
        required=True,
        metadata={"description": "What lat and lon are measured in; never guessed."},
    )


class PlaceField(fields.Nested):
    """A nested place that loads as a WGS-84 `Point` and its declared datum: `(Point, Datum)`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(PlaceSchema, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        loaded = super()._deserialize(value, attr, data, partial, **kwargs)
        try:
            return to_wgs84(loaded["lat"], loaded["lon"], loaded["datum"]), loaded["datum"]
        except OutOfRange as error:
            raise ValidationError(f"{error.text_zh} | {error.text_en}") from None


class PointSchema(ResponseSchema):
    """A position as we give it: always WGS-84, and says so."""

    lat = fields.Float(required=True)
    lon = fields.Float(required=True)
    datum = fields.Constant("wgs84", metadata={"description": "Always wgs84."})


class PageQuery(RequestSchema):
    """Query parameters of every list."""

    cursor = fields.String(load_default=None, validate=validate.Length(max=500))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


def page_of(item: type[Schema]) -> type[Schema]:
    """The schema of one page of `item`: `{items: [...], next_cursor: string|null}`."""
    name = item.__name__.removesuffix("Schema") + "PageSchema"
    return type(  # a class per item, so that the published document names each page type
        name,
        (ResponseSchema,),
        {
            "__doc__": f"A page of {item.__name__.removesuffix('Schema')}.",
            "items": fields.List(fields.Nested(item), required=True),
            "next_cursor": fields.String(allow_none=True, required=True),
        },
    )
