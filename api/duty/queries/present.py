"""Who is on duty, as a statement for work over many people at once."""

from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import Select, cast, func, select

from api.duty.models import DutyLive
from api.grids.types import Area


def people_on_duty(station_id: UUID, area: Area | None = None) -> Select[*tuple[Any, ...]]:
    """(person_id) of the station's members on duty; with an area only those last seen inside it."""
    statement = select(DutyLive.person_id).where(DutyLive.on_duty, DutyLive.station_id == station_id)
    if area is None:
        return statement
    # On the plain geometry: the people on duty of one station are few enough to look at each.
    place = cast(DutyLive.position, Geometry)
    return statement.where(func.ST_Covers(func.ST_GeomFromEWKT(area.ewkt), place))
