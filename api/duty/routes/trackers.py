"""Where tracking apps post to: Traccar Client, OsmAnd and OwnTracks, in their own forms (`positions.md`).

Plain Flask and outside /v1: these forms are laid down by others, and a phone app of this contract uses `/v1/positions`.
A fix that is not used is answered 200 all the same, because each of these apps sends a fix again until it is. Refused
are only what a later try may bring: an unknown token (somebody mends it in the app's settings, and what waited comes),
too many requests, and our own troubles.
"""

import hashlib
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request

from api.duty.rules.trackers import device_in, read_bodies, read_osmand, read_owntracks
from api.duty.service import keep_tracked
from api.duty.types import Fix
from api.http.bodies import parse_json
from api.http.limits import body_limit, get_remote_address, limiter
from api.http.operation import public_operation
from api.kernel.errors import DomainError
from api.plumbing.context import Ctx

blp = Blueprint("trackers", __name__)
REASON = "the tracker's own token, checked by the service; it posts positions and reads nothing"
# A day of fixes kept by a phone without a network is some thousands, one request each.
LARGEST_BODY = 512 * 1024
_READ = "gridloop.tracked"


def tracker_bucket() -> str:
    """The limiter's key: a digest of the token, or the address."""
    # Asked before the view says how much it reads.
    token = "" if (request.content_length or 0) > LARGEST_BODY else _token(_device())
    return hashlib.sha256(token.encode()).hexdigest()[:24] if token else get_remote_address()


PACE = limiter.limit("600 per minute", key_func=tracker_bucket)
# Holds whoever makes up a new token each time.
WIDE_PACE = limiter.limit("12000 per minute", key_func=get_remote_address)


@blp.route("/trackers/osmand", methods=["GET", "POST"])
@body_limit(LARGEST_BODY)
@WIDE_PACE
@PACE
@public_operation(REASON)
def take_osmand(ctx: Ctx) -> Response:
    """Fixes as OsmAnd and Traccar Client send them; answered with nothing."""
    keep_tracked(ctx, _token(_device()), _fixes(ctx.now))
    return Response(status=200, mimetype="text/plain")


@blp.route("/trackers/owntracks", methods=["POST"])
@body_limit(LARGEST_BODY)
@WIDE_PACE
@PACE
@public_operation(REASON)
def take_owntracks(ctx: Ctx) -> Response:
    """One object as OwnTracks sends it; answered with an empty list, which is no word about anybody else."""
    fix = read_owntracks(_body())
    keep_tracked(ctx, _token(""), [] if fix is None else [fix])
    return jsonify([])


def _token(device: str) -> str:
    """From the sign-in line, where the app can send one: an address ends up in logs."""
    signed = request.authorization
    if signed is None:
        return device
    return (signed.token if signed.type == "bearer" else signed.password) or ""


def _device() -> str:
    said = _said()
    return said.get("id") or said.get("deviceid") or device_in(_body())


def _fixes(now: datetime) -> list[Fix]:
    said, body = _said(), _body()
    if body is not None:
        return read_bodies(body, now)
    fix = read_osmand(said, now)
    return [] if fix is None else [fix]


def _said() -> dict[str, str]:
    return {**request.form, **request.args}


def _body() -> Any:
    """The JSON sent, read once; None for no body, a form, or what is not JSON."""
    if _READ not in request.environ:
        request.environ[_READ] = None if request.form else _parsed(request.get_data(cache=True))
    return request.environ[_READ]


def _parsed(raw: bytes) -> Any:
    try:
        return parse_json(raw) if raw else None
    except DomainError:
        return None
