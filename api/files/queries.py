"""Reading files: by id, by what they belong to, by how long they have waited."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.files.models import FileRow, UploadRow
from api.files.types import FileState, MediaType, Purpose, StoredFile, UploadState, UploadView
from api.kernel.geo import Point
from api.plumbing.db import among


def as_stored(row: FileRow) -> StoredFile:
    """A row as the value other areas see."""
    capture = row.capture or {}
    where = capture.get("where")
    return StoredFile(
        id=row.id,
        sha256=row.sha256.hex(),
        source_sha256=row.source_sha256.hex(),
        media_type=MediaType(row.media_type),
        size=row.size,
        width=row.width,
        height=row.height,
        taken_at=datetime.fromisoformat(capture["at"]) if capture.get("at") else None,
        taken_where=Point(where["lat"], where["lon"]) if where else None,
        created_at=row.created_at,
        purpose=Purpose(row.purpose),
        has_thumbnail=row.thumbnail is not None,
    )


def files_of(session: Session, owner_kind: str, owner_ids: Collection[UUID]) -> dict[UUID, list[StoredFile]]:
    """The files of each of these owners, oldest first. The caller has decided that they may be seen."""
    rows = session.scalars(
        select(FileRow)
        .where(among(FileRow.owner_id, owner_ids), FileRow.owner_kind == owner_kind)
        .where(FileRow.state == FileState.CLAIMED)
        .order_by(FileRow.id)
    )
    found: dict[UUID, list[StoredFile]] = {}
    for row in rows:
        if row.owner_id is not None:
            found.setdefault(row.owner_id, []).append(as_stored(row))
    return found


def file_of(session: Session, station_id: UUID, file_id: UUID) -> StoredFile | None:
    """One file of a station that is still there. The caller has decided that it may be seen."""
    row = session.scalar(select(FileRow).where(FileRow.id == file_id, FileRow.station_id == station_id))
    return None if row is None or row.state == FileState.REMOVED else as_stored(row)


def own_unclaimed(session: Session, station_id: UUID, person_id: UUID, file_id: UUID) -> StoredFile | None:
    """A file that waits to be given to something, for who brought it."""
    row = session.scalar(
        select(FileRow).where(
            FileRow.id == file_id,
            FileRow.station_id == station_id,
            FileRow.uploaded_by == person_id,
            FileRow.state == FileState.UNCLAIMED,
        )
    )
    return None if row is None else as_stored(row)


def blob_row(session: Session, file_id: UUID) -> FileRow | None:
    """The row behind a signed link; None once the file is removed."""
    return session.scalar(select(FileRow).where(FileRow.id == file_id, FileRow.state != FileState.REMOVED))


def known_blobs(session: Session, keys: Collection[str]) -> set[str]:
    """Those of the keys that a row names."""
    full = session.scalars(select(FileRow.blob).where(among(FileRow.blob, keys)))
    small = session.scalars(select(FileRow.thumbnail).where(among(FileRow.thumbnail, keys)))
    return {key for key in (*full, *small) if key is not None}


def as_view(row: UploadRow) -> UploadView:
    """An upload as its owner sees it."""
    return UploadView(
        id=row.id,
        length=row.length,
        received=row.received,
        state=UploadState(row.state),
        expires_at=row.expires_at,
        file_id=row.file_id,
        fence=row.fence,
    )
