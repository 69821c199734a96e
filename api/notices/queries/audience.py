"""Whom a notice means, as one statement made of what each area knows: nobody is looked at one by one."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from api.duty.queries import people_on_duty
from api.grids.queries import grids_touched, members_to_reach, units_within
from api.identity.queries import people_to_reach
from api.notices.types import Target


def audience(station_id: UUID, target: Target) -> Select[Any]:
    """(person_id, grid_id) of everybody the target means now.

    The whole station includes its staff; units and areas mean members, by the grid they belong to.
    """
    people = people_to_reach(station_id, target.roles).subquery("people")
    members = members_to_reach(station_id).subquery("members")
    statement = select(people.c.person_id, members.c.grid_id).outerjoin(
        members, members.c.person_id == people.c.person_id
    )
    if not target.whole_station:
        statement = statement.where(or_(*_places(station_id, target, people.c.person_id, members.c.grid_id)))
    if target.forces:
        statement = statement.where(members.c.force.in_(target.forces))
    if target.on_duty_only:
        statement = statement.where(people.c.person_id.in_(people_on_duty(station_id)))
    return statement


def _places(
    station_id: UUID, target: Target, person: ColumnElement[Any], grid: ColumnElement[Any]
) -> list[ColumnElement[bool]]:
    places: list[ColumnElement[bool]] = []
    if target.unit_ids:
        places.append(grid.in_(units_within(station_id, target.unit_ids)))
    if target.area is not None:
        places.append(grid.in_(grids_touched(station_id, target.area)))
        places.append(person.in_(people_on_duty(station_id, target.area)))
    return places
