"""The code lists of the record as phones keep them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Session

# Of each code the version that holds today, or else the next one; a last day becomes the first day without.
_CODES = text("""
    SELECT * FROM (
        SELECT DISTINCT ON (list, code) dispute_code_id(list, code) AS id, 'dispute_' || list AS kind, code,
            dispute_code_id(list, parent) AS parent_id, zh, en, valid_from, valid_to + 1 AS valid_to
        FROM dispute_codes, (SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date AS today) AS day
        WHERE valid_to IS NULL OR valid_to >= today
        ORDER BY list, code, valid_from > today, version DESC
    ) AS codes
    WHERE (CAST(:ids AS uuid[]) IS NULL OR id = ANY(:ids)) AND (CAST(:after AS uuid) IS NULL OR id > :after)
    ORDER BY id LIMIT :limit
""").columns(id=PgUUID(as_uuid=True), parent_id=PgUUID(as_uuid=True))


def copied_codes(
    session: Session, *, ids: Collection[UUID] | None, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Codes (of these ids, or all) behind one id, in order."""
    among = None if ids is None else list(ids)
    return [dict(row._mapping) for row in session.execute(_CODES, {"ids": among, "after": after, "limit": limit})]
