"""What ranking and forecasting read of the offers of the past: set-based, one statement each."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.incidents.models import AcceptanceForecast
from api.incidents.types.forecasts import Answers, Cell, Estimate, Hours
from api.incidents.types.ranking import Record

DAY, WEEK = timedelta(days=1), timedelta(days=7)
# A drill disturbs, so it counts as having been asked; but nobody rests from one, or it would keep them from the real
# thing.
_RECORDS = text("""
    SELECT o.member_id, count(*) FILTER (WHERE o.offered_at > :day) AS asked,
           count(*) FILTER (WHERE o.accepted_at > :week AND o.state <> 'dropped_out' AND NOT d.drill) AS tasks,
           max(o.done_at) FILTER (WHERE NOT d.drill) AS ended
    FROM offers o JOIN dispatches d ON d.id = o.dispatch_id
    WHERE o.member_id = ANY(:members) AND o.offered_at > :week GROUP BY o.member_id
""")
# An offer taken back before its window was over says nothing; one that was silent for the whole of it does.
_ANSWERS = text("""
    SELECT o.station_id, coalesce(o.force, '') AS force,
           (SELECT count(*) FROM unnest(CAST(:borders AS real[])) AS border WHERE o.distance_m > border) AS band,
           extract(hour FROM o.offered_at AT TIME ZONE :zone)::integer AS hour,
           count(*) AS asked, count(*) FILTER (WHERE o.accepted_at IS NOT NULL OR o.reason = 'full') AS accepted
    FROM offers o JOIN dispatches d ON d.id = o.dispatch_id
    WHERE o.offered_at > :since AND NOT d.drill AND (
        o.accepted_at IS NOT NULL OR o.reason = 'full' OR o.state IN ('declined', 'silent')
        OR (o.state IN ('withdrawn', 'stood_down')
            AND o.ended_at - o.offered_at >= make_interval(secs => CAST(d.policy ->> 'silence_s' AS float8))))
    GROUP BY 1, 2, 3, 4
""")


def records_of(session: Session, members: Collection[UUID], now: datetime) -> dict[UUID, Record]:
    """What was asked of these members of late; whoever was not asked is left out."""
    rows = session.execute(_RECORDS, {"members": list(members), "day": now - DAY, "week": now - WEEK})
    return {row.member_id: Record(row.asked, row.tasks, row.ended) for row in rows}


def learnt_at(session: Session, station_id: UUID, hours: Hours) -> Mapping[Cell, Estimate]:
    """The station's estimates that may matter at this time of day."""
    table = AcceptanceForecast
    rows = session.execute(
        select(
            table.force, table.band, table.hours, table.mean, table.low, table.high, table.asked, table.accepted
        ).where(table.station_id == station_id, table.hours.in_(("", hours)))
    )
    return {
        Cell(force, band, part): Estimate(mean, low, high, Cell(force, band, part), Answers(asked, accepted))
        for force, band, part, mean, low, high, asked, accepted in rows
    }


def forecast_of(session: Session, station_id: UUID) -> list[AcceptanceForecast]:
    """Everything the station has learnt of who says yes, the widest first."""
    table = AcceptanceForecast
    statement = select(table).where(table.station_id == station_id).order_by(table.force, table.band, table.hours)
    return list(session.scalars(statement.execution_options(populate_existing=True)))


def count_answers(
    session: Session, *, since: datetime, borders: Collection[float], zone: str
) -> list[tuple[UUID, str, int, int, Answers]]:
    """(station, force, band's number, hour, answers) of every station's offers since then."""
    rows = session.execute(_ANSWERS, {"since": since, "borders": list(borders), "zone": zone})
    return [(station, force, band, hour, Answers(*counts)) for station, force, band, hour, *counts in rows]
