"""The values files pass around."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from api.kernel.geo import Point


class Purpose(StrEnum):
    """What a file is for, which decides what it may be."""

    PHOTO = "photo"  # an image
    PAPER = "paper"  # an image or a PDF


class MediaType(StrEnum):
    """Everything that is taken; what is given out is JPEG, PNG or PDF."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"
    PDF = "application/pdf"


class FileState(StrEnum):
    """Whether something holds on to a file."""

    UNCLAIMED = "unclaimed"
    CLAIMED = "claimed"
    REMOVED = "removed"


class FileEvent(StrEnum):
    """What happens to a file."""

    CLAIM = "claim"
    REMOVE = "remove"


class UploadState(StrEnum):
    """How far a resumable upload is."""

    RECEIVING = "receiving"
    FINISHED = "finished"
    REFUSED = "refused"  # complete, and no file we keep
    TERMINATED = "terminated"
    EXPIRED = "expired"


class UploadEvent(StrEnum):
    """What ends an upload."""

    FINISH = "finish"
    REFUSE = "refuse"
    TERMINATE = "terminate"
    EXPIRE = "expire"


class Variant(StrEnum):
    """What of a file is asked for."""

    FULL = "full"
    THUMBNAIL = "thumbnail"


class TimeSource(StrEnum):
    """How far the hour a photo was taken at can be trusted."""

    OFFSET = "offset"  # the camera's clock with its offset
    SATELLITE = "satellite"
    ASSUMED = "assumed"  # the camera's clock, taken to be the station's


@dataclass(frozen=True)
class Sniffed:
    """What bytes were found to be; width and height are the image's claim, in pixels, 0 where there is none."""

    media_type: MediaType
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Capture:
    """What the camera wrote about the moment; evidence, and never part of what is shown."""

    at: datetime | None = None
    clock: TimeSource | None = None
    where: Point | None = None

    def __bool__(self) -> bool:
        return self.at is not None or self.where is not None


@dataclass(frozen=True)
class NewFile:
    """Bytes that came from outside. `owner_kind` and `owner_id` claim the file at once; without them it waits.

    `station_id` and `uploaded_by` default to the actor's; a page behind a signed link names whose link it was.
    """

    data: bytes
    declared_type: str = ""
    purpose: Purpose = Purpose.PHOTO
    owner_kind: str | None = None
    owner_id: UUID | None = None
    name: str = ""
    station_id: UUID | None = None
    uploaded_by: UUID | None = None


@dataclass(frozen=True)
class PreparedFile:
    """A file whose bytes were examined, cleaned and put into the store; it is nobody's until its row is written."""

    source: NewFile
    media_type: MediaType
    source_sha256: bytes
    sha256: bytes
    size: int
    stored_bytes: int
    blob: str
    thumbnail: str | None
    width: int | None
    height: int | None
    capture: Capture


@dataclass(frozen=True)
class StoredFile:
    """A file that is kept. `sha256` is of the bytes given out, `source_sha256` of those that came."""

    id: UUID
    sha256: str
    source_sha256: str
    media_type: MediaType
    size: int
    width: int | None
    height: int | None
    taken_at: datetime | None
    taken_where: Point | None
    created_at: datetime
    purpose: Purpose
    has_thumbnail: bool


@dataclass(frozen=True)
class Linked:
    """What a link leads to: a key of the store, and as what its bytes are handed out."""

    blob: str
    media_type: MediaType
    name: str


@dataclass(frozen=True)
class Claim:
    """What files are said to belong to."""

    owner_kind: str
    owner_id: UUID
    file_ids: Sequence[UUID]


@dataclass(frozen=True)
class Limits:
    """How much one person may bring in a day, and a station may have; bytes are those stored."""

    person_daily_files: int = 500
    person_daily_bytes: int = 1 << 30
    station_bytes: int = 200 << 30
    open_uploads: int = 20


@dataclass(frozen=True)
class NewUpload:
    """A resumable upload as it is announced."""

    length: int
    purpose: Purpose = Purpose.PHOTO
    name: str = ""
    declared_type: str = ""


@dataclass(frozen=True)
class UploadView:
    """An upload as its owner sees it."""

    id: UUID
    length: int
    received: int
    state: UploadState
    expires_at: datetime
    file_id: UUID | None = None
    fence: int = 0


@dataclass(frozen=True)
class Checksum:
    """What the sender says the bytes of one request add up to."""

    algorithm: str
    digest: bytes
