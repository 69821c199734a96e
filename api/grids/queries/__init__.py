"""Reading grids: where a place lies, who a member is, what the lists hold."""

from api.grids.queries.coverage import coverage_of
from api.grids.queries.ground import grids_touched, known_units, members_to_reach, unit_labels, units_within
from api.grids.queries.members import member_in, members_of
from api.grids.queries.outlines import Ground, ground_of_units, reach_of
from api.grids.queries.owners import owned_units, owners_of
from api.grids.queries.profiles import member_of_person, profiles_of
from api.grids.queries.rosters import imports_of
from api.grids.queries.surroundings import GridAround, district_of, grid_around, stations_near
from api.grids.queries.units import (
    enterprises_of,
    grids_by_code,
    outlines_of,
    station_by_code,
    station_of,
    unit_at,
    unit_in,
    units_at,
    units_of,
    valid_units_of,
)
from api.grids.queries.words import forces_of, skills_of

__all__ = [
    "GridAround",
    "Ground",
    "coverage_of",
    "district_of",
    "enterprises_of",
    "forces_of",
    "grid_around",
    "grids_by_code",
    "grids_touched",
    "ground_of_units",
    "imports_of",
    "known_units",
    "member_in",
    "member_of_person",
    "members_of",
    "members_to_reach",
    "outlines_of",
    "owned_units",
    "owners_of",
    "profiles_of",
    "reach_of",
    "skills_of",
    "station_by_code",
    "station_of",
    "stations_near",
    "unit_at",
    "unit_in",
    "unit_labels",
    "units_at",
    "units_of",
    "units_within",
    "valid_units_of",
]
