"""JSON of the ground as a map draws it."""

from marshmallow import fields

from api.grids.schemas.units import GeometrySchema
from api.grids.types.ground import GroundKind
from api.http.schemas import ResponseSchema


class GroundOwnerSchema(ResponseSchema):
    """Who answers for a unit today."""

    member_id = fields.UUID(required=True)
    name = fields.String(required=True)


class GroundPropertiesSchema(ResponseSchema):
    """What a piece of ground is."""

    kind = fields.Enum(GroundKind, by_value=True, required=True)
    code = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    people = fields.Integer(required=True, allow_none=True, metadata={"description": "Active members enrolled in it."})
    owners = fields.List(fields.Nested(GroundOwnerSchema), required=True)
    area_m2 = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Of gaps and overlaps.", "format": "int64"}
    )


class GroundFeatureSchema(ResponseSchema):
    """One piece; an overlap is a point inside."""

    type = fields.Constant("Feature")
    id = fields.UUID(required=True, allow_none=True)
    geometry = fields.Nested(GeometrySchema, required=True)
    properties = fields.Nested(GroundPropertiesSchema, required=True)


class GroundSchema(ResponseSchema):
    """The station's ground as GeoJSON (WGS-84). Its ETag changes with any outline, owner, name or enrolment."""

    type = fields.Constant("FeatureCollection")
    gaps_known = fields.Boolean(required=True, metadata={"description": "False: they took too long to find."})
    features = fields.List(fields.Nested(GroundFeatureSchema), required=True)
