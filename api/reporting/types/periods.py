"""The days a report covers."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from api.grids.types import STATION_ZONE


@dataclass(frozen=True)
class Period:
    """From the first moment of `first` to the last of `last`, in the station's own days."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.first, time(), STATION_ZONE)

    @property
    def until(self) -> datetime:
        """The first moment that is no longer in it."""
        return datetime.combine(self.last + timedelta(days=1), time(), STATION_ZONE)
