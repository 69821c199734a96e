"""What enumerations' values are called, served so that a new value needs no app release."""

from typing import Any

from flask import current_app
from marshmallow import fields

from api.http.blueprint import Blueprint
from api.http.operation import public_operation
from api.http.schemas import ResponseSchema
from api.plumbing.context import Ctx

blp = Blueprint("enums", __name__, description="What values are called.")


class LabelSchema(ResponseSchema):
    """One value in both languages, and in which version of the contract it came and is about to go."""

    zh = fields.String(required=True, metadata={"example": "待答复"})
    en = fields.String(required=True, metadata={"example": "Waiting for an answer"})
    since = fields.String(required=True, metadata={"example": "1"})
    deprecated = fields.String(required=True, allow_none=True, metadata={"example": None})


class EnumsSchema(ResponseSchema):
    """Every enumeration, by the name phones know it by."""

    enums = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(keys=fields.String(), values=fields.Nested(LabelSchema)),
        required=True,
        metadata={"description": "Name -> value -> label, the values in their own order."},
    )


@blp.route("/enums", methods=["GET"])
@public_operation("the published words for values; holds no data")
@blp.response(200, EnumsSchema)
def list_enums(ctx: Ctx) -> dict[str, Any]:
    """What every value of every enumeration is called

    In Chinese and English. Show a value that is missing here as it is; a deprecated one is still understood.
    """
    return {"enums": current_app.extensions["gridloop.enums"]}
