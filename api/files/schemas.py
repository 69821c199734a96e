"""Files on the wire."""

from typing import Any

from flask_smorest.fields import Upload
from marshmallow import fields

from api.files.types import MediaType, Purpose, UploadState
from api.http.schemas import PointSchema, RequestSchema, ResponseSchema


class FileFormSchema(RequestSchema):
    """What a file is for."""

    purpose = fields.Enum(
        Purpose,
        by_value=True,
        load_default=Purpose.PHOTO,
        metadata={"description": "A photo is JPEG, PNG, WebP or HEIC; a paper may be PDF as well."},
    )


class FilePartSchema(RequestSchema):
    """The file itself."""

    file = Upload(required=True, metadata={"description": "At most 20 MB, and 25 megapixels."})


class StoredFileSchema(ResponseSchema):
    """A file that is kept. Give its id to what it belongs to; what nothing claims within seven days is removed."""

    id = fields.UUID(required=True)
    purpose = fields.Enum(Purpose, by_value=True, required=True)
    media_type = fields.Enum(MediaType, by_value=True, required=True, metadata={"description": "Of what is kept."})
    size = fields.Integer(required=True, metadata={"description": "Bytes of what is kept."})
    width = fields.Integer(required=True, allow_none=True, metadata={"description": "Pixels."})
    height = fields.Integer(required=True, allow_none=True, metadata={"description": "Pixels."})
    sha256 = fields.String(required=True, metadata={"description": "Of what is kept, in hex."})
    source_sha256 = fields.String(required=True, metadata={"description": "Of what came, in hex."})
    taken_at = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "As the camera wrote."})
    taken_where = fields.Nested(PointSchema, required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)


class FileLinksSchema(ResponseSchema):
    """Links to a file, without the host; each opens it to whoever holds the link, until it ends."""

    full = fields.String(required=True)
    thumbnail = fields.String(required=True, allow_none=True)


class OwnFileSchema(StoredFileSchema):
    """A file that waits to be given to something, with links to look at it."""

    links = fields.Nested(FileLinksSchema, required=True)


class UploadSchema(ResponseSchema):
    """How far a resumable upload is."""

    id = fields.UUID(required=True)
    state = fields.Enum(UploadState, by_value=True, required=True)
    length = fields.Integer(required=True, metadata={"description": "Bytes announced."})
    received = fields.Integer(required=True, metadata={"description": "Bytes that are here."})
    expires_at = fields.AwareDateTime(required=True)
    file_id = fields.UUID(required=True, allow_none=True, metadata={"description": "Once the state is `finished`."})


def links_of(full: str, thumbnail: str | None) -> dict[str, Any]:
    """What FileLinksSchema dumps."""
    return {"full": full, "thumbnail": thumbnail}
