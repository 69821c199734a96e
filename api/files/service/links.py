"""Links to files, and what they open."""

from datetime import timedelta
from uuid import UUID

from cryptography.exceptions import InvalidTag

from api.audit.service import record
from api.files import queries
from api.files.errors import LinkRefused
from api.files.gateways.port import BlobMissing
from api.files.rules.links import LINK_KEY, LONGEST, link_path, read_link
from api.files.service.preparing import get_blob
from api.files.types import Linked, MediaType, StoredFile, Variant
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx
from api.plumbing.signing import signer

LINK_LIFE = timedelta(minutes=15)
_SUFFIX = {MediaType.JPEG: "jpg", MediaType.PNG: "png", MediaType.PDF: "pdf"}


def sign_file_link(ctx: Ctx, file_id: UUID, ttl: timedelta = LINK_LIFE, *, variant: Variant = Variant.FULL) -> str:
    """The path of a link that opens the file to whoever holds it, until it ends (a day at most).

    The caller has decided that the actor may see the file; that it was opened to them goes into the trail.
    """
    record(ctx, "file.link_given", "file", file_id, variant=variant.value)
    return link_path(file_id, variant, ctx.now + min(ttl, LONGEST), signer.key(LINK_KEY))


def show_own_file(ctx: Ctx, file_id: UUID) -> StoredFile:
    """A file the actor brought and has not given to anything yet; raises NotFound."""
    found = queries.own_unclaimed(ctx.session, ctx.actor.station, ctx.actor.person, file_id)
    if found is None:
        raise NotFound
    return found


def open_link(ctx: Ctx, token: str) -> Linked:
    """What a link leads to; raises LinkRefused or LinkEnded."""
    file_id, variant = read_link(token, signer.key(LINK_KEY), ctx.now)
    row = queries.blob_row(ctx.session, file_id)
    key = None if row is None else row.blob if variant is Variant.FULL else row.thumbnail
    if row is None or key is None:
        raise LinkRefused
    media_type = MediaType(row.media_type) if variant is Variant.FULL else MediaType.JPEG
    return Linked(key, media_type, f"{file_id}.{_SUFFIX[media_type]}")


def read_linked(linked: Linked) -> bytes:
    """The bytes a link leads to; needs no transaction, since a store may take its time."""
    try:
        return get_blob(linked.blob)
    except (BlobMissing, InvalidTag):
        # The row says there are bytes and there are none, or others: the same answer as for a removed file.
        raise LinkRefused from None
