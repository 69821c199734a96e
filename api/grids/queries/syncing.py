"""Forces, skills and units as phones keep them to have words without a network."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Session

# A unit that is valid from tomorrow on is there already, one that ended is not any more.
_WORDS = text("""
    SELECT * FROM (
        SELECT id, 'force' AS kind, code, NULL::uuid AS parent_id, zh, en, NULL::date AS valid_from,
            NULL::date AS valid_to
        FROM forces WHERE station_id IS NULL OR station_id = :station
        UNION ALL
        SELECT id, 'skill', code, NULL, zh, en, NULL, NULL
        FROM skills WHERE station_id IS NULL OR station_id = :station
        UNION ALL
        SELECT id, kind, code, parent_id, name, NULL, valid_from, valid_to
        FROM units WHERE station_id = :station
          AND (valid_to IS NULL OR valid_to > (now() AT TIME ZONE 'Asia/Shanghai')::date)
    ) AS words
    WHERE (CAST(:ids AS uuid[]) IS NULL OR id = ANY(:ids)) AND (CAST(:after AS uuid) IS NULL OR id > :after)
    ORDER BY id LIMIT :limit
""").columns(id=PgUUID(as_uuid=True), parent_id=PgUUID(as_uuid=True))


def station_words(
    session: Session, station_id: UUID, *, ids: Collection[UUID] | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """A station's words (of these ids, or all) behind one id, in order."""
    among = None if ids is None else list(ids)
    rows = session.execute(_WORDS, {"station": station_id, "ids": among, "after": after, "limit": limit})
    return [dict(row._mapping) for row in rows]
