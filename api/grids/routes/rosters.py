"""Rosters: a file in, a file out, an empty one to fill in."""

from typing import Any
from uuid import UUID

from flask import Response
from werkzeug.datastructures import FileStorage

from api.grids import queries, service
from api.grids.routes.blueprint import blp
from api.grids.schemas.rosters import (
    ExportQuery,
    ImportListQuery,
    ImportPageSchema,
    ImportReportSchema,
    RosterFileSchema,
    RosterFormSchema,
)
from api.grids.types import RosterFile, RosterImportView, RosterReport
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.identity.types import Permission
from api.kernel.paging import Page
from api.plumbing.context import Ctx

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
BINARY = {"type": "string", "format": "binary"}


@blp.route("/roster/imports", methods=["POST"])
@operation(Permission.ROSTER_IMPORT, creates=True)
@blp.arguments(RosterFormSchema, location="form")
@blp.arguments(RosterFileSchema, location="files")
@blp.response(201, ImportReportSchema)
def import_roster(ctx: Ctx, form: dict[str, Any], files: dict[str, FileStorage]) -> RosterReport:
    """Import a roster

    A dry run unless `dry_run` is false. Every bad row is in the report; unless `keep_good` is set nothing is applied
    while there are any. The same file twice changes nothing.
    """
    upload = files["file"]
    return service.import_roster(ctx, file=RosterFile(upload.filename or "", upload.read(), **form))


@blp.route("/roster/imports", methods=["GET"])
@operation(Permission.ROSTER_IMPORT)
@blp.arguments(ImportListQuery, location="query")
@blp.response(200, ImportPageSchema)
def list_imports(ctx: Ctx, query: dict[str, Any]) -> Page[RosterImportView]:
    """List imports

    Newest first, dry runs too; who, when and how many, never what.
    """
    cursor, limit = read_cursor(query["cursor"], "imports"), query["limit"]
    before = UUID(cursor[0]) if cursor else None
    rows = queries.imports_of(ctx.session, ctx.actor.station, before=before, limit=limit)
    return Page(rows, write_cursor([str(rows[-1].id)], "imports") if len(rows) == limit else None)


@blp.route("/roster/export", methods=["GET"])
@operation(Permission.ROSTER_EXPORT)
@blp.arguments(ExportQuery, location="query")
@blp.response(200, BINARY, content_type=TYPES["xlsx"])
@blp.alt_response(200, schema=BINARY, content_type="text/csv", description="OK")
def export_roster(ctx: Ctx, query: dict[str, Any]) -> Response:
    """Export the roster

    As .xlsx or .csv; audited. Numbers are masked unless asked for in full by somebody who may read them.
    """
    kind = query.pop("format")
    return _file(service.export_roster(ctx, file_format=kind, **query), kind, "roster")


@blp.route("/roster/template", methods=["GET"])
@operation(Permission.ROSTER_IMPORT)
@blp.response(200, BINARY, content_type=TYPES["xlsx"])
def show_template(ctx: Ctx) -> Response:
    """Download an empty roster

    A workbook with the columns, and a sheet that says what may stand in them.
    """
    return _file(service.roster_template(ctx), "xlsx", "roster-template")


def _file(data: bytes, kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{kind}"'}
    return Response(data, content_type=TYPES[kind], headers=headers)
