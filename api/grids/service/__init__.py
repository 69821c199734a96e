"""Grids' services, one file per noun."""

from api.grids.service.areas import check_outline
from api.grids.service.exports import export_roster, roster_template
from api.grids.service.layout import add_enterprises, add_units, name_owners
from api.grids.service.members import change_standing, edit_member, enroll_member
from api.grids.service.owners import end_ownership, name_owner
from api.grids.service.rosters import import_roster
from api.grids.service.stations import found_station, require_district
from api.grids.service.units import close_unit, create_unit, edit_unit, lock_station, reopen_unit
from api.grids.service.words import put_force, put_skill

__all__ = [
    "add_enterprises",
    "add_units",
    "change_standing",
    "check_outline",
    "close_unit",
    "create_unit",
    "edit_member",
    "edit_unit",
    "end_ownership",
    "enroll_member",
    "export_roster",
    "found_station",
    "import_roster",
    "lock_station",
    "name_owner",
    "name_owners",
    "put_force",
    "put_skill",
    "reopen_unit",
    "require_district",
    "roster_template",
]
