"""What identity looks like on the wire."""

from marshmallow import fields, validate

from api.http.schemas import PageQuery, RequestSchema, ResponseSchema, page_of
from api.identity.types import Language, PersonStatus, Platform, PushProvider, Role

_NAME = validate.And(validate.Length(1, 60), validate.Regexp(r"[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*\Z"))
_PHONE = validate.Length(3, 32)
_SIX_DIGITS = validate.Regexp(r"[0-9]{6}\Z")
_USERNAME = validate.Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]{2,63}\Z")
_LABEL = validate.And(validate.Length(1, 80), validate.Regexp(r"[^\x00-\x1f\x7f]+\Z"))
_VISIBLE = r"[\x21-\x7e]+\Z"


class CodeRequestSchema(RequestSchema):
    """Ask for a sign-in code."""

    phone = fields.String(required=True, validate=_PHONE, metadata={"description": "As typed, or E.164."})


class CodeSentSchema(ResponseSchema):
    """The same for every number, known or not."""

    expires_in = fields.Integer(required=True, metadata={"description": "Seconds the code lives, if one was sent."})


class CodeProofSchema(RequestSchema):
    """Sign in with the code from the SMS."""

    phone = fields.String(required=True, validate=_PHONE)
    code = fields.String(required=True, validate=_SIX_DIGITS)
    station_id = fields.UUID(metadata={"description": "Needed when the answer was `station_required`."})
    device_label = fields.String(validate=_LABEL, metadata={"description": "How this phone shows in the session list."})


class PasswordProofSchema(RequestSchema):
    """Sign in with password and second factor."""

    username = fields.String(required=True, validate=_USERNAME)
    password = fields.String(required=True, validate=validate.Length(1, 200))
    totp = fields.String(
        required=True, validate=_SIX_DIGITS, metadata={"description": "The authenticator's code.", "example": "482913"}
    )
    device_label = fields.String(validate=_LABEL)


class RefreshSchema(RequestSchema):
    """Trade a refresh token for the next pair."""

    refresh_token = fields.String(required=True, validate=validate.Length(1, 200))


class PersonSchema(ResponseSchema):
    """A person; the number is masked."""

    id = fields.UUID(required=True)
    station_id = fields.UUID(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True, metadata={"description": "Masked: 138****5678."})
    phone_kind = fields.String(required=True, metadata={"description": "mobile or landline"})
    language = fields.String(required=True, metadata={"x-vocabulary": "language"})
    roles = fields.List(fields.String(metadata={"x-vocabulary": "role"}), required=True)
    status = fields.String(
        required=True, metadata={"description": "active, suspended or left", "x-vocabulary": "person_status"}
    )
    username = fields.String(required=True, allow_none=True)
    has_second_factor = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)


class MeSchema(PersonSchema):
    """The signed-in person, and what this session allows."""

    permissions = fields.List(fields.String(), required=True)


class TokensSchema(ResponseSchema):
    """A signed-in session."""

    token_type = fields.Constant("Bearer")
    access_token = fields.String(required=True)
    expires_in = fields.Integer(required=True, metadata={"description": "Seconds the access token lives."})
    refresh_token = fields.String(required=True, metadata={"description": "Works once; the answer brings the next."})
    person = fields.Nested(MeSchema, required=True)


class PasswordChangeSchema(RequestSchema):
    """Replace one's own password."""

    current_password = fields.String(required=True, validate=validate.Length(1, 200))
    new_password = fields.String(required=True, validate=validate.Length(1, 200))


