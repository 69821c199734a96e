"""What the trail looks like on the wire."""

from marshmallow import fields

from api.http.schemas import PageQuery, ResponseSchema, page_of


class AuditQuery(PageQuery):
    """Filters of the trail; all optional."""

    actor_id = fields.UUID(load_default=None)
    subject_id = fields.UUID(load_default=None)
    action = fields.String(load_default=None)


class AuditEntrySchema(ResponseSchema):
    """One act in the trail."""

    id = fields.Integer(required=True, metadata={"format": "int64"})
    at = fields.AwareDateTime(required=True)
    actor_kind = fields.String(required=True, metadata={"description": "person, system or provider"})
    actor_id = fields.UUID(required=True, allow_none=True)
    action = fields.String(required=True)
    subject_kind = fields.String(required=True)
    subject_id = fields.UUID(required=True, allow_none=True)
    details = fields.Dict(required=True, metadata={"description": "Ids, codes and numbers; nothing personal."})
    request_id = fields.String(required=True)


AuditPageSchema = page_of(AuditEntrySchema)
