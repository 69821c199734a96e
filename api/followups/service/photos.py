"""Photos of a contact: files its reporter uploaded before, claimed for it and shown with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from api.files.queries import files_of
from api.files.service import claim_files, sign_file_link
from api.files.types import Claim, MediaType, StoredFile, Variant
from api.followups.types import Contact
from api.plumbing.context import Ctx

OWNER = "visit_contact"


@dataclass(frozen=True)
class Photo:
    """A photo as it is shown. Where it was taken is sealed evidence, and shown to nobody."""

    id: UUID
    media_type: MediaType
    width: int | None
    height: int | None
    taken_at: datetime | None
    link: str
    thumbnail_link: str | None


def claim_photos(ctx: Ctx, contact_id: UUID, files: Sequence[UUID]) -> tuple[StoredFile, ...]:
    """Give one's own uploads to a contact; raises NotFound for any other file."""
    return tuple(claim_files(ctx, Claim(OWNER, contact_id, files)))


def with_photos(ctx: Ctx, contacts: Sequence[Contact]) -> list[dict[str, Any]]:
    """The reports, each with links to its photos. The caller has decided that the actor may see them."""
    files = files_of(ctx.session, OWNER, [contact.id for contact in contacts]) if contacts else {}
    return [{**vars(each), "photos": [_photo(ctx, file) for file in files.get(each.id, ())]} for each in contacts]


def _photo(ctx: Ctx, file: StoredFile) -> Photo:
    return Photo(
        id=file.id,
        media_type=file.media_type,
        width=file.width,
        height=file.height,
        taken_at=file.taken_at,
        link=sign_file_link(ctx, file.id),
        thumbnail_link=sign_file_link(ctx, file.id, variant=Variant.THUMBNAIL) if file.has_thumbnail else None,
    )
