"""The contract to read: pages made of the published document, without a script, for any browser and for paper.

Served without signing in. Nothing is loaded from elsewhere, and the one style is named by its digest.
"""

import hashlib
from base64 import b64encode

from flask import Blueprint, Response, current_app, render_template
from markupsafe import Markup

from api.http.contract import PublishedApi
from api.http.contract.reading import AreaPage, read_areas
from api.kernel.errors import NotFound

blp = Blueprint("docs", __name__, template_folder="contract/pages")
STYLE = Markup(
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:0 auto;padding:1em;color:#111;background:#fff}"
    "code,pre{font:13px/1.4 ui-monospace,monospace}pre{background:#f4f4f4;padding:.6em;overflow:auto;max-height:30em}"
    "table{border-collapse:collapse;width:100%;margin:.4em 0}th,td{border:1px solid #ccc;padding:.2em .5em;"
    "text-align:left;vertical-align:top}th{background:#f4f4f4}article{border-top:2px solid #444;margin:1.5em 0}"
    "h2,h3{margin:.6em 0 .2em}.way{font-weight:bold}.go{color:#8a1500}.dim{color:#555}a{color:#0645ad}"
    "li{margin:.1em 0}@media print{pre{max-height:none}details{display:block}}"
)
_DIGEST = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)


@blp.route("/v1/docs")
def show_contents() -> Response:
    """Every area with its operations, and how to begin."""
    return _page("contents.html", areas=_areas())


@blp.route("/v1/docs/<area>")
def show_area(area: str) -> Response:
    """One area: its operations with examples, and the schemas they speak."""
    found = _areas().get(area)
    if found is None:
        raise NotFound
    return _page("area.html", area=found)


_GUARD = "public: the published contract to read; holds no data"
show_contents.guard = _GUARD  # type: ignore[attr-defined]
show_area.guard = _GUARD  # type: ignore[attr-defined]


def _areas() -> dict[str, AreaPage]:
    found: dict[str, AreaPage] | None = current_app.extensions.get("gridloop.docs")
    if found is None:
        # Once per process: reading a document of a megabyte takes a tenth of a second.
        found = {area.name: area for area in read_areas(_api().document())}
        current_app.extensions["gridloop.docs"] = found
    return found


def _api() -> PublishedApi:
    api: PublishedApi = current_app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    return api


def _page(template: str, **values: object) -> Response:
    info = _api().document()["info"]
    response = Response(render_template(template, style=STYLE, info=info, **values), mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response
