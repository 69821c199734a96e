"""Agreements, promises, the sign-off and ratings on the wire."""

from decimal import Decimal
from typing import Any

from marshmallow import fields, post_load, validate

from api.disputes.schemas.parties import CODE, enum_field, text_field
from api.disputes.schemas.work import MediationSessionSchema, MediatorSchema
from api.disputes.types.mediation import Promise
from api.disputes.types.work import AgreementForm, ConfirmationStep, ObligationKind
from api.followups.schemas import VisitSchema
from api.http.schemas import RequestSchema, ResponseSchema

# More than nothing, to the cent, and within the column.
_YUAN = validate.Regexp(r"(?!0+(\.0+)?\Z)[0-9]{1,12}(\.[0-9]{1,2})?\Z")


class PromiseSchema(RequestSchema):
    """What a party promises by a day. With `instalments` it is spread over as many months, to the cent."""

    kind = enum_field(ObligationKind, required=True)
    debtor_id = fields.UUID(required=True, metadata={"description": "The party who promises."})
    creditor_id = fields.UUID(load_default=None, allow_none=True)
    what = text_field(1000, required=True)
    due_on = fields.Date(required=True)
    amount = fields.String(
        load_default=None,
        allow_none=True,
        validate=_YUAN,
        metadata={
            "description": "Yuan, for `pay` only; the sum of all instalments. A text, since cents must not be rounded.",
            "example": "3000.00",
        },
    )
    instalments = fields.Integer(strict=True, load_default=1, validate=validate.Range(1, 60))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Promise:
        """The value the service takes."""
        amount = data.pop("amount")
        return Promise(**data, amount=None if amount is None else Decimal(amount))


class SettlementSchema(RequestSchema):
    """What the parties agreed on. `settled_at` is left out when it is just now."""

    terms = text_field(10_000, required=True)
    form = enum_field(AgreementForm, required=True)
    way = fields.String(required=True, validate=CODE, metadata={"description": "A code of the list resolution_way."})
    body = text_field(100, load_default=None, allow_none=True, metadata={"description": "Who brought it about."})
    settled_at = fields.AwareDateTime(load_default=None, allow_none=True)
    obligations = fields.List(fields.Nested(PromiseSchema), load_default=list, validate=validate.Length(max=50))


class ObligationSchema(ResponseSchema):
    """One promise as it stands."""

    id = fields.UUID(required=True)
    dispute_id = fields.UUID(required=True)
    agreement_id = fields.UUID(required=True)
    number = fields.Integer(required=True)
    kind = fields.String(required=True, metadata={"x-vocabulary": "obligation_kind"})
    debtor_id = fields.UUID(required=True)
    creditor_id = fields.UUID(required=True, allow_none=True)
    what = fields.String(required=True)
    amount = fields.String(required=True, allow_none=True, metadata={"description": "Yuan.", "example": "3000.00"})
    due_on = fields.Date(required=True)
    overdue_at = fields.AwareDateTime(required=True)
    state = fields.String(
        required=True,
        metadata={"description": "due, overdue, performed, waived, broken or void", "x-vocabulary": "obligation_state"},
    )
    level = fields.Integer(required=True, metadata={"description": "Reminders while overdue."})
    performed_on = fields.Date(required=True, allow_none=True)
    evidence_files = fields.List(fields.UUID(), required=True)
    evidence_note = fields.String(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    decision_note = fields.String(required=True, allow_none=True)


class ObligationListSchema(ResponseSchema):
    """What is owed, the longest overdue first."""

    items = fields.List(fields.Nested(ObligationSchema), required=True)


class OwedQuery(RequestSchema):
    """Whose cases: one's own, or all of the station's one may see."""

    whole_station = fields.Boolean(load_default=False)
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 200))


class AgreementSchema(ResponseSchema):
    """An agreement and its judicial confirmation."""

    id = fields.UUID(required=True)
    dispute_id = fields.UUID(required=True)
    round = fields.Integer(required=True)
    number = fields.Integer(required=True)
    form = fields.String(required=True, metadata={"x-vocabulary": "agreement_form"})
    way = fields.String(required=True)
    body = fields.String(required=True, allow_none=True)
    terms = fields.String(required=True)
    agreed_at = fields.AwareDateTime(required=True)
    made_by = fields.UUID(required=True, allow_none=True)
    made_at = fields.AwareDateTime(required=True)
    confirm_state = fields.String(
        required=True,
        metadata={
            "description": "possible, requested, confirmed, rejected, not_wanted or lapsed",
            "x-vocabulary": "confirmation_state",
        },
    )
    confirm_by = fields.Date(required=True, metadata={"description": "The last day of the joint request."})
    confirm_on = fields.Date(required=True, allow_none=True)
    court = fields.String(required=True, allow_none=True)
    confirm_number = fields.String(required=True, allow_none=True)


