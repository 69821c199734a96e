"""How entries are linked: pure, so that a copy of the table can be checked anywhere."""

import hashlib
import json
from datetime import UTC

from api.audit.types import Entry

FIRST_DIGEST = hashlib.sha256(b"gridloop audit chain").digest()


def link_digest(previous: bytes, entry: Entry) -> bytes:
    """SHA-256 of the previous digest and the entry's canonical JSON (sorted keys, UTC microseconds)."""
    canonical = [
        entry.id,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        str(entry.station_id),
        entry.actor_kind,
        str(entry.actor_id),
        entry.action,
        entry.subject_kind,
        str(entry.subject_id),
        entry.details,
        entry.request_id,
    ]
    body = json.dumps(canonical, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(previous + body.encode()).digest()
