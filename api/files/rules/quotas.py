"""Whether one more file fits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from api.files.errors import PersonQuotaSpent, StationQuotaSpent, TooManyUploads
from api.files.types import Limits

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Use:
    """What is there already: of the person in the last 24 hours, and of the station altogether."""

    person_files: int
    person_bytes: int
    station_bytes: int
    oldest: datetime | None = None


def check_room(use: Use, size: int, limits: Limits, now: datetime) -> None:
    """Raise PersonQuotaSpent or StationQuotaSpent when `size` more bytes do not fit."""
    if use.person_files >= limits.person_daily_files or use.person_bytes + size > limits.person_daily_bytes:
        # The window slides, so room comes back when the oldest file of it is a day old.
        frees_at = (use.oldest or now) + DAY
        raise PersonQuotaSpent(retry_after=max(60, int((frees_at - now).total_seconds())))
    if use.station_bytes + size > limits.station_bytes:
        raise StationQuotaSpent


def check_open(unfinished: int, limits: Limits) -> None:
    """Raise TooManyUploads when the person may not begin another."""
    if unfinished >= limits.open_uploads:
        raise TooManyUploads(retry_after=60)
