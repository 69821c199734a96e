"""How entries are linked: pure, so that a copy of the table can be checked anywhere."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC
from uuid import UUID

from api.audit.types import Entry, Usual

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


# Said again for every so many further subjects, so that a list read to its end is a few lines and not hundreds.
_EVERY = 10


def what_is_unusual(earlier: Sequence[UUID | None], subject: UUID | None, usual: Usual) -> list[str]:
    """How a reading of `subject` goes beyond what work explains, given the subjects read earlier that day.

    `unusually_often`: one subject again and again. `of_unusually_many`: a new one, beyond so many different ones.
    """
    found = ["unusually_often"] if earlier.count(subject) >= usual.same else []
    known = set(earlier)
    beyond = len(known) - usual.others
    if subject not in known and beyond >= 0 and beyond % _EVERY == 0:
        found.append("of_unusually_many")
    return found
