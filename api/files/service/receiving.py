"""Receiving a body piece by piece, for as long as the network takes; each piece is a unit of work of its own.

Where other services take a context, these take the actor: no transaction may be open while a phone is waited for.
"""

from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from api.files import queries
from api.files.errors import ChecksumMismatch, TooManyBytes
from api.files.rules.states import UPLOAD
from api.files.rules.tus import adds_up
from api.files.service.keeping import keep_prepared, look_for_room
from api.files.service.parts import drop_part, read_part
from api.files.service.preparing import prepare_file
from api.files.service.uploads import (
    append_bytes,
    create_upload,
    lock_upload,
    refuse_upload,
    show_upload,
    take_upload,
)
from api.files.types import (
    Checksum,
    NewFile,
    NewUpload,
    PreparedFile,
    Purpose,
    UploadEvent,
    UploadState,
    UploadView,
)
from api.kernel.errors import DomainError, Kind
from api.plumbing.context import Actor, Ctx, unit_of_work

# A cut loses less than this much that had arrived: the server hands over what it has when a connection ends.
PIECE = 256 * 1024
_FOR_GOOD = frozenset({Kind.INVALID, Kind.TOO_LARGE, Kind.UNSUPPORTED})


class Stream(Protocol):
    """A body that is read as it comes; b"" at its end, and also where it was cut."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Body:
    """What came with a request. `length` is what the sender announced, None for a body in chunks."""

    stream: Stream
    length: int | None
    checksum: Checksum | None = None
    request_id: str = "-"


def begin_upload(actor: Actor, new: NewUpload, body: Body) -> UploadView:
    """Announce an upload and take what came along."""
    with unit_of_work(actor, request_id=body.request_id) as ctx:
        upload = create_upload(ctx, new)
    return receive_bytes(actor, upload.id, 0, body) if body.length != 0 else upload


def receive_bytes(actor: Actor, upload_id: UUID, offset: int, body: Body) -> UploadView:
    """Take the bytes from `offset` on, keep every one that arrives, and make the file when the last is there.

    Bytes with a checksum count all or none: of a body that was cut nobody can say whether it is right.
    """
    with unit_of_work(actor, request_id=body.request_id) as ctx:
        held = take_upload(ctx, upload_id, offset)
    if held.state is UploadState.FINISHED:
        return held
    if body.length is not None and offset + body.length > held.length:
        raise TooManyBytes
    if body.checksum:
        held = _receive_checked(actor, held, body, body.checksum)
    else:
        while data := body.stream.read(PIECE):
            held = _append(actor, held, data, body)
    return finish_upload(actor, held, body.request_id)


def find_upload(actor: Actor, upload_id: UUID) -> None:
    """Raise NotFound unless the upload is the actor's, UploadEnded when it is over."""
    with unit_of_work(actor) as ctx:
        show_upload(ctx, upload_id)


def ask_upload(actor: Actor, upload_id: UUID, request_id: str) -> UploadView:
    """How far an upload is; makes its file if a crash came between the last byte and that."""
    with unit_of_work(actor, request_id=request_id) as ctx:
        held = show_upload(ctx, upload_id)
    return finish_upload(actor, held, request_id)


def finish_upload(actor: Actor, held: UploadView, request_id: str) -> UploadView:
    """Make the file of a complete upload; others are returned as they are. Bytes that are no file we keep end it."""
    if held.received < held.length or held.state is not UploadState.RECEIVING:
        return held
    try:
        with unit_of_work(actor, request_id=request_id) as ctx:
            look_for_room(ctx, 0)
            row = lock_upload(ctx, held.id)
            new = NewFile(b"", row.declared_type, Purpose(row.purpose), name=row.name or "")
        prepared = prepare_file(replace(new, data=read_part(held.id, held.length)))
        with unit_of_work(actor, request_id=request_id) as ctx:
            finished = _note_file(ctx, held.id, prepared)
    except DomainError as refusal:
        if refusal.kind in _FOR_GOOD:
            with unit_of_work(actor, request_id=request_id) as ctx:
                refuse_upload(ctx, held.id, refusal.code)
            drop_part(held.id)
        raise
    drop_part(held.id)
    return finished


def _note_file(ctx: Ctx, upload_id: UUID, prepared: PreparedFile) -> UploadView:
    row = lock_upload(ctx, upload_id)
    # Two who asked how far it is may both have found it complete; the second finds the file of the first.
    if row.state != UploadState.FINISHED:
        row.state = UPLOAD.next(UploadState(row.state), UploadEvent.FINISH)
        row.file_id = keep_prepared(ctx, prepared).id
        ctx.session.flush()
    return queries.as_view(row)


def _append(actor: Actor, held: UploadView, data: bytes, body: Body) -> UploadView:
    with unit_of_work(actor, request_id=body.request_id) as ctx:
        return append_bytes(ctx, held, data)


def _receive_checked(actor: Actor, held: UploadView, body: Body, checksum: Checksum) -> UploadView:
    # Bounded by what the upload was announced with, which is bounded itself.
    data = b"".join(iter(lambda: body.stream.read(PIECE), b""))
    if not adds_up(data, checksum):
        raise ChecksumMismatch
    return _append(actor, held, data, body)
