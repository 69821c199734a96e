"""The board's incidents in one statement: every open one, or those that were named."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.incidents.types.boards import BoardRow

MOST_OPEN = 2_000

# Each count is taken once for all incidents: a subquery for each of them would cost as many looks.
_ROWS = """
    WITH shown AS (
        SELECT * FROM incidents i WHERE i.station_id = :station AND {which}
    ),
    places AS (
        SELECT n.incident_id, sum(n.wanted) AS wanted, sum(n.got) AS got
        FROM needs n JOIN shown ON shown.id = n.incident_id WHERE n.state <> 'ended' GROUP BY n.incident_id
    ),
    people AS (
        SELECT o.incident_id, count(*) FILTER (WHERE o.state = 'offered') AS asked,
               count(*) FILTER (WHERE o.state IN ('accepted', 'on_the_way')) AS going,
               count(*) FILTER (WHERE o.state = 'arrived') AS there
        FROM offers o JOIN shown ON shown.id = o.incident_id GROUP BY o.incident_id
    ),
    sent AS (
        SELECT d.incident_id, count(*) AS dispatches, bool_or(d.state = 'exhausted') AS exhausted
        FROM dispatches d JOIN shown ON shown.id = d.incident_id GROUP BY d.incident_id
    ),
    calls AS (
        SELECT r.incident_id, count(*) AS waiting FROM reinforcements r JOIN shown ON shown.id = r.incident_id
        WHERE r.state = 'asked' GROUP BY r.incident_id
    )
    SELECT shown.id, ref, kind, category, colour, shown.state, drill, ST_Y(place::geometry), ST_X(place::geometry),
           unit_name, reported_at, step_since,
           CASE WHEN ended_at IS NULL THEN step_since + patience_s * interval '1 second' END AS due_at,
           ended_at, version, coalesce(sent.dispatches, 0), coalesce(places.wanted, 0), coalesce(places.got, 0),
           coalesce(people.asked, 0), coalesce(people.going, 0), coalesce(people.there, 0),
           coalesce(sent.exhausted, false), coalesce(calls.waiting, 0)
    FROM shown LEFT JOIN places ON places.incident_id = shown.id LEFT JOIN people ON people.incident_id = shown.id
    LEFT JOIN sent ON sent.incident_id = shown.id LEFT JOIN calls ON calls.incident_id = shown.id
    ORDER BY shown.id DESC LIMIT :most
"""
_OPEN = text(_ROWS.format(which="i.ended_at IS NULL"))
_NAMED = text(_ROWS.format(which="i.id = ANY(:ids)"))


def board_rows(session: Session, station_id: UUID, ids: Collection[UUID] = ()) -> list[BoardRow]:
    """The station's open incidents, newest first, at most MOST_OPEN; with `ids` those, ended ones too."""
    values = {"station": station_id, "most": MOST_OPEN}
    rows = session.execute(_NAMED, {**values, "ids": list(ids)}) if ids else session.execute(_OPEN, values)
    return [BoardRow(*row) for row in rows]
