"""Who stands on each rung, for many wards at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from api.followups.queries.holders import teams_of
from api.followups.rules.ladder import make_ladder
from api.followups.types import Ladder, OwnerKind, Ward
from api.grids.queries import owners_of
from api.identity.queries import active_people, people_with_role
from api.identity.types import Role


@dataclass(frozen=True)
class _Known:
    """What was looked up once for all wards."""

    units: dict[UUID, list[UUID]]
    teams: dict[UUID, list[tuple[UUID, bool]]]
    active: set[UUID]
    supervisors: dict[UUID, list[UUID]]
    chiefs: dict[UUID, list[UUID]]


def ladders_of(session: Session, wards: Sequence[Ward]) -> list[Ladder]:
    """The ladder of each ward, in order; a handful of queries however many there are. Only active people count."""
    known = _look_up(session, wards)
    return [_ladder(ward, known) for ward in wards]


def _look_up(session: Session, wards: Collection[Ward]) -> _Known:
    stations = {ward.station_id for ward in wards}
    units = owners_of(session, _owner_ids(wards, OwnerKind.GRID) | {ward.unit_id for ward in wards if ward.unit_id})
    teams = teams_of(session, _owner_ids(wards, OwnerKind.TEAM))
    people = _owner_ids(wards, OwnerKind.PERSON) | {ward.owner.lead_id for ward in wards if ward.owner.lead_id}
    people |= {person for team in teams.values() for person, _ in team}
    people |= {person for owners in units.values() for person in owners}
    return _Known(
        units=units,
        teams=teams,
        active=active_people(session, people),
        supervisors={id_: people_with_role(session, id_, [Role.SUPERVISOR]) for id_ in stations},
        chiefs={id_: people_with_role(session, id_, [Role.STATION_ADMIN]) for id_ in stations},
    )


def _owner_ids(wards: Collection[Ward], kind: OwnerKind) -> set[UUID]:
    return {ward.owner.id for ward in wards if ward.owner.kind is kind and ward.owner.id}


def _ladder(ward: Ward, known: _Known) -> Ladder:
    owners, team_leads = _owners(ward, known)
    # The nearest lead there is: the one named and the team's own, else whoever answers for the grid.
    named = {ward.owner.lead_id} if ward.owner.lead_id else set()
    of_unit = set(known.units.get(ward.unit_id, ())) if ward.unit_id else set()
    leads = (named | team_leads) & known.active or of_unit
    return make_ladder(
        owners & known.active,
        leads & known.active,
        known.supervisors[ward.station_id],
        known.chiefs[ward.station_id],
    )


def _owners(ward: Ward, known: _Known) -> tuple[set[UUID], set[UUID]]:
    owner = ward.owner
    if owner.kind is None or owner.id is None:
        return set(), set()
    if owner.kind is OwnerKind.GRID:
        return set(known.units.get(owner.id, ())), set()
    if owner.kind is OwnerKind.TEAM:
        team = known.teams.get(owner.id, [])
        return {person for person, _ in team}, {person for person, leads in team if leads}
    return {owner.id}, set()
