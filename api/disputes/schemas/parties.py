"""Parties on the wire."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from api.disputes.types import NewParty, PartyKind, PartyRole, Search
from api.http.schemas import RequestSchema, ResponseSchema

CODE = validate.Regexp(r"[A-Za-z0-9_]{1,40}\Z")


def enum_field(words: type, **kwargs: Any) -> fields.Enum:
    """A field that takes one of the vocabulary's words."""
    return fields.Enum(words, by_value=True, **kwargs)


def text_field(longest: int, **kwargs: Any) -> fields.String:
    """A text of 1 to `longest` characters."""
    return fields.String(validate=validate.Length(1, longest), **kwargs)


def code_field(**kwargs: Any) -> fields.String:
    """A code of a list; the service checks it against the list of the day."""
    return fields.String(validate=CODE, **kwargs)


class PartyFields(RequestSchema):
    """What a party and its edit have in common; nothing but the name is ever required."""

    role = enum_field(PartyRole)
    kind = enum_field(PartyKind)
    minor = fields.Boolean(metadata={"description": "Told by the birthday, where that is known."})
    phone = text_field(32, allow_none=True)
    document = code_field(allow_none=True)
    document_number = text_field(40, allow_none=True)
    sex = code_field(allow_none=True)
    born_on = fields.Date(allow_none=True)
    ethnicity = code_field(allow_none=True)
    education = code_field(allow_none=True)
    address = text_field(200, allow_none=True)
    workplace = text_field(100, allow_none=True)
    contact = text_field(50, allow_none=True, metadata={"description": "Whom to talk to at an organisation."})


class NewPartySchema(PartyFields):
    """A party in a new case; `agent_of` is the position of another party in the list."""

    name = text_field(100, required=True)
    agent_of = fields.Integer(strict=True, allow_none=True, validate=validate.Range(0, 99))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> NewParty:
        """The value the service takes."""
        return NewParty(**data)


class PartyAddSchema(PartyFields):
    """A party for a case that exists; `agent_of` is another party's id."""

    name = text_field(100, required=True)
    agent_of = fields.UUID(allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> NewParty:
        """The value the service takes."""
        return NewParty(**data)


class PartyEditSchema(PartyFields):
    """What an edit changes; fields left out stay."""

    name = text_field(100)
    agent_of = fields.UUID(allow_none=True)

    @validates_schema
    def check_something(self, data: dict[str, Any], **_: Any) -> None:
        """An edit of nothing is a mistake of the caller's."""
        if not data:
            raise ValidationError("至少修改一项。 | Change at least one field.")


class PartySchema(ResponseSchema):
    """A party, in clear or only recognisable (`masked`)."""

    id = fields.UUID(required=True)
    role = fields.String(required=True, metadata={"x-vocabulary": "party_role"})
    kind = fields.String(required=True, metadata={"x-vocabulary": "party_kind"})
    agent_of = fields.UUID(required=True, allow_none=True)
    minor = fields.Boolean(required=True)
    came_from = fields.UUID(required=True, allow_none=True)
    name = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    document = fields.String(required=True, allow_none=True)
    document_number = fields.String(required=True, allow_none=True)
    sex = fields.String(required=True, allow_none=True)
    born_on = fields.String(required=True, allow_none=True)
    ethnicity = fields.String(required=True, allow_none=True)
    education = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    workplace = fields.String(required=True, allow_none=True)
    contact = fields.String(required=True, allow_none=True)
    masked = fields.Boolean(required=True)
    version = fields.Integer(required=True)


class PartyListSchema(ResponseSchema):
    """The parties of a case, in clear."""

    items = fields.List(fields.Nested(PartySchema), required=True)


class PartyAddedSchema(ResponseSchema):
    """The id of what was made."""

    id = fields.UUID(required=True)


class PartySearchSchema(RequestSchema):
    """Whom to look for; everything given must fit, exactly. In the body, so that no log of addresses holds it."""

    name = text_field(100, load_default=None)
    phone = text_field(32, load_default=None)
    document_number = text_field(40, load_default=None)

    @validates_schema
    def check_something(self, data: dict[str, Any], **_: Any) -> None:
        """A search for everybody is none."""
        if not any(data.values()):
            raise ValidationError("请至少填写一项。 | Give at least one of them.")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Search:
        """The value the service takes."""
        return Search(**data)


class FoundPartySchema(ResponseSchema):
    """A case somebody is or was in."""

    dispute_id = fields.UUID(required=True)
    ref = fields.String(required=True)
    state = fields.String(required=True, metadata={"x-vocabulary": "case_state"})
    colour = fields.String(required=True, metadata={"x-vocabulary": "dispute_colour"})
    category = fields.String(required=True)
    party_id = fields.UUID(required=True)
    role = fields.String(required=True, metadata={"x-vocabulary": "party_role"})
    removed_at = fields.AwareDateTime(required=True, allow_none=True)


class FoundPartiesSchema(ResponseSchema):
    """The newest fifty."""

    items = fields.List(fields.Nested(FoundPartySchema), required=True)
