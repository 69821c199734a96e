"""Members: one with everything, many by the page."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, or_, select
from sqlalchemy.orm import Session

from api.grids.models import Member, MemberSkill, Unit
from api.grids.queries.units import TODAY
from api.grids.types import MemberQuery, MemberView, SkillView, UnitRef
from api.identity.queries import contacts_of
from api.kernel.errors import NotFound
from api.kernel.masking import mask_phone
from api.plumbing.db import among


def member_in(session: Session, station_id: UUID, member_id: UUID) -> MemberView:
    """A member of the station; raises NotFound for foreign and unknown ids."""
    rows = session.execute(_members().where(Member.id == member_id, Member.station_id == station_id)).all()
    if not rows:
        raise NotFound
    return _views(session, rows)[0]


def members_of(
    session: Session, station_id: UUID, query: MemberQuery, *, after: UUID | None, limit: int
) -> list[MemberView]:
    """The station's members in order of enrolment, from after id `after`; three queries a page."""
    statement = _members().where(Member.station_id == station_id).order_by(Member.id).limit(limit)
    for column, value in ((Member.force, query.force), (Member.grid_id, query.grid_id), (Member.status, query.status)):
        if value is not None:
            statement = statement.where(column == value)
    if query.ids:
        statement = statement.where(among(Member.id, query.ids))
    if query.skill is not None:
        statement = statement.where(_holds(query.skill))
    if after is not None:
        statement = statement.where(Member.id > after)
    return _views(session, session.execute(statement).all())


def _holds(skill: str) -> Any:
    lasting = or_(MemberSkill.expires_on.is_(None), MemberSkill.expires_on >= TODAY)
    return exists().where(MemberSkill.member_id == Member.id, MemberSkill.skill == skill, lasting)


def _members() -> Select[*tuple[Any, ...]]:
    return select(
        Member.id, Member.person_id, Member.force, Member.status, Member.joined_on, Member.left_on, Member.version,
        Unit.id.label("unit_id"), Unit.kind, Unit.code, Unit.name,
    ).outerjoin(Unit, Unit.id == Member.grid_id)  # fmt: skip


def _views(session: Session, rows: Sequence[Row[Any]]) -> list[MemberView]:
    contacts = contacts_of(session, [row.person_id for row in rows])
    held = skills_held(session, [row.id for row in rows])
    return [
        MemberView(
            id=row.id,
            person_id=row.person_id,
            name=contacts[row.person_id].name,
            phone=mask_phone(contacts[row.person_id].phone),
            force=row.force,
            grid=None if row.unit_id is None else UnitRef(row.unit_id, row.kind, row.code, row.name),
            status=row.status,
            joined_on=row.joined_on,
            left_on=row.left_on,
            skills=tuple(held.get(row.id, ())),
            version=row.version,
        )
        for row in rows
    ]


def skills_held(session: Session, member_ids: Collection[UUID]) -> dict[UUID, list[SkillView]]:
    """Every skill of these members, lapsed ones too, by name; certificates show their last four characters."""
    statement = (
        select(
            MemberSkill.member_id, MemberSkill.skill, MemberSkill.expires_on, MemberSkill.certificate_no,
            or_(MemberSkill.expires_on.is_(None), MemberSkill.expires_on >= TODAY).label("valid"),
        )
        .where(among(MemberSkill.member_id, member_ids))
        .order_by(MemberSkill.skill)
    )  # fmt: skip
    held: dict[UUID, list[SkillView]] = {}
    for row in session.execute(statement):
        certificate = row.certificate_no and "*" * (len(row.certificate_no) - 4) + row.certificate_no[-4:]
        held.setdefault(row.member_id, []).append(SkillView(row.skill, row.expires_on, certificate, row.valid))
    return held
