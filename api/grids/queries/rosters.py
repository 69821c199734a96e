"""What a roster is compared with, and what it is written from: whole stations in a few statements."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.grids.models import Member, MemberSkill, RosterImport, Unit
from api.grids.types import Enrolled, MemberStatus, RosterImportView, RosterLine
from api.identity.queries import contacts_of
from api.plumbing.db import among


def enrolled_of(session: Session, person_ids: Mapping[str, UUID]) -> dict[str, Enrolled]:
    """What is known of these people, by the phone they are given under."""
    contacts = contacts_of(session, person_ids.values())
    rows = session.execute(
        select(
            Member.person_id, Member.id, Member.force, Member.grid_id, Member.status, Member.joined_on, Member.version
        ).where(among(Member.person_id, person_ids.values()))
    ).all()
    members = {row.person_id: row for row in rows}
    skills = _skills_of(session, [row.id for row in rows])
    known: dict[str, Enrolled] = {}
    for phone, person_id in person_ids.items():
        name, row = contacts[person_id].name, members.get(person_id)
        known[phone] = (
            Enrolled(person_id, name)
            if row is None
            else Enrolled(
                person_id, name, row.id, row.force, row.grid_id, row.status, row.joined_on, row.version,
                skills.get(row.id, {}),
            )
        )  # fmt: skip
    return known


def lines_of(session: Session, station_id: UUID, *, include_left: bool) -> list[RosterLine]:
    """The station's members with full numbers, in order of enrolment; three statements."""
    statement = (
        select(Member.id, Member.person_id, Member.force, Member.status, Member.joined_on, Unit.code)
        .outerjoin(Unit, Unit.id == Member.grid_id)
        .where(Member.station_id == station_id)
        .order_by(Member.id)
    )
    if not include_left:
        statement = statement.where(Member.status != MemberStatus.LEFT)
    rows = session.execute(statement).all()
    contacts = contacts_of(session, [row.person_id for row in rows])
    skills = _skills_of(session, [row.id for row in rows])
    return [
        RosterLine(
            name=contacts[row.person_id].name,
            phone=contacts[row.person_id].phone,
            force=row.force,
            grid_code=row.code,
            skills=skills.get(row.id, {}),
            language=contacts[row.person_id].language,
            status=row.status,
            joined_on=row.joined_on,
        )
        for row in rows
    ]


def imports_of(session: Session, station_id: UUID, *, before: UUID | None, limit: int) -> list[RosterImportView]:
    """The station's imports, newest first, from before id `before`."""
    statement = (
        select(
            RosterImport.id, RosterImport.at, RosterImport.imported_by, RosterImport.file_format, RosterImport.dry_run,
            RosterImport.keep_good, RosterImport.applied, RosterImport.row_count.label("rows"),
            RosterImport.created_count.label("created"), RosterImport.updated_count.label("updated"),
            RosterImport.unchanged_count.label("unchanged"), RosterImport.bad_count.label("bad"),
        )
        .where(RosterImport.station_id == station_id)
        .order_by(RosterImport.id.desc())
        .limit(limit)
    )  # fmt: skip
    if before is not None:
        statement = statement.where(RosterImport.id < before)
    return [RosterImportView(**row._asdict()) for row in session.execute(statement)]


def _skills_of(session: Session, member_ids: list[UUID]) -> dict[UUID, dict[str, date | None]]:
    statement = select(MemberSkill.member_id, MemberSkill.skill, MemberSkill.expires_on).where(
        among(MemberSkill.member_id, member_ids)
    )
    held: dict[UUID, dict[str, date | None]] = {}
    for row in session.execute(statement):
        held.setdefault(row.member_id, {})[row.skill] = row.expires_on
    return held
