"""Finding what belongs together by blind indexes, for many cases in one statement."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.disputes.types import Match

# A document or a number is somebody's own; a name alone is not, and counts beside another name of the same case or at
# the same address. Two people who share one number are not a pair by it: as many of theirs must fit as of ours.
# IS NOT DISTINCT FROM keeps the planner from joining by station: on tables without statistics (a first import) it would
# pair every case with every other before it looks at what they share.
_MATCHES = text("""
    WITH subject AS (
        SELECT id, station_id, reported_at, address_index FROM disputes WHERE id = ANY(:ids)
    ), mine AS (
        SELECT id, dispute_id, name_index, phone_index, document_index FROM dispute_parties
        WHERE dispute_id = ANY(:ids) AND removed_at IS NULL AND agent_of IS NULL
    ), hits AS (
        SELECT m.dispute_id, m.id AS party_id, o.id AS their_id, o.dispute_id AS other_id, true AS strong
        FROM mine m JOIN dispute_parties o ON o.document_index = m.document_index
        WHERE o.removed_at IS NULL AND o.agent_of IS NULL
        UNION ALL
        SELECT m.dispute_id, m.id, o.id, o.dispute_id, true
        FROM mine m JOIN dispute_parties o ON o.phone_index = m.phone_index
        WHERE o.removed_at IS NULL AND o.agent_of IS NULL
        UNION ALL
        SELECT m.dispute_id, m.id, o.id, o.dispute_id, false
        FROM mine m JOIN dispute_parties o ON o.name_index = m.name_index
        WHERE o.removed_at IS NULL AND o.agent_of IS NULL
          AND coalesce(o.document_index = m.document_index, true)
    ), people AS (
        SELECT dispute_id, other_id, least(count(DISTINCT party_id), count(DISTINCT their_id)) AS shared,
            bool_or(strong) AS strong
        FROM hits WHERE other_id <> dispute_id GROUP BY dispute_id, other_id
    ), places AS (
        SELECT s.id AS dispute_id, o.id AS other_id
        FROM subject s JOIN disputes o ON o.address_index = s.address_index AND o.id <> s.id
    )
    SELECT s.id AS dispute_id, o.id AS other_id, o.reported_at, 1 + o.repeat_calls AS calls,
        coalesce(shared, 0) >= 2 AS pair,
        coalesce(strong, false) OR coalesce(shared, 0) >= 2
            OR (coalesce(shared, 0) >= 1 AND places.other_id IS NOT NULL) AS party,
        places.other_id IS NOT NULL AS address
    FROM people FULL JOIN places USING (dispute_id, other_id)
    JOIN subject s ON s.id = dispute_id
    JOIN disputes o ON o.id = other_id AND o.station_id IS NOT DISTINCT FROM s.station_id
    WHERE o.state <> 'merged' AND (strong OR shared >= 2 OR places.other_id IS NOT NULL)
      AND o.reported_at >= s.reported_at - make_interval(days => :days)
      AND (:later OR (o.reported_at, o.id) < (s.reported_at, s.id))
    ORDER BY s.id, o.reported_at DESC
""")


def matches_of(session: Session, ids: Collection[UUID], *, days: int, later: bool) -> dict[UUID, list[Match]]:
    """What the cases share with others of their station, from so many days before them; `later` ones too, if wanted."""
    found: dict[UUID, list[Match]] = {id_: [] for id_ in ids}
    for row in session.execute(_MATCHES, {"ids": list(ids), "days": days, "later": later}):
        found[row.dispute_id].append(Match(*row))
    return found
