"""What became of text messages, as Alibaba Cloud reports it: unsigned, so each report must carry our own signed id."""

import re
from collections.abc import Iterator
from typing import Any

from flask import request
from marshmallow import fields

from api.http.limits import limiter
from api.http.operation import public_operation
from api.http.schemas import ResponseSchema
from api.kernel.errors import Malformed
from api.notifications.rules.receipts import read_signed_id
from api.notifications.service.receipts import take_receipt
from api.notifications.types import Provider, ReceiptFact
from api.plumbing.context import Ctx
from api.webhooks.errors import NotSigned
from api.webhooks.routes.blueprint import LONGEST_BODY, blp, own_settings

MOST_REPORTS = 100
_REF = re.compile(r"[0-9A-Za-z^_-]{1,64}")
_CODE = re.compile(r"[0-9A-Za-z:._-]{1,40}")


class AliyunAnswerSchema(ResponseSchema):
    """What Alibaba Cloud takes as "received"."""

    code = fields.Integer(required=True)
    msg = fields.String(required=True)


@blp.route("/aliyun/reports", methods=["POST"])
@limiter.exempt
@public_operation("our own signature in the reference of each report, made when the text was sent")
@blp.response(200, AliyunAnswerSchema)
@blp.alt_response(400, description="Not what the provider sends.")
@blp.alt_response(403, description="Not signed.")
def post_aliyun_reports(ctx: Ctx) -> dict[str, Any]:
    """Take delivery reports of Alibaba Cloud

    A list of reports. Idempotent, in any order; one whose reference we did not sign is left out, and a list of only
    such is refused.
    """
    facts = list(_read_facts())
    if not facts:
        raise NotSigned
    for fact in facts:
        take_receipt(ctx, fact)
    return {"code": 0, "msg": "OK"}


def _read_facts() -> Iterator[ReceiptFact]:
    request.max_content_length = LONGEST_BODY
    reports = request.get_json(silent=True)
    if not isinstance(reports, list) or not 0 < len(reports) <= MOST_REPORTS:
        raise Malformed(reason="reports")
    for report in reports:
        fact = _read_fact(report) if isinstance(report, dict) else None
        if fact is not None:
            yield fact


def _read_fact(report: dict[str, Any]) -> ReceiptFact | None:
    out_id, ref, code = (str(report.get(name) or "") for name in ("out_id", "biz_id", "err_code"))
    message_id = read_signed_id(out_id, own_settings().secret) if out_id.isascii() else None
    if message_id is None or not _REF.fullmatch(ref) or not isinstance(report.get("success"), bool):
        return None
    arrived = report["success"]
    return ReceiptFact(
        provider=Provider.ALIYUN,
        ref=ref,
        status="delivered" if arrived else "undelivered",
        error_code=None if arrived or not _CODE.fullmatch(code) else code,
        message_id=message_id,
    )