class SessionSchema(ResponseSchema):
    """An open session."""

    id = fields.UUID(required=True)
    method = fields.String(required=True, metadata={"description": "code or password"})
    device_label = fields.String(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    current = fields.Boolean(required=True, metadata={"description": "Whether this request came with it."})


class SessionListSchema(ResponseSchema):
    """All open sessions; a person has few."""

    items = fields.List(fields.Nested(SessionSchema), required=True)


class NewDeviceSchema(RequestSchema):
    """A push registration, as the phone has it."""

    install_id = fields.String(
        required=True, validate=validate.Regexp(r"[A-Za-z0-9_-]{8,64}\Z"), metadata={"example": "a3f9c2d81e40"}
    )
    provider = fields.Enum(
        PushProvider, by_value=True, required=True, metadata={"description": "Grows; today fcm and webpush."}
    )
    token = fields.String(
        required=True, validate=[validate.Length(8, 4096), validate.Regexp(_VISIBLE)],
        metadata={"description": "For webpush the subscription as JSON: endpoint, and keys with p256dh and auth."},
    )  # fmt: skip
    platform = fields.Enum(Platform, by_value=True, required=True)


class PushKeySchema(ResponseSchema):
    """The public key a Web Push subscription is made for."""

    key = fields.String(required=True, metadata={"description": "An uncompressed P-256 point in base64url, or empty."})


class DeviceSchema(ResponseSchema):
    """A push registration; its token is never shown."""

    id = fields.UUID(required=True)
    install_id = fields.String(required=True)
    provider = fields.String(required=True, metadata={"x-vocabulary": "push_provider"})
    platform = fields.String(required=True, metadata={"x-vocabulary": "platform"})
    registered_at = fields.AwareDateTime(required=True)
    last_seen_at = fields.AwareDateTime(required=True)


class DeviceListSchema(ResponseSchema):
    """All active push registrations; a person has few."""

    items = fields.List(fields.Nested(DeviceSchema), required=True)


class PeopleQuery(PageQuery):
    """Filters of the people list; all optional."""

    status = fields.Enum(PersonStatus, by_value=True, load_default=None)
    role = fields.Enum(Role, by_value=True, load_default=None)


_ROLES = fields.List(
    fields.Enum(Role, by_value=True), required=True, validate=validate.Length(1, len(Role))
)  # one list of roles at least: a person without any could do nothing but be forgotten


class NewPersonSchema(RequestSchema):
    """Somebody to enrol."""

    name = fields.String(required=True, validate=_NAME)
    phone = fields.String(required=True, validate=_PHONE)
    roles = _ROLES
    language = fields.Enum(Language, by_value=True, load_default=Language.ZH)


class PersonEditSchema(RequestSchema):
    """What to change; what is left out stays."""

    name = fields.String(validate=_NAME)
    phone = fields.String(validate=_PHONE)
    language = fields.Enum(Language, by_value=True)


class RolesSchema(RequestSchema):
    """All the roles a person is to have."""

    roles = _ROLES


class CredentialsSchema(RequestSchema):
    """A staff member's username and first password."""

    username = fields.String(required=True, validate=_USERNAME)
    password = fields.String(required=True, validate=validate.Length(1, 200))


class SecondFactorSchema(ResponseSchema):
    """Shown this once."""

    otpauth_uri = fields.String(required=True, metadata={"description": "For the authenticator app, as a QR code."})


class PersonContactSchema(ResponseSchema):
    """A person's full number."""

    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True)
    phone_kind = fields.String(required=True)
    language = fields.String(required=True, metadata={"x-vocabulary": "language"})


PeoplePageSchema = page_of(PersonSchema)


class NewTrackerSchema(RequestSchema):
    """A tracking app that is to post positions."""

    label = fields.String(
        required=True,
        validate=_LABEL,
        metadata={
            "description": "How this tracker shows in the list; one label, one live token.",
            "example": "Traccar",
        },
    )


class TrackerTokenSchema(ResponseSchema):
    """The token of a tracker, shown once; see `positions.md` for where it goes."""

    id = fields.UUID(required=True)
    token = fields.String(required=True, metadata={"example": "gt-4w6nqkz2m3c5v7x2a4b6d7e3fq"})


class TrackerSchema(ResponseSchema):
    """A tracker; `last_used_at` is right to the hour."""

    id = fields.UUID(required=True)
    label = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(required=True, allow_none=True)


class TrackerListSchema(ResponseSchema):
    """One's trackers."""

    items = fields.List(fields.Nested(TrackerSchema), required=True)
