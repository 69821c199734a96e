"""HTTP of papers: the agreement, the record, the list of the day."""

from uuid import UUID

from flask import Response

from api.disputes.routes.blueprint import blp
from api.disputes.service.printing import print_agreement, print_day_list, print_record
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx

PDF = "application/pdf"
BINARY = {"type": "string", "format": "binary"}


@blp.route("/disputes/<uuid:dispute_id>/papers/agreement", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.response(200, BINARY, content_type=PDF)
def show_agreement_paper(ctx: Ctx, dispute_id: UUID) -> Response:
    """Print the agreement

    The one in force, to be signed. For the people of the case; each printing is audited.
    """
    return _file(print_agreement(ctx, dispute_id), "agreement")


@blp.route("/disputes/<uuid:dispute_id>/papers/record", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.response(200, BINARY, content_type=PDF)
def show_record_paper(ctx: Ctx, dispute_id: UUID) -> Response:
    """Print the record

    Every session with its outcome. For the people of the case; each printing is audited.
    """
    return _file(print_record(ctx, dispute_id), "record")


@blp.route("/me/disputes/day-list", methods=["GET"])
@operation(Permission.DISPUTE_MEDIATE)
@blp.response(200, BINARY, content_type=PDF)
def show_day_list(ctx: Ctx) -> Response:
    """Print one's list of the day

    Sessions, visits and promises of today and whatever is overdue; names are masked, strict cases go by their
    reference alone.
    """
    return _file(print_day_list(ctx), "day-list")


def _file(data: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(data, content_type=PDF, headers=headers)
