"""Signing a browser in: the access token goes to the page's memory, the refresh token into a cookie out of its reach.

Only these addresses read the cookie, and only for a request that carries a header which no other site's page can send
without asking first (and nobody is ever allowed). So nothing here needs a token against forged requests.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, current_app, jsonify, request

from api.cockpit.errors import ForeignPage, NotSignedIn
from api.cockpit.routes.blueprint import blp
from api.http.bodies import StrictParser
from api.http.errors import problem
from api.http.limits import get_remote_address, limiter
from api.http.operation import public_operation
from api.identity.rules.refresh import IDLE_LIFE
from api.identity.schemas import PasswordProofSchema
from api.identity.service import refresh_session, sign_in_by_password
from api.identity.types import PasswordProof, SignedIn
from api.kernel.errors import DomainError
from api.plumbing.context import Ctx

COOKIE, PATH, MARK = "gridloop_cockpit", "/cockpit/session", "X-Gridloop-Cockpit"
# All tabs of a browser share one cookie and may send it at the same moment: the same request, as far as identity sees.
ONE_BROWSER = "cockpit"
# As wide as /v1/sign-in/password; what must hold exactly is counted by identity.
NARROW = limiter.limit("30 per minute", key_func=get_remote_address)
WIDE = limiter.limit("1200 per minute", key_func=get_remote_address)
parser = StrictParser()


def from_our_page(view: Callable[..., Response]) -> Callable[..., Response]:
    """Refuse what another site's page has a browser send."""

    @wraps(view)
    def run(*args: Any, **kwargs: Any) -> Response:
        if MARK not in request.headers or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise ForeignPage
        return view(*args, **kwargs)

    return run


@blp.route("/session", methods=["POST"])
@NARROW
@from_our_page
@public_operation("password and second factor; attempts counted per account and address")
@parser.use_args(PasswordProofSchema, location="json")
def open_browser(ctx: Ctx, body: dict[str, Any]) -> Response:
    """Sign in with password and second factor."""
    return answer(sign_in_by_password(ctx, proof=PasswordProof(address=request.remote_addr or "-", **body)))


@blp.route("/session/refresh", methods=["POST"])
@WIDE
@from_our_page
@public_operation("the cookie's refresh token; one that was stolen and used ends its session")
def keep_browser(ctx: Ctx) -> Response:
    """The next access token, for a browser that is signed in."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise NotSignedIn
    return answer(refresh_session(ctx, refresh_token=token, request_key=ONE_BROWSER, rests=True))


@blp.route("/session", methods=["DELETE"])
@WIDE
@from_our_page
@public_operation("forgets the browser's own cookie; the page has ended the session over the API before")
def close_browser(ctx: Ctx) -> Response:
    """Forget the cookie."""
    return forget(Response(status=204))


def answer(outcome: SignedIn | DomainError) -> Response:
    """The access token as the body and the refresh token as the cookie; or the refusal, and no cookie any more."""
    if isinstance(outcome, DomainError):
        return forget(problem(outcome))
    response = jsonify(access_token=outcome.access_token, expires_in=outcome.expires_in)
    response.set_cookie(COOKIE, outcome.refresh_token, **cookie_options(), max_age=int(IDLE_LIFE.total_seconds()))
    return response


def forget(response: Response) -> Response:
    """The response, taking the cookie away."""
    response.delete_cookie(COOKIE, **cookie_options())
    return response


def cookie_options() -> dict[str, Any]:
    """Out of reach of scripts and of other sites, and over https only where the installation has it."""
    is_https = current_app.extensions["gridloop.settings"].public_url.startswith("https:")
    return {"path": PATH, "httponly": True, "samesite": "Strict", "secure": is_https}
