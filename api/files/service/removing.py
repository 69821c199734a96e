"""Letting go of files: first the row, then the bytes, then what nobody ever recorded.

The store is spoken to inside the job's transaction: the rows are locked with SKIP LOCKED, and nobody waits for them.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import delete, select, update

from api.audit.service import record_many
from api.files import queries
from api.files.gateways.depot import depot
from api.files.models import FileRow
from api.files.rules.states import FILE
from api.files.service.keeping import free_room
from api.files.types import FileEvent, FileState
from api.kernel.errors import Conflict
from api.plumbing.context import Ctx
from api.plumbing.db import among

# A phone that is offline for days uploads first and reports later.
UNCLAIMED_LIVE = timedelta(days=7)
# Between the bytes and their row lies one transaction; a day is generous.
ORPHANS_LIVE = timedelta(days=1)
BATCH = 500


def remove_files(ctx: Ctx, file_ids: list[UUID]) -> None:
    """Remove files of any owner: their links end now, their bytes follow within the hour. For owners and erasure."""
    rows = ctx.session.execute(
        update(FileRow)
        .where(among(FileRow.id, file_ids), FileRow.state.in_(FILE.sources(FileEvent.REMOVE)))
        .values(state=FileState.REMOVED, removed_at=ctx.now, name=None, capture=None)
        .returning(FileRow.id, FileRow.station_id, FileRow.stored_bytes)
        .execution_options(synchronize_session=False)
    ).all()
    free_room(ctx, [(row.station_id, row.stored_bytes) for row in rows])
    record_many(ctx, "file.removed", "file", [(row.id, {}) for row in rows])


def remove_own_unclaimed(ctx: Ctx, file_id: UUID) -> None:
    """Remove a file its uploader does not want after all; raises Conflict once something holds on to it."""
    row = ctx.session.scalar(
        select(FileRow).where(FileRow.id == file_id, FileRow.uploaded_by == ctx.actor.person).with_for_update()
    )
    if row is not None and row.state == FileState.CLAIMED:
        raise Conflict
    remove_files(ctx, [file_id])


def drop_unclaimed(ctx: Ctx) -> int:
    """Remove what has waited too long for an owner; returns how many."""
    waiting = ctx.session.scalars(
        select(FileRow.id)
        .where(FileRow.state == FileState.UNCLAIMED, FileRow.created_at < ctx.now - UNCLAIMED_LIVE)
        .order_by(FileRow.created_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    remove_files(ctx, list(waiting))
    return len(waiting)


def drop_removed_bytes(ctx: Ctx) -> int:
    """Take the bytes of removed files out of the store; a file that never belonged to anything is forgotten too."""
    rows = ctx.session.execute(
        select(FileRow.id, FileRow.blob, FileRow.thumbnail)
        .where(FileRow.state == FileState.REMOVED, FileRow.blob.is_not(None))
        .order_by(FileRow.removed_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    depot.store.remove(key for row in rows for key in (row.blob, row.thumbnail) if key is not None)
    ids = [row.id for row in rows]
    ctx.session.execute(delete(FileRow).where(among(FileRow.id, ids), FileRow.claimed_at.is_(None)))
    ctx.session.execute(update(FileRow).where(among(FileRow.id, ids)).values(blob=None, thumbnail=None))
    return len(ids)


def drop_orphans(ctx: Ctx) -> int:
    """Remove bytes that no row names, a day after they were put; returns how many blobs."""
    dropped = 0
    keys = depot.store.keys_before(ctx.now - ORPHANS_LIVE)
    while batch := _next(keys):
        orphans = set(batch) - queries.known_blobs(ctx.session, batch)
        depot.store.remove(orphans)
        dropped += len(orphans)
    return dropped


def _next(keys: Iterator[str]) -> list[str]:
    return list(islice(keys, BATCH))
