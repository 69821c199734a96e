"""HTTP of files: old cases in, the list out, an empty file to fill in."""

from typing import Any
from uuid import UUID

from flask import Response
from werkzeug.datastructures import FileStorage

from api.disputes import service
from api.disputes.queries.imports import imports_of
from api.disputes.routes.blueprint import blp
from api.disputes.schemas.cases import CaseListQuery, case_query
from api.disputes.schemas.imports import (
    CaseFileSchema,
    CaseFormSchema,
    CaseImportPageSchema,
    CaseImportQuery,
    CaseReportSchema,
)
from api.disputes.types import CaseFile, CaseImport
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.identity.types import Permission
from api.kernel.paging import Page
from api.plumbing.context import Ctx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BINARY = {"type": "string", "format": "binary"}


@blp.route("/disputes/imports", methods=["POST"])
@operation(Permission.DISPUTE_IMPORT, creates=True)
@blp.arguments(CaseFormSchema, location="form")
@blp.arguments(CaseFileSchema, location="files")
@blp.response(201, CaseReportSchema)
def import_disputes(ctx: Ctx, form: dict[str, Any], files: dict[str, FileStorage]) -> CaseImport:
    """Import old disputes

    A dry run unless `dry_run` is false. Every bad cell is in the report; unless `keep_good` is set nothing is filed
    while there are any. A register number is filed once. Settled cases get their follow-up visits, past ones left out.
    """
    upload = files["file"]
    return service.import_cases(ctx, CaseFile(upload.filename or "", upload.read(), **form))


@blp.route("/disputes/imports", methods=["GET"])
@operation(Permission.DISPUTE_IMPORT)
@blp.arguments(CaseImportQuery, location="query")
@blp.response(200, CaseImportPageSchema)
def list_imports(ctx: Ctx, query: dict[str, Any]) -> Page[Any]:
    """List imports of disputes

    Newest first, dry runs too; who, when and how many, never what.
    """
    cursor, limit = read_cursor(query["cursor"], "dispute-imports"), query["limit"]
    before = UUID(cursor[0]) if cursor else None
    rows = imports_of(ctx.session, ctx.actor.station, before=before, limit=limit)
    return Page(rows, write_cursor([str(rows[-1].id)], "dispute-imports") if len(rows) == limit else None)


@blp.route("/disputes/imports/template", methods=["GET"])
@operation(Permission.DISPUTE_IMPORT)
@blp.response(200, BINARY, content_type=XLSX)
def show_template(ctx: Ctx) -> Response:
    """Download an empty file of disputes

    A workbook with the columns, and a sheet that says what may stand in them.
    """
    return _file(service.case_template(ctx), "dispute-template")


@blp.route("/disputes/export", methods=["GET"])
@operation(Permission.DISPUTE_EXPORT)
@blp.arguments(CaseListQuery, location="query")
@blp.response(200, BINARY, content_type=XLSX)
def export_disputes(ctx: Ctx, query: dict[str, Any]) -> Response:
    """Export disputes

    As .xlsx, with the filters of the list; names are masked, and the export is audited.
    """
    return _file(service.export_cases(ctx, case_query(query, person=ctx.actor.person, before=None)), "disputes")


def _file(data: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return Response(data, content_type=XLSX, headers=headers)
