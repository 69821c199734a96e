"""Correcting a case. No clock starts again; the score is counted anew."""

from typing import Any

from sqlalchemy import update

from api.audit.service import record
from api.disputes.errors import CaseOver
from api.disputes.models import Dispute
from api.disputes.queries.codes import book_of
from api.disputes.queries.parties import index_address
from api.disputes.rules.cases import faults_of_fields
from api.disputes.rules.codes import CodeBook
from api.disputes.rules.states import ENDED
from api.disputes.service.filing import find_unit
from api.disputes.service.scoring import rescore
from api.disputes.service.steps import SUBJECT, note_event, own_dispute
from api.disputes.types import CaseEdit, CodeList, EventKind, NewCase
from api.followups.rules.schedule import station_day
from api.kernel.errors import Invalid, StaleVersion
from api.plumbing.context import Ctx


def edit_case(ctx: Ctx, edit: CaseEdit) -> None:
    """Correct a case that has not ended; raises StaleVersion when somebody else did meanwhile, Invalid, NotFound."""
    head = own_dispute(ctx, edit.dispute_id)
    if head.state in ENDED:
        raise CaseOver
    if head.version != edit.version:
        raise StaleVersion
    book = book_of(ctx.session, station_day(ctx.now))
    if issues := faults_of_fields(edit.changes, book, ctx.now):
        raise Invalid(issues=issues)
    values = _values(ctx, dict(edit.changes), book)
    ctx.session.execute(update(Dispute).where(Dispute.id == head.id).values(**values, version=Dispute.version + 1))
    fields = sorted(edit.changes)
    note_event(ctx, head.id, EventKind.EDITED, fields=fields)
    record(ctx, "dispute.edited", SUBJECT, head.id, fields=fields)
    rescore(ctx, [head.id])


def _values(ctx: Ctx, changes: dict[str, Any], book: CodeBook) -> dict[str, Any]:
    values = {name: value for name, value in changes.items() if name not in {"spot", "unit_id", "signs"}}
    if "category" in changes:
        values["category_version"] = book.version(CodeList.CATEGORY, changes["category"])
    if "address" in changes:
        values["address_index"] = index_address(changes["address"])
    if "signs" in changes:
        values["signs"] = sorted(changes["signs"])
    if "spot" in changes or "unit_id" in changes:
        values |= _place_values(ctx, changes)
    return values


def _place_values(ctx: Ctx, changes: dict[str, Any]) -> dict[str, Any]:
    spot = changes.get("spot")
    unit = find_unit(ctx, NewCase("", "", spot=spot, unit_id=changes.get("unit_id")))
    values: dict[str, Any] = {"unit_id": unit.id if unit else None, "unit_name": unit.name if unit else None}
    if "spot" in changes:
        values |= {"place": spot.point.ewkt if spot else None, "place_datum": spot.datum if spot else None}
    return values
