"""Tables of files. The bytes are in the store, under the key a row names."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.crypto import Sealed, SealedJson
from api.plumbing.db import Base, Id


class FileRow(Base):
    """A file, or what is left of one: a removed file keeps its digests and loses its bytes, name and capture."""

    __tablename__ = "files"

    id: Mapped[Id]
    station_id: Mapped[UUID]
    uploaded_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    purpose: Mapped[str]
    owner_kind: Mapped[str | None]
    owner_id: Mapped[UUID | None]
    state: Mapped[str]
    media_type: Mapped[str]
    declared_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    stored_bytes: Mapped[int] = mapped_column(BigInteger)  # with the thumbnail, as they lie in the store
    width: Mapped[int | None]
    height: Mapped[int | None]
    sha256: Mapped[bytes]
    source_sha256: Mapped[bytes]
    name: Mapped[str | None] = mapped_column(Sealed("files.name"))
    capture: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("files.capture"))
    blob: Mapped[str | None] = mapped_column(unique=True)
    thumbnail: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class FileUse(Base):
    """How much of its room a station uses; the row is also what its uploads queue for."""

    __tablename__ = "file_use"

    station_id: Mapped[UUID] = mapped_column(primary_key=True)
    files: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    stored_bytes: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class UploadRow(Base):
    """A resumable upload. `received` is the truth about how far it is; a request that lost the fence writes nothing."""

    __tablename__ = "uploads"

    id: Mapped[Id]
    station_id: Mapped[UUID]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    purpose: Mapped[str]
    declared_type: Mapped[str]
    name: Mapped[str | None] = mapped_column(Sealed("uploads.name"))
    length: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    fence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    state: Mapped[str]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id", ondelete="SET NULL"))
    refusal: Mapped[str | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
