"""HTTP of addresses that failed, so that the roster gets fixed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response

from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.identity.types import Permission
from api.kernel.paging import Page
from api.notifications.queries.reaching import failed_addresses
from api.notifications.routes.blueprint import blp
from api.notifications.schemas.failures import ContactFailurePageSchema, FailureExportQuery, FailureQuery
from api.notifications.service.failure_report import export_failures
from api.notifications.types.reaching import FailedAddress
from api.plumbing.context import Ctx

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
BINARY = {"type": "string", "format": "binary"}
_CURSOR = "contact-failures"


@blp.route("/contact-failures", methods=["GET"])
@operation(Permission.ROSTER_EXPORT)
@blp.arguments(FailureQuery, location="query")
@blp.response(200, ContactFailurePageSchema)
def list_contact_failures(ctx: Ctx, query: dict[str, Any]) -> Page[FailedAddress]:
    """List numbers and tokens that failed

    The station's people whose number or phone a provider refused, the last failure first; fixed ones say so.
    """
    cursor, limit = read_cursor(query["cursor"], _CURSOR), query["limit"]
    before = (datetime.fromisoformat(cursor[0]), UUID(cursor[1])) if cursor else None
    rows = failed_addresses(ctx.session, ctx.actor.station, before=before, limit=limit)
    more = [rows[-1].last_at.isoformat(), str(rows[-1].id)] if len(rows) == limit else None
    return Page(rows, write_cursor(more, _CURSOR) if more else None)


@blp.route("/contact-failures/export", methods=["GET"])
@operation(Permission.ROSTER_EXPORT)
@blp.arguments(FailureExportQuery, location="query")
@blp.response(200, BINARY, content_type=TYPES["xlsx"])
@blp.alt_response(200, schema=BINARY, content_type="text/csv", description="OK")
def export_contact_failures(ctx: Ctx, query: dict[str, Any]) -> Response:
    """Export numbers and tokens that failed

    The whole report as .xlsx or .csv, numbers masked; audited.
    """
    kind = query["format"]
    headers = {"Content-Disposition": f'attachment; filename="contact-failures.{kind}"'}
    return Response(export_failures(ctx, file_format=kind), content_type=TYPES[kind], headers=headers)
