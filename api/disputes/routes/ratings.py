"""The page of a rating link: GET shows and never answers; one press of one button does.

Plain Flask and outside /v1: a page for people without an account, not a part of the contract with programs.
"""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from api.disputes.routes.rating_words import POLICY, STYLE, WORDS
from api.disputes.rules.rating_links import PREFIX, STARS
from api.disputes.service.ratings import rate, show_rating
from api.disputes.types.work import RatingStage
from api.http.errors import STATUS
from api.http.limits import body_limit, get_remote_address, limiter
from api.http.operation import public_operation
from api.kernel.errors import DomainError, Malformed, TooLarge, TooMany
from api.plumbing.context import Ctx

blp = Blueprint("ratings", __name__, template_folder="pages")
PATH = f"{PREFIX}<token>"
REASON = "the link's own signature, checked by the service; a form also carries the mark of its page"
LONGEST_BODY = 8 * 1024
LONGEST_COMMENT = 500
# Guessing an 80-bit signature is hopeless at any rate; this keeps a mistaken robot from being a burden.
PACE = limiter.limit("60 per minute", key_func=get_remote_address)


@blp.route(PATH, methods=["GET"])
@PACE
@public_operation(REASON)
def show(ctx: Ctx, token: str) -> Response:
    """Show the question, or the thanks."""
    page = show_rating(ctx, token)
    return _render(410 if page.stage is RatingStage.EXPIRED else 200, page=page, stars=reversed(STARS))


@blp.route(PATH, methods=["POST"])
@PACE
@body_limit(LONGEST_BODY)
@public_operation(REASON)
def answer(ctx: Ctx, token: str) -> Response:
    """Take the page's form, and go back to the page: reloading it sends nothing again."""
    rate(ctx, token, mark=request.form.get("mark", ""), stars=_read_stars(), comment=_read_comment())
    return make_response(redirect(url_for("ratings.show", token=token), 303))


@blp.errorhandler(DomainError)
def refuse(error: DomainError) -> Response:
    """A refusal as a page, in both languages."""
    return _render(STATUS[error.kind], error=error, again=request.path)


@blp.errorhandler(HTTPException)
def refuse_request(error: HTTPException) -> Response:
    """What Flask refuses, as a page."""
    known: dict[int, DomainError] = {413: TooLarge(), 429: TooMany(retry_after=60)}
    return refuse(known.get(error.code or 400, Malformed(reason=error.name)))


def _read_stars() -> int:
    pressed = request.form.get("stars", "")
    if pressed not in {str(star) for star in STARS}:
        raise Malformed(reason="stars")
    return int(pressed)


def _read_comment() -> str:
    comment = request.form.get("comment", "").replace("\r\n", "\n").strip()
    if len(comment) > LONGEST_COMMENT:
        raise TooLarge
    return comment


def _render(status: int, **values: object) -> Response:
    english = not request.accept_languages.best_match(["zh-CN", "zh", "en"], "zh-CN").startswith("zh")
    page = render_template("rating.html", words=WORDS, style=STYLE, first=int(english), **values)
    response = Response(page, status=status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Vary"] = "Accept-Language"
    return response
