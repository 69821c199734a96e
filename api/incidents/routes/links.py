"""The one-tap link: a page for whoever has no app. GET shows, and never answers; only its own form does.

Plain Flask and outside /v1: this is a page for people, not a part of the contract with programs.
"""

from collections.abc import Callable
from contextlib import closing
from enum import StrEnum
from functools import wraps
from typing import TypeVar

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException

from api.http.errors import STATUS
from api.http.limits import get_remote_address, limiter
from api.http.operation import public_operation
from api.incidents.routes.link_words import POLICY, STYLE, WORDS
from api.incidents.rules.links import PREFIX
from api.incidents.service.links import answer_link, prepare_photos, show_link
from api.incidents.types import DeclineReason, Outcome
from api.incidents.types.links import LinkAction, LinkAnswer, LinkStage
from api.incidents.types.on_scene import Photo
from api.kernel.errors import DomainError, Malformed, TooLarge, TooMany
from api.plumbing.context import Ctx

blp = Blueprint("links", __name__, template_folder="pages")
PATH = f"{PREFIX}<token>"
REASON = "the link's own signature, checked by the service; a form also carries the mark of its page"
LONGEST_BODY = 16 * 1024
# Only the form of a report carries files; phones of today take pictures of 3 MB.
LONGEST_REPORT, MOST_PHOTOS = 10 * 1024 * 1024, 3
LONGEST_TEXT = 2000
# Wide enough for many phones behind one operator's address; guessing an 80-bit signature is hopeless at any rate.
PACE = limiter.limit("120 per minute", key_func=get_remote_address)
_GONE = (LinkStage.OVER, LinkStage.EXPIRED)
W = TypeVar("W", bound=StrEnum)


@blp.route(PATH, methods=["GET"])
@PACE
@public_operation(REASON)
def show(ctx: Ctx, token: str) -> Response:
    """Show where the offer stands, with the buttons of its next step."""
    page = show_link(ctx, token)
    status = 410 if page.stage in _GONE else 200
    return _render(status, page=page, actions=page.actions)


def with_photos(view: Callable[..., Response]) -> Callable[..., Response]:
    """Read the form, and make its pictures ready, before the view opens a transaction."""

    @wraps(view)
    def run(token: str) -> Response:
        carries_files = request.mimetype == "multipart/form-data"
        request.max_content_length = LONGEST_REPORT if carries_files else LONGEST_BODY
        sent = [file for file in request.files.getlist("photo") if file.filename]
        if len(sent) > MOST_PHOTOS:
            raise TooLarge
        photos = [_read_photo(file) for file in sent]
        g.photos = prepare_photos(token, request.form.get("mark", ""), photos)
        return view(token)

    return run


@blp.route(PATH, methods=["POST"])
@PACE
@with_photos
@public_operation(REASON)
def answer(ctx: Ctx, token: str) -> Response:
    """Take the page's form, and go back to the page: reloading it sends nothing again."""
    answer_link(ctx, token, _read_form())
    return make_response(redirect(url_for("links.show", token=token), 303))


@blp.errorhandler(DomainError)
def refuse(error: DomainError) -> Response:
    """A refusal as a page, in both languages."""
    return _render(STATUS[error.kind], error=error, again=request.path)


@blp.errorhandler(HTTPException)
def refuse_request(error: HTTPException) -> Response:
    """What Flask refuses, as a page."""
    known: dict[int, DomainError] = {413: TooLarge(), 429: TooMany(retry_after=60)}
    return refuse(known.get(error.code or 400, Malformed(reason=error.name)))


def _read_photo(file: FileStorage) -> Photo:
    # A large one lies in a temporary file until it is closed.
    with closing(file):
        return Photo(file.read(), file.mimetype)


def _read_form() -> LinkAnswer:
    form = request.form
    text = form.get("text", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        raise TooLarge
    return LinkAnswer(
        mark=form.get("mark", ""),
        action=_word(LinkAction, "action"),
        reason=_word(DeclineReason, "reason", DeclineReason.OTHER),
        outcome=_word(Outcome, "outcome") if form.get("outcome") else None,
        text=text,
        photos=g.photos,
    )


def _word(kind: type[W], name: str, default: W | None = None) -> W:
    try:
        return kind(request.form.get(name, default or ""))
    except ValueError:
        raise Malformed(reason=name) from None


def _render(status: int, **values: object) -> Response:
    english = not request.accept_languages.best_match(["zh-CN", "zh", "en"], "zh-CN").startswith("zh")
    page = render_template(
        "link.html", words=WORDS, style=STYLE, first=int(english), reasons=DeclineReason, outcomes=Outcome, **values
    )
    response = Response(page, status=status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Vary"] = "Accept-Language"
    return response
