"""Who was, is or will be on duty: by grid and hour."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class CoverageLine:
    """One grid, or the members of none: how many people were or are planned on duty in each of the day's 24 hours."""

    grid_id: UUID | None
    grid_code: str | None
    grid_name: str | None
    members: int
    hours: tuple[int, ...]


@dataclass(frozen=True)
class Coverage:
    """A day in the station's zone. Hours before the present one count duty, those behind it planned shifts."""

    day: date
    present_hour: int | None
    grids: tuple[CoverageLine, ...]
