"""Modules, styles, words: no data, the same for everybody, kept by browsers for good."""

from flask import Response, request

from api.cockpit.routes.assets import load_assets
from api.cockpit.routes.blueprint import blp
from api.http.limits import limiter
from api.kernel.errors import NotFound

FOR_GOOD = "public, max-age=31536000, immutable"


@blp.route("/static/<version>/<path:name>", methods=["GET"])
@limiter.exempt
def fetch(version: str, name: str) -> Response:
    """One file; an address of another release is answered with today's, and is not kept."""
    assets = load_assets()
    asset = assets.files.get(name)
    if asset is None:
        raise NotFound
    packs = bool(asset.packed) and "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(asset.packed if packs else asset.plain, content_type=f"{asset.mimetype}; charset=utf-8")
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_GOOD if version == assets.version else "no-cache"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    return response


fetch.guard = "public: program text, styles and words; the same for everybody"  # type: ignore[attr-defined]
