"""Units, outlines, owners, enterprises, coverage."""

from typing import Any

from marshmallow import fields, post_load, validate

from api.grids.rules import read_area
from api.grids.types import KEEP, UnitEdit, UnitKind, UnitSource
from api.http.schemas import PageQuery, PointSchema, RequestSchema, ResponseSchema, page_of
from api.kernel.geo import Datum

# The levels a station's administrator works on; districts and stations are set up by the operator.
OWN_KINDS = (UnitKind.COMMUNITY, UnitKind.VILLAGE, UnitKind.GRID)
NAME = validate.And(validate.Length(1, 60), validate.Regexp(r"^\S(.*\S)?$"))


class AreaSchema(RequestSchema):
    """An outline as GeoJSON: positions are [longitude, latitude], rings are closed, at most 500 positions."""

    type = fields.String(required=True, validate=validate.OneOf(["Polygon", "MultiPolygon"]))
    coordinates = fields.List(fields.Raw(), required=True, metadata={"description": "As GeoJSON's coordinates."})
    datum = fields.Enum(
        Datum,
        by_value=True,
        required=True,
        metadata={"description": "What the positions are measured in; never guessed."},
    )


class AreaField(fields.Nested):
    """A nested outline that loads as an `Area` in WGS-84; refused as `area_invalid`, with a pointer to each fault."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(AreaSchema, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        loaded = super()._deserialize(value, attr, data, partial, **kwargs)
        return read_area(loaded["type"], loaded["coordinates"], loaded["datum"])


class UnitCreateSchema(RequestSchema):
    """A community, village or grid to add."""

    kind = fields.Enum(UnitKind, by_value=True, required=True, validate=validate.OneOf(OWN_KINDS))
    parent_id = fields.UUID(required=True)
    code = fields.String(
        required=True, validate=validate.Regexp(r"^([0-9]{12}|[0-9]{15})$"), metadata={"example": "500102008003012"}
    )
    name = fields.String(required=True, validate=NAME)
    valid_from = fields.Date(metadata={"description": "First day it is valid; default today."})
    area = AreaField()
    source = fields.Enum(UnitSource, by_value=True, load_default=UnitSource.DRAWN)


class UnitEditSchema(RequestSchema):
    """What to change; a field that is left out stays, `area: null` takes the outline away."""

    name = fields.String(validate=NAME)
    area = AreaField(allow_none=True)
    source = fields.Enum(UnitSource, by_value=True)

    @post_load
    def _edit(self, data: dict[str, Any], **_: Any) -> UnitEdit:
        return UnitEdit(name=data.get("name"), area=data.get("area", KEEP), source=data.get("source"))


class UnitCloseSchema(RequestSchema):
    """The first day it is no longer valid; default today."""

    valid_to = fields.Date(load_default=None)


class UnitListQuery(PageQuery):
    """Filters of the list. `name` needs `parent_id`, because names repeat."""

    parent_id = fields.UUID(load_default=None)
    kind = fields.Enum(UnitKind, by_value=True, load_default=None)
    name = fields.String(load_default=None, validate=validate.Length(1, 60))
    on = fields.Date(load_default=None, metadata={"description": "Day they must be valid; default today."})
    any_day = fields.Boolean(load_default=False, metadata={"description": "Closed and future ones too."})


class OutlineQuery(RequestSchema):
    """Which level to draw; default all."""

    kind = fields.Enum(UnitKind, by_value=True, load_default=None)


class UnitRefSchema(ResponseSchema):
    """A unit, named."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, metadata={"x-vocabulary": "unit_kind"})
    code = fields.String(required=True)
    name = fields.String(required=True)


class UnitSchema(UnitRefSchema):
    """A unit without its outline."""

    parent_id = fields.UUID(required=True, allow_none=True)
    source = fields.String(
        required=True,
        metadata={"description": "A synthetic outline stands for no real border.", "x-vocabulary": "unit_source"},
    )
    has_area = fields.Boolean(required=True)
    valid_from = fields.Date(required=True)
    valid_to = fields.Date(required=True, allow_none=True, metadata={"description": "First day it is not valid."})
    version = fields.Integer(required=True)


