"""The catalogue of refusals, served so that a new code needs no app release, and behind every problem's `type`."""

from typing import Any

from marshmallow import fields

from api.http.blueprint import Blueprint
from api.http.errors import STATUS
from api.http.kinds import WORDS
from api.http.operation import public_operation
from api.http.schemas import ResponseSchema
from api.kernel.errors import DomainError, NotFound
from api.plumbing.context import Ctx

blp = Blueprint("catalogue", __name__, description="What refusals mean.")


class WordsSchema(ResponseSchema):
    """A sentence in both languages."""

    zh = fields.String(required=True, attribute="zh-CN", data_key="zh-CN")
    en = fields.String(required=True)


class CodeMeaningSchema(ResponseSchema):
    """What one code means, and what to do about it."""

    status = fields.Integer(required=True, metadata={"example": 409})
    retryable = fields.Boolean(required=True, metadata={"description": "Whether repeating the request may help."})
    title = fields.Nested(WordsSchema, required=True)
    text = fields.Nested(WordsSchema, required=True, metadata={"description": "`{...}` marks a fact filled in."})
    advice = fields.Nested(WordsSchema, required=True)


class NamedCodeSchema(CodeMeaningSchema):
    """One code with its meaning."""

    code = fields.String(required=True, metadata={"example": "conflict"})


class ErrorCatalogueSchema(ResponseSchema):
    """Every code with its meaning."""

    errors = fields.Dict(keys=fields.String(), values=fields.Nested(CodeMeaningSchema), required=True)


def all_errors() -> list[type[DomainError]]:
    """Every DomainError of the modules imported so far; the running app has imported all of them."""
    found: list[type[DomainError]] = []
    todo: list[type[DomainError]] = [DomainError]
    while todo:
        children = [child for child in todo.pop().__subclasses__() if child.__module__.startswith("api.")]
        found += children
        todo += children
    return found


def error_catalogue() -> dict[str, dict[str, Any]]:
    """Code -> status, title, sentence, what to do, and whether to repeat; `{...}` marks a fact filled in. By code."""
    return dict(sorted((error.code, _entry(error)) for error in all_errors()))


def _entry(error: type[DomainError]) -> dict[str, Any]:
    words = WORDS[error.kind]
    return {
        "status": STATUS[error.kind],
        "retryable": words.retryable,
        "title": {"zh-CN": words.title_zh, "en": words.title_en},
        "text": {"zh-CN": error.zh, "en": error.en},
        "advice": {"zh-CN": words.advice_zh, "en": words.advice_en},
    }


@blp.route("/problems", methods=["GET"])
@public_operation("the published list of error codes; holds no data")
@blp.response(200, ErrorCatalogueSchema)
def list_problems(ctx: Ctx) -> dict[str, Any]:
    """List every error code

    Status and sentence in Chinese and English of every refusal this server gives.
    """
    return {"errors": error_catalogue()}


@blp.route("/problems/<code>", methods=["GET"])
@public_operation("the published meaning of one error code; holds no data")
@blp.response(200, NamedCodeSchema)
def show_problem(ctx: Ctx, code: str) -> dict[str, Any]:
    """Explain one error code

    What a problem document's `type` points to.
    """
    entry = error_catalogue().get(code)
    if entry is None:
        raise NotFound
    return {"code": code, **entry}
