"""JSON of the board's incidents."""

from marshmallow import fields, validate

from api.http.schemas import RequestSchema, ResponseSchema

MOST_NAMED = 100


class BoardQuery(RequestSchema):
    """Which incidents; none named: every open one."""

    id = fields.List(
        fields.UUID(),
        load_default=list,
        validate=validate.Length(max=MOST_NAMED),
        metadata={"description": "Only these, ended ones too; a foreign or unknown id is left out."},
    )


class BoardRowSchema(ResponseSchema):
    """An incident on the board; nothing personal, places in WGS-84."""

    id = fields.UUID(required=True)
    ref = fields.String(required=True)
    kind = fields.String(required=True, metadata={"x-vocabulary": "incident_kind"})
    category = fields.String(required=True, metadata={"x-vocabulary": "incident_category"})
    colour = fields.String(required=True, metadata={"x-vocabulary": "incident_colour"})
    state = fields.String(required=True, metadata={"x-vocabulary": "incident_state"})
    drill = fields.Boolean(required=True)
    lat = fields.Float(required=True)
    lon = fields.Float(required=True)
    unit_name = fields.String(required=True, allow_none=True)
    reported_at = fields.AwareDateTime(required=True)
    step_since = fields.AwareDateTime(required=True)
    due_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When the present step is overdue."}
    )
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    version = fields.Integer(required=True)
    dispatches = fields.Integer(required=True, metadata={"description": "How often people were sent."})
    wanted = fields.Integer(required=True)
    got = fields.Integer(required=True)
    asked = fields.Integer(required=True, metadata={"description": "People whose answer is waited for."})
    going = fields.Integer(required=True)
    there = fields.Integer(required=True)
    exhausted = fields.Boolean(required=True, metadata={"description": "Nobody is left to ask, places are free."})
    calls_for_more = fields.Integer(required=True, metadata={"description": "Requests from the scene to decide."})


class BoardSchema(ResponseSchema):
    """The incidents of the board, newest first."""

    now = fields.AwareDateTime(required=True, metadata={"description": "The clock that `due_at` is measured by."})
    datum = fields.Constant("wgs84")
    items = fields.List(fields.Nested(BoardRowSchema), required=True)