UnitPageSchema = page_of(UnitSchema)


class OwnerSchema(ResponseSchema):
    """Who answers for a unit now."""

    id = fields.UUID(required=True)
    member_id = fields.UUID(required=True)
    name = fields.String(required=True)
    since = fields.Date(required=True)
    until = fields.Date(required=True, allow_none=True)


class GeometrySchema(ResponseSchema):
    """A GeoJSON geometry, always WGS-84, [longitude, latitude]."""

    type = fields.String(required=True)
    coordinates = fields.List(fields.Raw(), required=True)


class UnitDetailSchema(ResponseSchema):
    """A unit with its outline and owners."""

    unit = fields.Nested(UnitSchema, required=True)
    area = fields.Nested(GeometrySchema, required=True, allow_none=True)
    area_m2 = fields.Float(required=True, allow_none=True)
    owners = fields.List(fields.Nested(OwnerSchema), required=True)


class UnitTreeSchema(ResponseSchema):
    """A unit and everything valid below it."""

    unit = fields.Nested(UnitSchema, required=True)
    children = fields.List(fields.Nested(lambda: UnitTreeSchema()), required=True)


class FeatureSchema(ResponseSchema):
    """One outline."""

    type = fields.Constant("Feature")
    id = fields.UUID(required=True)
    geometry = fields.Nested(GeometrySchema, required=True)
    properties = fields.Nested(UnitRefSchema, required=True)


class FeatureCollectionSchema(ResponseSchema):
    """The station's outlines as GeoJSON (WGS-84)."""

    type = fields.Constant("FeatureCollection")
    features = fields.List(fields.Nested(FeatureSchema), required=True)


class OwnerCreateSchema(RequestSchema):
    """Who is to answer for the unit, from which day (default today)."""

    member_id = fields.UUID(required=True)
    since = fields.Date(load_default=None)


class OwnerEndSchema(RequestSchema):
    """The first day the ownership no longer holds; default today."""

    until = fields.Date(load_default=None)


class EnterpriseQuery(PageQuery):
    """Filter of the list."""

    unit_id = fields.UUID(load_default=None)


class EnterpriseSchema(ResponseSchema):
    """A company or shop on the station's ground."""

    id = fields.UUID(required=True)
    unit_id = fields.UUID(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, metadata={"x-vocabulary": "unit_kind"})
    position = fields.Nested(PointSchema, required=True)
    synthetic = fields.Boolean(required=True, metadata={"description": "Invented, for demonstration."})


EnterprisePageSchema = page_of(EnterpriseSchema)


class CoverageQuery(RequestSchema):
    """How many gaps and overlaps to list, the largest first."""

    limit = fields.Integer(load_default=20, validate=validate.Range(1, 100))


class GapSchema(ResponseSchema):
    """Ground that belongs to no grid."""

    area = fields.Nested(GeometrySchema, required=True)
    area_m2 = fields.Float(required=True)
    place = fields.Nested(PointSchema, required=True, metadata={"description": "A place inside."})


class OverlapSchema(ResponseSchema):
    """Ground that belongs to two grids."""

    first = fields.Nested(UnitRefSchema, required=True)
    second = fields.Nested(UnitRefSchema, required=True)
    area_m2 = fields.Float(required=True)
    place = fields.Nested(PointSchema, required=True, metadata={"description": "A place inside."})


class CoverageSchema(ResponseSchema):
    """What is wrong with how the ground is divided and staffed. Pieces below 100 square metres are left out."""

    base = fields.String(
        required=True,
        metadata={"description": "What gaps are measured against: station, communities, or none (no gaps known)."},
    )
    base_m2 = fields.Float(required=True)
    covered_m2 = fields.Float(required=True)
    gap_count = fields.Integer(required=True)
    gaps = fields.List(fields.Nested(GapSchema), required=True)
    overlap_count = fields.Integer(required=True)
    overlaps = fields.List(fields.Nested(OverlapSchema), required=True)
    without_outline = fields.List(fields.Nested(UnitRefSchema), required=True)
    without_active_members = fields.List(fields.Nested(UnitRefSchema), required=True)
    without_owner = fields.List(fields.Nested(UnitRefSchema), required=True)
