"""Members, forces, skills."""

from typing import Any

from marshmallow import fields, post_load, validate

from api.grids.schemas.units import UnitRefSchema
from api.grids.types import KEEP, MemberEdit, MemberEvent, MemberStatus, NewMember, SkillHeld
from api.http.schemas import PageQuery, RequestSchema, ResponseSchema, page_of
from api.identity.rules import FIELD_ROLES
from api.identity.types import Language, Role

CODE = validate.Regexp(r"^[a-z][a-z0-9_]{1,39}$")
LABEL = validate.And(validate.Length(1, 40), validate.Regexp(r"^[^\W\d_](.*\S)?$"))
PERSON_NAME = validate.And(validate.Length(1, 50), validate.Regexp(r"^[^\W\d_][\w\s.·•'’()（）-]*$"))


class WordSchema(RequestSchema):
    """What a force or skill is called."""

    zh = fields.String(required=True, validate=LABEL)
    en = fields.String(required=True, validate=LABEL)


class WordViewSchema(ResponseSchema):
    """A force or skill; common ones belong to all stations."""

    code = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    common = fields.Boolean(required=True)


class SkillHeldSchema(RequestSchema):
    """A skill and its certificate; without a number the stored one is kept."""

    skill = fields.String(required=True, validate=CODE)
    expires_on = fields.Date(load_default=None, allow_none=True, metadata={"description": "Last day it counts."})
    certificate_no = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 60))

    @post_load
    def _held(self, data: dict[str, Any], **_: Any) -> SkillHeld:
        return SkillHeld(**data)


def _skills() -> fields.List:
    return fields.List(fields.Nested(SkillHeldSchema), validate=validate.Length(max=30))


class MemberCreateSchema(RequestSchema):
    """Somebody to enrol. Only roles of the field can be given here."""

    name = fields.String(required=True, validate=PERSON_NAME)
    phone = fields.String(required=True, validate=validate.Length(3, 32))
    force = fields.String(required=True, validate=CODE)
    grid_id = fields.UUID(load_default=None, allow_none=True)
    language = fields.Enum(Language, by_value=True, load_default=Language.ZH)
    roles = fields.List(
        fields.Enum(Role, by_value=True, validate=validate.OneOf(sorted(FIELD_ROLES))),
        load_default=lambda: [Role.VOLUNTEER],
        validate=validate.Length(1, 4),
    )
    skills = _skills()
    status = fields.Enum(
        MemberStatus,
        by_value=True,
        load_default=MemberStatus.PENDING,
        validate=validate.OneOf([MemberStatus.PENDING, MemberStatus.ACTIVE]),
    )
    joined_on = fields.Date(load_default=None, allow_none=True)

    @post_load
    def _member(self, data: dict[str, Any], **_: Any) -> NewMember:
        return NewMember(**{**data, "roles": tuple(data["roles"]), "skills": tuple(data.get("skills", ()))})


class MemberEditSchema(RequestSchema):
    """What to change; a field that is left out stays, `skills` replaces the whole list."""

    force = fields.String(validate=CODE)
    grid_id = fields.UUID(allow_none=True)
    joined_on = fields.Date()
    skills = _skills()

    @post_load
    def _edit(self, data: dict[str, Any], **_: Any) -> MemberEdit:
        skills = data.get("skills")
        return MemberEdit(
            force=data.get("force"),
            grid_id=data.get("grid_id", KEEP),
            joined_on=data.get("joined_on"),
            skills=None if skills is None else tuple(skills),
        )


class StandingSchema(RequestSchema):
    """What happens to an enrolment; `on` is the day of leaving, default today."""

    event = fields.Enum(MemberEvent, by_value=True, required=True)
    on = fields.Date(load_default=None)


class MemberListQuery(PageQuery):
    """Filters of the list; `skill` must be valid today."""

    force = fields.String(load_default=None, validate=CODE)
    grid_id = fields.UUID(load_default=None)
    status = fields.Enum(MemberStatus, by_value=True, load_default=None)
    skill = fields.String(load_default=None, validate=CODE)
    ids = fields.List(
        fields.UUID(),
        data_key="id",
        load_default=list,
        validate=validate.Length(max=200),
        metadata={"description": "Only these; a foreign or unknown id is left out."},
    )

    @post_load
    def _once_each(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "ids": frozenset(data["ids"])}


class SkillViewSchema(ResponseSchema):
    """A skill of a member."""

    skill = fields.String(required=True)
    expires_on = fields.Date(required=True, allow_none=True)
    certificate_no = fields.String(
        required=True, allow_none=True, metadata={"description": "All but its last four characters masked."}
    )
    valid = fields.Boolean(required=True, metadata={"description": "Whether it counts today."})


class MemberSchema(ResponseSchema):
    """A member, the number masked."""

    id = fields.UUID(required=True)
    person_id = fields.UUID(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True)
    force = fields.String(required=True)
    grid = fields.Nested(UnitRefSchema, required=True, allow_none=True)
    status = fields.String(required=True, metadata={"x-vocabulary": "member_status"})
    joined_on = fields.Date(required=True)
    left_on = fields.Date(required=True, allow_none=True)
    skills = fields.List(fields.Nested(SkillViewSchema), required=True)
    version = fields.Integer(required=True)


MemberPageSchema = page_of(MemberSchema)
