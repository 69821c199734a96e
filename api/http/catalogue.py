"""The catalogue of refusals, served so that a new code needs no app release, and behind every problem's `type`."""

from typing import Any

from flask import Response, jsonify

from api.http.blueprint import Blueprint
from api.http.errors import STATUS
from api.http.operation import public_operation
from api.kernel.errors import DomainError, NotFound
from api.plumbing.context import Ctx

blp = Blueprint("catalogue", __name__, description="What refusals mean.")


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
    """Code -> status and sentence in both languages (`{...}` marks a fact filled in), sorted by code."""
    entries = {
        error.code: {"status": STATUS[error.kind], "text": {"zh-CN": error.zh, "en": error.en}}
        for error in all_errors()
    }
    return dict(sorted(entries.items()))


@blp.route("/problems", methods=["GET"])
@public_operation("the published list of error codes; holds no data")
def list_problems(ctx: Ctx) -> Response:
    """List every error code

    Status and sentence in Chinese and English of every refusal this server gives.
    """
    return jsonify(errors=error_catalogue())


@blp.route("/problems/<code>", methods=["GET"])
@public_operation("the published meaning of one error code; holds no data")
def show_problem(ctx: Ctx, code: str) -> Response:
    """Explain one error code

    What a problem document's `type` points to.
    """
    entry = error_catalogue().get(code)
    if entry is None:
        raise NotFound
    return jsonify(code=code, **entry)
