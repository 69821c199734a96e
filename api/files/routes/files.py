"""The plain upload, what waits for an owner, and the link that hands bytes out."""

from typing import Any
from uuid import UUID

from flask import Response, request
from werkzeug.datastructures import FileStorage

from api.files import service
from api.files.routes.blueprint import blp
from api.files.rules.sniffing import MOST_BYTES
from api.files.schemas import FileFormSchema, FilePartSchema, OwnFileSchema, StoredFileSchema, links_of
from api.files.types import MediaType, NewFile, PreparedFile, Purpose, StoredFile, Variant
from api.http.limits import body_limit, caller_bucket, limiter
from api.http.operation import detached_public_operation, operation
from api.http.requests import current_request_id
from api.identity.types import Permission
from api.kernel.errors import Invalid
from api.plumbing.context import Actor, Ctx, unit_of_work

BINARY = {"type": "string", "format": "binary"}
# A decoded photo costs more than any other request: one person must not keep the server busy alone.
PACE = limiter.limit("240 per minute", key_func=caller_bucket)
# Room for the form around the file.
LONGEST_BODY = MOST_BYTES + 64 * 1024


def receive_form(actor: Actor) -> PreparedFile | None:
    """The form's file, examined and put into the store; None for a form the schemas are going to refuse."""
    with unit_of_work(actor, request_id=current_request_id()) as ctx:
        service.look_for_room(ctx, 0)  # before a body is read and an image decoded for nothing
    part = request.files.get("file")
    if part is None or request.form.get("purpose", Purpose.PHOTO) not in set(Purpose):
        return None
    data = part.read()
    part.seek(0)  # the idempotency key's fingerprint reads it again
    purpose = Purpose(request.form.get("purpose", Purpose.PHOTO))
    return service.prepare_file(NewFile(data, part.mimetype, purpose, name=part.filename or ""))


@blp.route("/files", methods=["POST"])
@PACE
@body_limit(LONGEST_BODY)
@operation(Permission.FILE_UPLOAD, creates=True, first=receive_form)
@blp.arguments(FileFormSchema, location="form")
@blp.arguments(FilePartSchema, location="files")
@blp.response(201, StoredFileSchema)
def add_file(
    ctx: Ctx, prepared: PreparedFile | None, form: dict[str, Any], files: dict[str, FileStorage]
) -> StoredFile:
    """Upload a file in one request

    For good networks; `/v1/uploads` goes on where it was cut off. What the file is, is read from its bytes. An image
    is made anew without its metadata; where and when it was taken is kept apart, as evidence.
    """
    if prepared is None:
        raise Invalid
    return service.keep_prepared(ctx, prepared)


@blp.route("/files/<uuid:file_id>", methods=["GET"])
@operation(Permission.FILE_UPLOAD)
@blp.response(200, OwnFileSchema)
def show_file(ctx: Ctx, file_id: UUID) -> dict[str, Any]:
    """Show a file of one's own that nothing claims yet

    With links to look at it. Once it is given to something, that decides who may see it.
    """
    file = service.show_own_file(ctx, file_id)
    full = service.sign_file_link(ctx, file_id)
    small = service.sign_file_link(ctx, file_id, variant=Variant.THUMBNAIL) if file.has_thumbnail else None
    return {**vars(file), "links": links_of(full, small)}


@blp.route("/file-links/<token>", methods=["GET"])
@detached_public_operation("the link's own signature and end, checked by the service")
@blp.response(200, BINARY, content_type=MediaType.JPEG.value)
@blp.alt_response(200, schema=BINARY, content_type=MediaType.PNG.value, description="OK")
@blp.alt_response(200, schema=BINARY, content_type=MediaType.PDF.value, description="OK")
@blp.alt_response(410, description="The link has ended.")
def open_file_link(actor: Actor, token: str) -> Response:
    """Fetch a file by its link

    The bytes of the file or of its thumbnail. 404 for a link that was changed, 410 for one that has ended.
    """
    with unit_of_work(actor, request_id=current_request_id()) as ctx:
        linked = service.open_link(ctx, token)
    response = Response(service.read_linked(linked), content_type=linked.media_type.value)
    # An image may be shown; anything else is saved, so that no page of ours ever runs what somebody brought.
    shown = "attachment" if linked.media_type is MediaType.PDF else "inline"
    response.headers["Content-Disposition"] = f'{shown}; filename="{linked.name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-site"
    response.headers["Cache-Control"] = "private, no-store"
    return response
