"""Reading grids: where a place lies, who a member is, what the lists hold."""

from api.grids.queries.coverage import coverage_of
from api.grids.queries.members import member_in, members_of
from api.grids.queries.owners import owners_of, units_owned_by
from api.grids.queries.profiles import member_of_person, profiles_of
from api.grids.queries.rosters import imports_of
from api.grids.queries.units import (
    enterprises_of,
    outlines_of,
    station_by_code,
    station_of,
    unit_at,
    unit_in,
    units_of,
    valid_units_of,
)
from api.grids.queries.words import forces_of, skills_of

__all__ = [
    "coverage_of",
    "enterprises_of",
    "forces_of",
    "imports_of",
    "member_in",
    "member_of_person",
    "members_of",
    "outlines_of",
    "owners_of",
    "profiles_of",
    "skills_of",
    "station_by_code",
    "station_of",
    "unit_at",
    "unit_in",
    "units_of",
    "units_owned_by",
    "valid_units_of",
]
