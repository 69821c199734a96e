"""Who answers for units, as people, for the areas that assign work to a grid."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from api.grids.models import Member, UnitOwner
from api.grids.queries.units import TODAY
from api.grids.types import MemberStatus
from api.plumbing.db import among


def owners_of(session: Session, unit_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Unit -> the people who answer for it today, active members only, the longest in office first, in one query."""
    rows = session.execute(
        select(UnitOwner.unit_id, Member.person_id)
        .join(Member, Member.id == UnitOwner.member_id)
        .where(among(UnitOwner.unit_id, unit_ids), _answering())
        .order_by(UnitOwner.since, UnitOwner.id)
    )
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for unit_id, person_id in rows:
        found[unit_id].append(person_id)
    return found


def owned_units(person_id: UUID | BindParameter[Any]) -> Select[UUID]:
    """The SELECT of the units this person answers for today, for another area's statement."""
    return (
        select(UnitOwner.unit_id)
        .join(Member, Member.id == UnitOwner.member_id)
        .where(Member.person_id == person_id, _answering())
    )


def _answering() -> ColumnElement[bool]:
    return and_(
        Member.status == MemberStatus.ACTIVE,
        UnitOwner.since <= TODAY,
        or_(UnitOwner.until.is_(None), UnitOwner.until > TODAY),
    )
