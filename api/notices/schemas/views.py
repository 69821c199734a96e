"""What desk and phone get."""

from marshmallow import fields

from api.http.schemas import ResponseSchema, page_of


class NoticeWordsViewSchema(ResponseSchema):
    """The text in one language."""

    title = fields.String(required=True)
    body = fields.String(required=True)


class StationNoticeSchema(ResponseSchema):
    """A notice as the desk sees it; `expected` people when it was submitted, `recipients` so far."""

    id = fields.UUID(required=True)
    state = fields.String(required=True, metadata={"x-vocabulary": "notice_state"})
    category = fields.String(required=True, metadata={"x-vocabulary": "notice_category"})
    severity = fields.String(required=True, metadata={"x-vocabulary": "notice_severity"})
    zh = fields.Nested(NoticeWordsViewSchema, required=True)
    en = fields.Nested(NoticeWordsViewSchema, required=True, allow_none=True)
    open_text = fields.Boolean(required=True)
    whole_station = fields.Boolean(required=True)
    unit_ids = fields.List(fields.UUID(), required=True)
    has_area = fields.Boolean(required=True)
    forces = fields.List(fields.String(), required=True)
    roles = fields.List(fields.String(metadata={"x-vocabulary": "role"}), required=True)
    on_duty_only = fields.Boolean(required=True)
    expires_at = fields.AwareDateTime(required=True)
    written_by = fields.UUID(required=True)
    written_at = fields.AwareDateTime(required=True)
    submitted_by = fields.UUID(required=True, allow_none=True)
    expected = fields.Integer(required=True, allow_none=True)
    decided_by = fields.UUID(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    recipients = fields.Integer(required=True)
    sent_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)


class NoticePreviewSchema(ResponseSchema):
    """Whom it would reach now. `held`: people having quiet hours, who hear of it in their morning."""

    people = fields.Integer(required=True)
    by_push = fields.Integer(required=True)
    phones = fields.Integer(required=True)
    by_sms = fields.Integer(required=True)
    unreachable = fields.Integer(required=True)
    held = fields.Integer(required=True)
    sms_segments = fields.Integer(required=True)
    cost_milliyuan = fields.Integer(required=True, metadata={"format": "int64"})
    needs_approval = fields.Boolean(required=True)


class NoticeReceiptsSchema(ResponseSchema):
    """How far it came; everybody is counted once, at the furthest point."""

    recipients = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    sent = fields.Integer(required=True)
    summed_up = fields.Integer(required=True)
    delivered = fields.Integer(required=True)
    read = fields.Integer(required=True)
    not_reached = fields.Integer(required=True)


class NoticeAreaSchema(ResponseSchema):
    """How far it came in one grid; without a grid: people who belong to none."""

    grid_id = fields.UUID(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    progress = fields.Nested(NoticeReceiptsSchema, required=True)


class NoticeAreaListSchema(ResponseSchema):
    """Every grid its recipients belong to."""

    items = fields.List(fields.Nested(NoticeAreaSchema), required=True)


class UnreadSchema(ResponseSchema):
    """Somebody who was meant and has not read it."""

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    grid_code = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"x-vocabulary": "message_state"})


class OwnNoticeSchema(ResponseSchema):
    """A notice as somebody it was meant for reads it."""

    id = fields.UUID(required=True)
    category = fields.String(required=True, metadata={"x-vocabulary": "notice_category"})
    severity = fields.String(required=True, metadata={"x-vocabulary": "notice_severity"})
    zh = fields.Nested(NoticeWordsViewSchema, required=True)
    en = fields.Nested(NoticeWordsViewSchema, required=True, allow_none=True)
    sent_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)


class NoticePolicySchema(ResponseSchema):
    """The station's word on notices; version 0 is what counts where it has said nothing."""

    approve_above = fields.Integer(required=True)
    segment_milliyuan = fields.Integer(required=True)
    version = fields.Integer(required=True)


StationNoticePageSchema = page_of(StationNoticeSchema)
OwnNoticePageSchema = page_of(OwnNoticeSchema)
UnreadPageSchema = page_of(UnreadSchema)
