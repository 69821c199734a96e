"""Quiet hours: until when a moment is quiet, by the clock on somebody's wall.

A clock that is put back shows an hour twice: quiet hours begin when their beginning is first shown, and end when their
end is shown for the last time. A clock put forward never shows some times: what lies there is at the jump.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.notifications.types import QuietHours

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


def quiet_until(hours: QuietHours, moment: datetime) -> datetime | None:
    """The end of the quiet hours `moment` lies in, in UTC; None when it is not quiet."""
    zone = ZoneInfo(hours.zone)
    end: datetime | None = None
    today = moment.astimezone(zone).date()
    # The day before yesterday, because zones have skipped a whole day.
    for day in (today - 2 * _DAY, today - _DAY, today):
        if not hours.days & 1 << day.weekday():
            continue
        begins, ends = _stretch(hours, day, zone)
        if begins <= (end or moment) < ends:
            end = ends
    return end


def _stretch(hours: QuietHours, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    last_day = day if hours.ends > hours.starts else day + _DAY
    return _instant(day, hours.starts, zone, last=False), _instant(last_day, hours.ends, zone, last=True)


def _instant(day: date, clock: time, zone: ZoneInfo, *, last: bool) -> datetime:
    wall = datetime.combine(day, clock)
    folds = sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    shown = [moment for moment in folds if _wall(moment, zone) == wall]
    if shown:
        return shown[-1] if last else shown[0]
    return _jump(wall, folds[0], folds[1], zone)


def _jump(wall: datetime, before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first minute at which the clock shows `wall` or later; it does not `before`, and does `after`."""
    while after - before > _MINUTE:
        middle = before + (after - before) // _MINUTE // 2 * _MINUTE
        before, after = (before, middle) if _wall(middle, zone) >= wall else (middle, after)
    return after


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)