class AgreementFileSchema(ResponseSchema):
    """An agreement with its promises."""

    agreement = fields.Nested(AgreementSchema, required=True)
    obligations = fields.List(fields.Nested(ObligationSchema), required=True)


class SettledSchema(AgreementFileSchema):
    """What a settlement made."""

    plan_id = fields.UUID(required=True, metadata={"description": "The plan of follow-up visits."})


class AgreementListSchema(ResponseSchema):
    """Agreements, oldest first."""

    items = fields.List(fields.Nested(AgreementFileSchema), required=True)


class PerformanceSchema(RequestSchema):
    """That a promise was kept: when, and what shows it."""

    performed_on = fields.Date(required=True)
    files = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=20))
    note = text_field(2000, load_default=None, allow_none=True)


class ProofSchema(RequestSchema):
    """More of what shows it; nothing given is taken away."""

    files = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=20))
    note = text_field(2000, load_default=None, allow_none=True)


class EvidenceLinkSchema(ResponseSchema):
    """One file, and where it opens for a quarter of an hour."""

    file_id = fields.UUID(required=True)
    link = fields.String(required=True)


class EvidenceLinkListSchema(ResponseSchema):
    """The files of a promise, in the order they were given."""

    items = fields.List(fields.Nested(EvidenceLinkSchema), required=True)


class ConfirmationSchema(RequestSchema):
    """A step of the judicial confirmation. `request` names the court, `confirm` and `reject` the paper's number."""

    step = fields.Enum(
        ConfirmationStep,
        by_value=True,
        required=True,
        validate=validate.NoneOf([ConfirmationStep.LAPSE]),
    )
    on = fields.Date(required=True)
    court = text_field(100, load_default=None, allow_none=True)
    number = text_field(60, load_default=None, allow_none=True)


class LackSchema(ResponseSchema):
    """One kind of thing that is missing."""

    code = fields.String(required=True)
    count = fields.Integer(required=True)
    pointer = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)


class SignOffCheckSchema(ResponseSchema):
    """Whether a case can be signed off, and by the caller: who mediated it cannot."""

    ready = fields.Boolean(required=True)
    mediated = fields.Boolean(required=True, metadata={"description": "The caller mediated this case."})
    missing = fields.List(fields.Nested(LackSchema), required=True)


class DisputeRatingSchema(ResponseSchema):
    """One party's rating, or that it was asked for."""

    party_id = fields.UUID(required=True)
    round = fields.Integer(required=True)
    asked_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    stars = fields.Integer(required=True, allow_none=True)
    comment = fields.String(required=True, allow_none=True)
    rated_at = fields.AwareDateTime(required=True, allow_none=True)


class DisputeRatingListSchema(ResponseSchema):
    """Ratings in the order they were asked for."""

    items = fields.List(fields.Nested(DisputeRatingSchema), required=True)


class BriefingSchema(ResponseSchema):
    """What a mediator should know before going."""

    ref = fields.String(required=True)
    state = fields.String(required=True, metadata={"x-vocabulary": "case_state"})
    colour = fields.String(required=True, metadata={"x-vocabulary": "dispute_colour"})
    strict = fields.Boolean(required=True)
    round = fields.Integer(required=True)
    history = fields.Dict(required=True, metadata={"description": "Earlier calls of the same people and place."})
    team = fields.List(fields.Nested(MediatorSchema), required=True)
    last_session = fields.Nested(MediationSessionSchema, required=True, allow_none=True)
    owed = fields.List(fields.Nested(ObligationSchema), required=True)
    next_visit = fields.Nested(VisitSchema, required=True, allow_none=True)


class NormsSchema(RequestSchema):
    """Working days for sessions and answers; calendar days for confirmation and ratings."""

    second_session_days = fields.Integer(strict=True, load_default=7, validate=validate.Range(1, 60))
    answer_days = fields.Integer(strict=True, load_default=3, validate=validate.Range(1, 30))
    confirm_days = fields.Integer(strict=True, load_default=30, validate=validate.Range(1, 365))
    confirm_remind_days = fields.Integer(strict=True, load_default=5, validate=validate.Range(1, 30))
    rating_days = fields.Integer(strict=True, load_default=30, validate=validate.Range(1, 365))
