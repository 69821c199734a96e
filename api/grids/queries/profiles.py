"""Members as other areas see them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from api.grids.models import Member, MemberSkill
from api.grids.queries.units import TODAY
from api.grids.types import MemberProfile
from api.plumbing.db import among


def profiles_of(session: Session, member_ids: Collection[UUID]) -> dict[UUID, MemberProfile]:
    """The profiles of these members, in one query; an unknown id is left out."""
    rows = session.execute(_profiles().where(among(Member.id, member_ids)))
    return {row.id: _profile(row) for row in rows}


def member_of_person(session: Session, person_id: UUID) -> MemberProfile | None:
    """The person's enrolment; None for somebody who is no member (staff, for one)."""
    row = session.execute(_profiles().where(Member.person_id == person_id)).first()
    return None if row is None else _profile(row)


def _profiles() -> Select[*tuple[Any, ...]]:
    held: ColumnElement[Any] = (
        select(func.array_agg(MemberSkill.skill))
        .where(
            MemberSkill.member_id == Member.id, or_(MemberSkill.expires_on.is_(None), MemberSkill.expires_on >= TODAY)
        )
        .scalar_subquery()
    )
    return select(
        Member.id,
        Member.person_id,
        Member.station_id,
        Member.grid_id,
        Member.force,
        Member.status,
        held.label("held"),
    )


def _profile(row: Row[Any]) -> MemberProfile:
    return MemberProfile(
        member_id=row.id,
        person_id=row.person_id,
        station_id=row.station_id,
        grid_id=row.grid_id,
        force=row.force,
        skills=frozenset(row.held or ()),
        status=row.status,
    )
