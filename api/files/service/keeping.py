"""Writing the rows of files, and giving files to what they belong to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from api.files import queries
from api.files.gateways.depot import depot
from api.files.models import FileRow, FileUse
from api.files.rules.quotas import DAY, Use, check_room
from api.files.rules.states import FILE
from api.files.service.preparing import drop_prepared, prepare_file
from api.files.types import Capture, Claim, FileEvent, FileState, NewFile, PreparedFile, StoredFile
from api.kernel.errors import DomainError, NotFound
from api.plumbing.context import Ctx
from api.plumbing.db import among


def keep_file(ctx: Ctx, new: NewFile) -> StoredFile:
    """Examine, clean, store and record the bytes, in one go.

    Where the caller can, `prepare_file` before its transaction and `keep_prepared` in it are kinder to the database.
    """
    return keep_prepared(ctx, prepare_file(new))


def keep_prepared(ctx: Ctx, prepared: PreparedFile) -> StoredFile:
    """Write the row of a prepared file; raises PersonQuotaSpent or StationQuotaSpent."""
    source = prepared.source
    station_id = source.station_id or ctx.actor.station
    uploaded_by = source.uploaded_by or ctx.actor.person_id
    try:
        _take_room(ctx, station_id, uploaded_by, prepared.stored_bytes)
    except DomainError:
        # Whoever is over the quota must not fill the store with what nobody will ever name.
        drop_prepared(prepared)
        raise
    owned = source.owner_id is not None
    row = FileRow(
        id=ctx.new_id(),
        station_id=station_id,
        uploaded_by=uploaded_by,
        purpose=source.purpose,
        owner_kind=source.owner_kind,
        owner_id=source.owner_id,
        state=FILE.next(FileState.UNCLAIMED, FileEvent.CLAIM) if owned else FILE.initial,
        media_type=prepared.media_type,
        declared_type=source.declared_type,
        size=prepared.size,
        stored_bytes=prepared.stored_bytes,
        width=prepared.width,
        height=prepared.height,
        sha256=prepared.sha256,
        source_sha256=prepared.source_sha256,
        name=source.name or None,
        capture=_as_json(prepared.capture),
        blob=prepared.blob,
        thumbnail=prepared.thumbnail,
        created_at=ctx.now,
        claimed_at=ctx.now if owned else None,
    )
    ctx.session.add(row)
    ctx.session.flush()
    return queries.as_stored(row)


def claim_files(ctx: Ctx, claim: Claim) -> list[StoredFile]:
    """Give the actor's own unclaimed files to something; raises NotFound unless every one of them may be given.

    Repeated with the same owner it changes nothing, so a phone may send its report twice.
    """
    wanted = list(dict.fromkeys(claim.file_ids))
    if not wanted:
        return []
    rows = ctx.session.scalars(
        select(FileRow)
        .where(among(FileRow.id, wanted), FileRow.station_id == ctx.actor.station)
        .order_by(FileRow.id)
        .with_for_update()
    ).all()
    found = {row.id: row for row in rows if _may_claim(ctx, row, claim)}
    if len(found) != len(wanted):
        raise NotFound
    fresh = [row.id for row in rows if row.state == FileState.UNCLAIMED]
    values: dict[str, Any] = {"owner_kind": claim.owner_kind, "owner_id": claim.owner_id, "claimed_at": ctx.now}
    after = FILE.next(FileState.UNCLAIMED, FileEvent.CLAIM)
    ctx.session.execute(update(FileRow).where(among(FileRow.id, fresh)).values(state=after, **values))
    return [queries.as_stored(found[file_id]) for file_id in wanted]


def claim_file(ctx: Ctx, file_id: UUID, owner_kind: str, owner_id: UUID) -> StoredFile:
    """Give one file to something."""
    return claim_files(ctx, Claim(owner_kind, owner_id, (file_id,)))[0]


def look_for_room(ctx: Ctx, size: int) -> None:
    """Raise early what keeping so many bytes would raise later; nothing is reserved."""
    used = ctx.session.scalar(select(FileUse.stored_bytes).where(FileUse.station_id == ctx.actor.station))
    _check_room(ctx, ctx.actor.person_id, used or 0, size)


def free_room(ctx: Ctx, freed: Sequence[tuple[UUID, int]]) -> None:
    """Give back the room of removed files: (station, bytes) each."""
    for station_id in sorted({station for station, _ in freed}):
        sizes = [size for station, size in freed if station == station_id]
        ctx.session.execute(
            update(FileUse)
            .where(FileUse.station_id == station_id)
            .values(
                files=func.greatest(FileUse.files - len(sizes), 0),
                stored_bytes=func.greatest(FileUse.stored_bytes - sum(sizes), 0),
            )
        )


def _may_claim(ctx: Ctx, row: FileRow, claim: Claim) -> bool:
    if row.state == FileState.CLAIMED:
        return (row.owner_kind, row.owner_id) == (claim.owner_kind, claim.owner_id)
    return row.state == FileState.UNCLAIMED and row.uploaded_by == ctx.actor.person_id


def _take_room(ctx: Ctx, station_id: UUID, person_id: UUID | None, size: int) -> None:
    # The counter is raised first: its row is where everybody of the station queues, so that no two uploads can both
    # find the last free place.
    statement = insert(FileUse).values(station_id=station_id, files=1, stored_bytes=size)
    statement = statement.on_conflict_do_update(
        index_elements=["station_id"],
        set_={"files": FileUse.files + 1, "stored_bytes": FileUse.stored_bytes + size},
    )
    used: int = ctx.session.execute(statement.returning(FileUse.stored_bytes)).scalar_one()
    _check_room(ctx, person_id, used - size, size)


def _check_room(ctx: Ctx, person_id: UUID | None, station_bytes: int, size: int) -> None:
    files, stored, oldest = ctx.session.execute(
        text(
            "SELECT count(*), coalesce(sum(stored_bytes), 0), min(created_at) FROM files"
            " WHERE uploaded_by = :person AND created_at > :since"
        ),
        {"person": person_id, "since": ctx.now - DAY},
    ).one()
    check_room(Use(files, int(stored), station_bytes, oldest), size, depot.limits, ctx.now)


def _as_json(capture: Capture) -> dict[str, Any] | None:
    if not capture:
        return None
    where = {"lat": capture.where.lat, "lon": capture.where.lon, "datum": "wgs84"} if capture.where else None
    at: datetime | None = capture.at
    return {"at": at.isoformat() if at else None, "clock": capture.clock, "where": where}
