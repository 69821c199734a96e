"""The station's vocabulary: forces and skills."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.grids.models import Force, Skill
from api.grids.types import Word


def words_of(session: Session, table: type[Force | Skill], station_id: UUID) -> list[Word]:
    """The common entries and the station's own, by code."""
    statement = (
        select(table.code, table.zh, table.en, table.station_id.is_(None))
        .where(or_(table.station_id.is_(None), table.station_id == station_id))
        .order_by(table.code)
    )
    return [Word(*row) for row in session.execute(statement)]


def forces_of(session: Session, station_id: UUID) -> list[Word]:
    """The forces members of this station may belong to."""
    return words_of(session, Force, station_id)


def skills_of(session: Session, station_id: UUID) -> list[Word]:
    """The skills members of this station may have."""
    return words_of(session, Skill, station_id)
