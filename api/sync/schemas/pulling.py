"""Pulling on the wire, and each collection's rows as JSON bytes."""

from collections.abc import Mapping

import orjson
from marshmallow import fields, validate

from api.disputes.schemas.copies import DisputeCopySchema
from api.followups.schemas import VisitSchema
from api.http.rows import rows_of
from api.http.schemas import RequestSchema, ResponseSchema
from api.incidents.schemas.phone import OfferSchema
from api.notices.schemas import OwnNoticeSchema
from api.sync.types import Collection, Encode

_offer, _notice, _case = OfferSchema(), OwnNoticeSchema(), DisputeCopySchema()


class ReferenceSchema(ResponseSchema):
    """A word, or a unit of one's station; it holds in [valid_from, valid_to)."""

    id = fields.UUID(required=True)
    kind = fields.String(
        required=True,
        metadata={"description": "force, skill, community, village, grid, station or dispute_<list>."},
    )
    code = fields.String(required=True)
    parent_id = fields.UUID(required=True, allow_none=True, metadata={"description": "The one above it, by its id."})
    zh = fields.String(required=True)
    en = fields.String(required=True, allow_none=True, metadata={"description": "Null for names of places."})
    valid_from = fields.Date(required=True, allow_none=True)
    valid_to = fields.Date(required=True, allow_none=True)


# The hot ones skip the schema's dump (api/http/rows.py); a test holds both to be equal.
ENCODE: Mapping[Collection, Encode] = {
    Collection.OFFERS: lambda row: orjson.dumps(_offer.dump(row)),
    Collection.NOTICES: lambda row: orjson.dumps(_notice.dump(row)),
    Collection.CASES: lambda row: orjson.dumps(_case.dump(row)),
    # As the schema would: strings, ids and days.
    Collection.REFERENCE: orjson.dumps,
    Collection.VISITS: lambda row: orjson.dumps(rows_of(VisitSchema, [row])[0]),
}


class SyncQuery(RequestSchema):
    """Where to go on from; nothing: from the beginning."""

    cursor = fields.String(load_default=None, validate=validate.Length(max=2_000))


class SyncUpsertsSchema(ResponseSchema):
    """Rows as they are now, by collection; each replaces what the phone had under its id."""

    offers = fields.List(fields.Nested(OfferSchema))
    visits = fields.List(fields.Nested(VisitSchema))
    notices = fields.List(fields.Nested(OwnNoticeSchema))
    cases = fields.List(fields.Nested(DisputeCopySchema))
    reference = fields.List(fields.Nested(ReferenceSchema))


class SyncRemovalsSchema(ResponseSchema):
    """Ids the phone must forget, by collection; some it may never have had."""

    offers = fields.List(fields.UUID())
    visits = fields.List(fields.UUID())
    notices = fields.List(fields.UUID())
    cases = fields.List(fields.UUID())
    reference = fields.List(fields.UUID())


class SyncPageSchema(ResponseSchema):
    """One page. Apply removals, then upserts, then keep the cursor; all or nothing."""

    cursor = fields.String(required=True)
    has_more = fields.Boolean(required=True)
    reset = fields.Boolean(required=True, metadata={"description": "Forget everything first: this is the beginning."})
    server_time = fields.AwareDateTime(required=True)
    upserts = fields.Nested(SyncUpsertsSchema, required=True)
    removals = fields.Nested(SyncRemovalsSchema, required=True)
