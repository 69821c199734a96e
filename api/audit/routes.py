"""HTTP of the trail: read-only, for auditors."""

from typing import Any

from api.audit.queries import entries_of
from api.audit.schemas import AuditPageSchema, AuditQuery
from api.audit.types import Entry
from api.http.blueprint import Blueprint
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.kernel.paging import Page
from api.plumbing.context import Ctx

blp = Blueprint("audit", __name__, description="Who did or saw what.")


@blp.route("/audit/entries", methods=["GET"])
@operation("audit.read")
@blp.arguments(AuditQuery, location="query")
@blp.response(200, AuditPageSchema)
def list_audit_entries(ctx: Ctx, query: dict[str, Any]) -> Page[Entry]:
    """Search the trail

    The station's entries, newest first.
    """
    cursor, limit = query.pop("cursor"), query.pop("limit")
    before = read_cursor(cursor, "audit")
    entries = entries_of(ctx.session, ctx.actor.station, before=before[0] if before else None, limit=limit, **query)
    return Page(entries, write_cursor([entries[-1].id], "audit") if len(entries) == limit else None)
