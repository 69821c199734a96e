"""tus 1.0.0: announce, send, ask, send the rest. A GET beside it says the same in JSON."""

from uuid import UUID

from flask import Response, jsonify, make_response, request, url_for
from werkzeug.http import http_date

from api.files import service
from api.files.errors import NotOffsetStream, TusVersion
from api.files.routes.blueprint import tus
from api.files.rules.sniffing import MOST_BYTES
from api.files.rules.tus import (
    ALGORITHMS,
    CONTENT_TYPE,
    EXTENSIONS,
    VERSION,
    read_checksum,
    read_length,
    read_new,
)
from api.files.schemas import UploadSchema
from api.files.types import UploadView
from api.http.limits import body_limit
from api.http.operation import detached_operation, operation
from api.http.requests import current_request_id
from api.identity.types import Permission
from api.plumbing.context import Actor, Ctx

_TEXT: dict[str, object] = {"type": "string"}
_NUMBER: dict[str, object] = {"type": "integer", "minimum": 0}


def _header(name: str, schema: dict[str, object], text: str, *, required: bool = False) -> dict[str, object]:
    return {"in": "header", "name": name, "required": required, "description": text, "schema": schema}


SPOKEN = _header("Tus-Resumable", {**_TEXT, "enum": [VERSION]}, "The protocol's version.", required=True)
LENGTH = _header("Upload-Length", _NUMBER, "Bytes of the whole file.", required=True)
METADATA = _header("Upload-Metadata", _TEXT, "`key base64` pairs: filename, filetype, purpose (photo or paper).")
OFFSET = _header("Upload-Offset", _NUMBER, "Where these bytes begin.", required=True)
CHECKSUM = _header("Upload-Checksum", _TEXT, "`sha256 base64` or `sha1 base64` of this body.")
BYTES = {"required": False, "content": {CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}}


@tus.before_request
def answer_options() -> Response | None:
    """Discovery: what this server speaks, told to anybody."""
    if request.method != "OPTIONS":
        return None
    response = Response(status=204)
    response.headers["Tus-Version"] = VERSION
    response.headers["Tus-Extension"] = EXTENSIONS
    response.headers["Tus-Max-Size"] = str(MOST_BYTES)
    response.headers["Tus-Checksum-Algorithm"] = ",".join(ALGORITHMS)
    return response


@tus.after_request
def name_version(response: Response) -> Response:
    """Every answer names the version, refusals too."""
    response.headers["Tus-Resumable"] = VERSION
    if response.status_code == 412:
        response.headers["Tus-Version"] = VERSION
    return response


@tus.route("/uploads", methods=["POST"])
@body_limit(MOST_BYTES)
@detached_operation(Permission.FILE_UPLOAD)
@tus.doc(parameters=[SPOKEN, LENGTH, METADATA, CHECKSUM], requestBody=BYTES)
@tus.response(201)
@tus.alt_response(412, description="Another version of tus.")
@tus.alt_response(460, description="Not the checksum's bytes.")
def create_upload(actor: Actor) -> Response:
    """Announce a resumable upload

    tus creation, with or without the first bytes. `Location` is where the rest goes; `Upload-Expires` moves on with
    every byte that comes.
    """
    _check_version()
    headers = request.headers
    new = read_new(headers.get("Upload-Length"), headers.get("Upload-Defer-Length"), headers.get("Upload-Metadata", ""))
    upload = service.begin_upload(actor, new, _body())
    response = _answer(upload, 201)
    response.headers["Location"] = url_for("uploads.show_upload", upload_id=upload.id)
    return response


@tus.route("/uploads/<uuid:upload_id>", methods=["GET"])
@detached_operation(Permission.FILE_UPLOAD)
@tus.response(200, UploadSchema)
@tus.alt_response(410, description="Ended.")
def show_upload(actor: Actor, upload_id: UUID) -> Response:
    """Ask how far an upload is

    HEAD is tus's own question, answered in headers. GET needs no tus header and tells the id of the finished file.
    """
    upload = service.ask_upload(actor, upload_id, current_request_id())
    if request.method == "HEAD":
        _check_version()
    return _answer(upload, 200, jsonify(UploadSchema().dump(upload)))


@tus.route("/uploads/<uuid:upload_id>", methods=["PATCH"])
@body_limit(MOST_BYTES)
@detached_operation(Permission.FILE_UPLOAD)
@tus.doc(parameters=[SPOKEN, OFFSET, CHECKSUM], requestBody={**BYTES, "required": True})
@tus.response(204)
@tus.alt_response(410, description="Ended.")
@tus.alt_response(412, description="Another version of tus.")
@tus.alt_response(460, description="Not the checksum's bytes.")
def send_bytes(actor: Actor, upload_id: UUID) -> Response:
    """Send bytes of an upload

    From `Upload-Offset` on; whatever arrives is kept, also when the connection is cut. The answer to the last byte
    names the finished file in `Gridloop-File-Id`.
    """
    service.find_upload(actor, upload_id)  # another's is not there, whatever else is wrong with the request
    _check_version()
    offset = read_length(request.headers.get("Upload-Offset"), "Upload-Offset")
    if request.mimetype != CONTENT_TYPE:
        raise NotOffsetStream
    return _answer(service.receive_bytes(actor, upload_id, offset, _body()), 204)


@tus.route("/uploads/<uuid:upload_id>", methods=["DELETE"])
@operation(Permission.FILE_UPLOAD)
@tus.doc(parameters=[SPOKEN])
@tus.response(204)
@tus.alt_response(410, description="Ended.")
@tus.alt_response(412, description="Another version of tus.")
def terminate_upload(ctx: Ctx, upload_id: UUID) -> None:
    """Give an upload up

    Its bytes are removed, and the file it became, unless that was given to something already.
    """
    service.show_upload(ctx, upload_id)  # another's is not there, whatever else is wrong with the request
    _check_version()
    service.terminate_upload(ctx, upload_id)


def _check_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise TusVersion


def _body() -> service.Body:
    length = request.content_length
    if request.headers.get("Transfer-Encoding") is None:
        length = length or 0
    if length != 0 and request.mimetype != CONTENT_TYPE:
        raise NotOffsetStream
    checksum = read_checksum(request.headers.get("Upload-Checksum"))
    return service.Body(request.stream, length, checksum, current_request_id())


def _answer(upload: UploadView, status: int, response: Response | None = None) -> Response:
    response = response or make_response("", status)
    response.headers["Upload-Offset"] = str(upload.received)
    response.headers["Upload-Length"] = str(upload.length)
    response.headers["Upload-Expires"] = http_date(upload.expires_at)
    if upload.file_id:
        response.headers["Gridloop-File-Id"] = str(upload.file_id)
    return response
