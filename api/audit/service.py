"""Writing the trail, sealing it, and checking the seal."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Select, Uuid, func, insert, literal, select
from sqlalchemy.orm import Session

from api.audit.models import AuditEntry, AuditSeal
from api.audit.queries import subjects_since, unsealed_entries
from api.audit.rules import FIRST_DIGEST, link_digest, what_is_unusual
from api.audit.types import Usual
from api.plumbing.context import Ctx
from api.plumbing.locks import try_lock
from api.plumbing.metrics import UNUSUAL

SEAL_BATCH = 5_000
READING_WINDOW = timedelta(hours=24)


def record(ctx: Ctx, action: str, subject_kind: str, subject_id: UUID | None, **details: Any) -> None:
    """Append one entry in the caller's transaction. `details` holds ids, codes and numbers only."""
    record_many(ctx, action, subject_kind, [(subject_id, details)])


def record_many(ctx: Ctx, action: str, subject_kind: str, subjects: list[tuple[UUID | None, dict[str, Any]]]) -> None:
    """Append one entry per (subject id, details), in one statement."""
    if not subjects:
        return
    shared = {
        "at": ctx.now,
        "station_id": ctx.actor.station_id,
        "actor_kind": ctx.actor.kind,
        "actor_id": ctx.actor.person_id,
        "action": action,
        "subject_kind": subject_kind,
        "request_id": ctx.request_id,
    }
    rows = [{**shared, "subject_id": subject_id, "details": details} for subject_id, details in subjects]
    ctx.session.execute(insert(AuditEntry), rows)


def record_reading(
    ctx: Ctx, action: str, subject_kind: str, subject_id: UUID | None, usual: Usual, **details: Any
) -> None:
    """Append the entry of somebody's look at what is not theirs; and one more when it is more than work explains.

    Not refused: a search may need it. But whoever watches the trail sees a line of its own, and the metrics count it.
    """
    earlier = subjects_since(ctx.session, ctx.actor.person, action, ctx.now - READING_WINDOW)
    record(ctx, action, subject_kind, subject_id, **details)
    for how in what_is_unusual(earlier, subject_id, usual):
        record(ctx, f"{action}_{how}", subject_kind, subject_id, **details)
        UNUSUAL.labels(action, how).inc()


def entries_from(ctx: Ctx, action: str, source: Select[Any]) -> Insert:
    """The INSERT of one entry per row of `source` (station_id, subject_kind, subject_id, details).

    For a statement that moves many rows at once to carry along, as a CTE: they need not travel here and back.
    """
    rows = source.subquery()
    shared: list[Any] = [literal(ctx.now), literal(ctx.actor.kind), literal(ctx.actor.person_id, Uuid), literal(action)]
    columns = ["at", "actor_kind", "actor_id", "action", "request_id"]
    columns += ["station_id", "subject_kind", "subject_id", "details"]
    return insert(AuditEntry).from_select(columns, select(*shared, literal(ctx.request_id), *rows.c))


def seal_entries(ctx: Ctx) -> int:
    """Extend the chain over every committed entry that has no seal yet; returns how many were sealed.

    Entries are linked in the order they are found, not by id: one that committed late with an earlier id is sealed in
    the next round instead of being skipped.
    """
    if not try_lock(ctx.session, "audit.seal"):
        return 0
    position, digest = _chain_head(ctx.session)
    rows = []
    for entry in unsealed_entries(ctx.session, limit=SEAL_BATCH):
        position, digest = position + 1, link_digest(digest, entry)
        rows.append({"position": position, "entry_id": entry.id, "digest": digest})
    if rows:
        ctx.session.execute(insert(AuditSeal), rows)
    return len(rows)


def _chain_head(session: Session) -> tuple[int, bytes]:
    last = session.scalar(select(func.max(AuditSeal.position)))
    if last is None:
        return 0, FIRST_DIGEST
    return last, session.get_one(AuditSeal, last).digest
