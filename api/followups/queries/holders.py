"""From owners to people and back: who holds a visit, and whose visits are mine."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, select, union
from sqlalchemy.orm import Session

from api.followups.models import TeamMember
from api.followups.types import Owner, OwnerKind
from api.grids.queries import owned_units, owners_of
from api.identity.queries import active_people
from api.plumbing.db import among

# Made once: every pull of a phone asks this, and building the statement took longer than asking it.
_HELD = union(
    select(TeamMember.team_id).where(TeamMember.person_id == bindparam("person")), owned_units(bindparam("person"))
)


def holder_ids(session: Session, person_id: UUID) -> list[UUID]:
    """Every owner id that stands for this person: themself, their teams, the units they answer for."""
    return [person_id, *session.connection().scalars(_HELD, {"person": person_id})]


def people_behind(session: Session, owner: Owner) -> frozenset[UUID]:
    """The active people an owner stands for now; nobody for a grid without an owner or an empty team."""
    if owner.kind is None or owner.id is None:
        return frozenset()
    if owner.kind is OwnerKind.GRID:
        people: Collection[UUID] = owners_of(session, [owner.id]).get(owner.id, [])
    elif owner.kind is OwnerKind.TEAM:
        people = [person for person, _ in teams_of(session, [owner.id]).get(owner.id, [])]
    else:
        people = [owner.id]
    return frozenset(active_people(session, people))


def teams_of(session: Session, team_ids: Collection[UUID]) -> dict[UUID, list[tuple[UUID, bool]]]:
    """Team -> its people, and whether each leads it."""
    rows = session.execute(
        select(TeamMember.team_id, TeamMember.person_id, TeamMember.leads).where(among(TeamMember.team_id, team_ids))
    )
    found: dict[UUID, list[tuple[UUID, bool]]] = defaultdict(list)
    for team_id, person_id, leads in rows:
        found[team_id].append((person_id, leads))
    return found


def team_station(session: Session, team_id: UUID) -> UUID | None:
    """The station of a team; None for one without people."""
    return session.scalar(select(TeamMember.station_id).where(TeamMember.team_id == team_id).limit(1))
