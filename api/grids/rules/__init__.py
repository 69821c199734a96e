"""Decisions of grids: pure, so that every one of them can be tested without a database."""

from api.grids.rules.areas import read_area
from api.grids.rules.lives import MEMBER
from api.grids.rules.units import check_code, check_parent, nest_units, station_day

__all__ = ["MEMBER", "check_code", "check_parent", "nest_units", "read_area", "station_day"]
