"""Resumable uploads: a row says how far one is, and whoever holds its newest fence may write.

A phone that lost its network comes back while the old request still hangs in a dead connection. The newcomer raises the
fence and goes on at once; what the old request still has in hand is thrown away when it wakes, since every piece is
written under the row's lock, by the holder of the fence, at the row's offset.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from api.files import queries
from api.files.errors import OffsetConflict, TooManyBytes, UploadEnded
from api.files.gateways.depot import depot
from api.files.models import UploadRow
from api.files.rules.quotas import check_open
from api.files.rules.states import UPLOAD
from api.files.rules.tus import LIFE
from api.files.service.keeping import look_for_room
from api.files.service.parts import drop_part, part_ids, part_length, write_part
from api.files.service.removing import remove_own_unclaimed
from api.files.types import NewUpload, UploadEvent, UploadState, UploadView
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx
from api.plumbing.db import among
from api.plumbing.locks import take_locks

# How long an ended upload still tells its owner how it ended.
ENDED_LIVE = timedelta(days=7)


def create_upload(ctx: Ctx, new: NewUpload) -> UploadView:
    """Announce an upload; raises TooManyUploads or what the quotas say."""
    # Counting and adding are one step, also for twenty requests at once.
    take_locks(ctx.session, [f"uploads {ctx.actor.person}"])
    unfinished = ctx.session.scalar(
        select(func.count())
        .select_from(UploadRow)
        .where(UploadRow.person_id == ctx.actor.person, UploadRow.state == UploadState.RECEIVING)
        .where(UploadRow.expires_at > ctx.now)
    )
    check_open(unfinished or 0, depot.limits)
    look_for_room(ctx, new.length)
    row = UploadRow(
        id=ctx.new_id(),
        station_id=ctx.actor.station,
        person_id=ctx.actor.person,
        purpose=new.purpose,
        declared_type=new.declared_type,
        name=new.name or None,
        length=new.length,
        received=0,
        fence=0,
        state=UPLOAD.initial,
        created_at=ctx.now,
        expires_at=ctx.now + LIFE,
    )
    ctx.session.add(row)
    ctx.session.flush()
    return queries.as_view(row)


def show_upload(ctx: Ctx, upload_id: UUID) -> UploadView:
    """How far the actor's upload is; raises NotFound for another's, UploadEnded once it was given up or refused."""
    row = _own(ctx, upload_id)
    if row.state == UploadState.FINISHED:
        return queries.as_view(row)
    _check_open(ctx, row)
    return queries.as_view(row)


def take_upload(ctx: Ctx, upload_id: UUID, offset: int) -> UploadView:
    """Take the fence to write from `offset` on; raises OffsetConflict when the upload stands elsewhere."""
    row = _own(ctx, upload_id, lock=True)
    if row.state != UploadState.FINISHED:
        _check_open(ctx, row)
    if row.received != offset:
        raise OffsetConflict(offset=row.received)
    row.fence += 1
    ctx.session.flush()
    return queries.as_view(row)


def append_bytes(ctx: Ctx, held: UploadView, data: bytes) -> UploadView:
    """Write the next piece; raises OffsetConflict for a request whose fence was taken, TooManyBytes past the length."""
    row = _own(ctx, held.id, lock=True)
    _check_open(ctx, row)
    if row.fence != held.fence:
        raise OffsetConflict(offset=row.received)
    if row.received + len(data) > row.length:
        raise TooManyBytes
    write_part(row.id, row.received, data)
    row.received += len(data)
    row.expires_at = ctx.now + LIFE
    ctx.session.flush()
    return queries.as_view(row)


def lock_upload(ctx: Ctx, upload_id: UUID) -> UploadRow:
    """The actor's row, locked until the unit of work ends."""
    return _own(ctx, upload_id, lock=True)


def refuse_upload(ctx: Ctx, upload_id: UUID, code: str) -> None:
    """End an upload whose bytes are no file we keep."""
    row = _own(ctx, upload_id, lock=True)
    if row.state == UploadState.RECEIVING:
        row.state, row.refusal = UPLOAD.next(UploadState.RECEIVING, UploadEvent.REFUSE), code


def terminate_upload(ctx: Ctx, upload_id: UUID) -> None:
    """Give an upload up, and the file it became unless something holds on to that."""
    row = _own(ctx, upload_id, lock=True)
    if row.state == UploadState.FINISHED and row.file_id is not None:
        remove_own_unclaimed(ctx, row.file_id)
        return
    _check_open(ctx, row)
    row.state = UPLOAD.next(UploadState(row.state), UploadEvent.TERMINATE)
    row.fence += 1
    drop_part(row.id)


def expire_uploads(ctx: Ctx) -> int:
    """End what nobody went on with, forget what ended long ago, and remove bytes without an open row."""
    late = ctx.session.scalars(
        select(UploadRow)
        .where(UploadRow.state == UploadState.RECEIVING, UploadRow.expires_at <= ctx.now)
        .limit(500)
        .with_for_update(skip_locked=True)
    ).all()
    for row in late:
        row.state = UPLOAD.next(UploadState(row.state), UploadEvent.EXPIRE)
        row.fence += 1
    ctx.session.flush()
    ended = UploadRow.state != UploadState.RECEIVING
    ctx.session.execute(delete(UploadRow).where(ended, UploadRow.expires_at < ctx.now - ENDED_LIVE))
    here = part_ids()
    is_open = UploadRow.state == UploadState.RECEIVING
    still = set(ctx.session.scalars(select(UploadRow.id).where(among(UploadRow.id, here), is_open)))
    for upload_id in here:
        if upload_id not in still:
            drop_part(upload_id)
    return len(late)


def _own(ctx: Ctx, upload_id: UUID, *, lock: bool = False) -> UploadRow:
    statement = select(UploadRow).where(UploadRow.id == upload_id, UploadRow.person_id == ctx.actor.person)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row = ctx.session.scalar(statement)
    if row is None:
        raise NotFound
    return row


def _check_open(ctx: Ctx, row: UploadRow) -> None:
    # Fewer bytes on the disk than the row says: the disk was lost or changed, and there is nothing to go on from.
    is_lost = row.received > part_length(row.id)
    if row.state != UploadState.RECEIVING or row.expires_at <= ctx.now or is_lost:
        raise UploadEnded
