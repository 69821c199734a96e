"""Signing in, staying signed in, signing out.

The rate limits here only keep floods off; what must hold exactly (guesses, codes, money) is counted in the database
by the services.
"""

from typing import Any

from flask import request

from api.http.errors import answer_or_refusal
from api.http.limits import get_remote_address, limiter
from api.http.operation import operation, public_operation
from api.identity import service
from api.identity.routes.blueprint import blp
from api.identity.schemas import (
    CodeProofSchema,
    CodeRequestSchema,
    CodeSentSchema,
    PasswordProofSchema,
    RefreshSchema,
    TokensSchema,
)
from api.identity.types import CodeProof, PasswordProof, Permission
from api.plumbing.context import Ctx

# By address, whatever else the request carries: a made-up Authorization header must not open a bucket of its own.
# A whole station signs in behind one address on its first day, so the codes' limit is wide.
WIDE = limiter.limit("600 per minute", key_func=get_remote_address)
NARROW = limiter.limit("30 per minute", key_func=get_remote_address)
LONGEST_KEY = 200


@blp.route("/sign-in/code", methods=["POST"])
@WIDE
@public_operation("counted per number, address and station; the same answer for every number")
@blp.arguments(CodeRequestSchema)
@blp.response(202, CodeSentSchema)
def request_code(ctx: Ctx, body: dict[str, Any]) -> dict[str, int]:
    """Ask for a sign-in code

    The number of somebody enrolled who answers in the field gets an SMS with six digits that work once, for five
    minutes and five tries; a new code replaces the one before. Any other number gets the same answer and no SMS.
    """
    return {"expires_in": service.send_code(ctx, phone=body["phone"], address=address())}


@blp.route("/sign-in/code/verify", methods=["POST"])
@WIDE
@public_operation("five tries a code, ten wrong guesses a number and day")
@blp.arguments(CodeProofSchema)
@blp.response(200, TokensSchema)
@blp.alt_response(401, description="Not the right one.")
def verify_code(ctx: Ctx, body: dict[str, Any]) -> Any:
    """Sign in with the code

    `station_required` (409) lists the stations of a number that is enrolled at several: repeat with one of them.
    """
    return answer_or_refusal(service.sign_in_by_code(ctx, proof=CodeProof(address=address(), **body)))


@blp.route("/sign-in/password", methods=["POST"])
@NARROW
@public_operation("password and second factor; attempts counted per account and address")
@blp.arguments(PasswordProofSchema)
@blp.response(200, TokensSchema)
@blp.alt_response(401, description="Not the right one.")
def verify_password(ctx: Ctx, body: dict[str, Any]) -> Any:
    """Sign in with password and second factor

    For staff. Each code of the authenticator works once.
    """
    return answer_or_refusal(service.sign_in_by_password(ctx, proof=PasswordProof(address=address(), **body)))


@blp.route("/sign-in/refresh", methods=["POST"])
@WIDE
@public_operation("the refresh token itself; using one twice ends its session")
@blp.arguments(RefreshSchema)
@blp.response(200, TokensSchema)
@blp.alt_response(401, description="Not the right one.")
def refresh(ctx: Ctx, body: dict[str, Any]) -> Any:
    """Trade a refresh token for the next pair

    A refresh token works once; used again it ends the session. A phone whose answer was lost may repeat the request
    with the same Idempotency-Key within 60 seconds, and gets the same refresh token again.
    """
    key = request.headers.get("Idempotency-Key", "")[:LONGEST_KEY]
    outcome = service.refresh_session(ctx, refresh_token=body["refresh_token"], request_key=key or None)
    return answer_or_refusal(outcome)


@blp.route("/sign-out", methods=["POST"])
@operation(Permission.SELF)
@blp.response(204)
def sign_out(ctx: Ctx) -> None:
    """Sign out

    Ends this session and retires its push registrations: this phone receives nothing more.
    """
    service.sign_out(ctx)


def address() -> str:
    """Where the request came from, as far as the configured proxies can be believed."""
    return request.remote_addr or "-"
