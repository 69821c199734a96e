"""Reports of contacts, and vouching for them."""

from typing import Any
from uuid import UUID

from api.followups import service
from api.followups.routes.blueprint import blp
from api.followups.schemas import SentAtSchema, VisitContactReportSchema, VisitContactSchema
from api.followups.types import Contact, ContactReport
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx


@blp.route("/visits/<uuid:visit_id>/contacts", methods=["POST"])
@operation(Permission.VISIT_DO, creates=True)
@blp.arguments(SentAtSchema, location="headers")
@blp.arguments(VisitContactReportSchema)
@blp.response(201, VisitContactSchema)
def report(ctx: Ctx, headers: dict[str, Any], body: dict[str, Any], visit_id: UUID) -> Contact:
    """Report a contact

    Accepted whenever it comes and however good its evidence is: early, late, twice, from another phone, after the plan
    was closed. `marks` and `verdict` say how it was taken, `counted` whether it made the visit done. Send the phone's
    present time as `Sent-At`, anew with every try; it is what tells a phone that was offline from a wrong clock.
    """
    return service.report_contact(ctx, visit_id, ContactReport(**body, sent_at=headers["sent_at"]))


@blp.route("/visits/<uuid:visit_id>/contacts/<uuid:contact_id>/confirmations", methods=["POST"])
@operation(Permission.VISIT_SIGN_OFF, creates=True)
@blp.response(201, VisitContactSchema)
def confirm(ctx: Ctx, visit_id: UUID, contact_id: UUID) -> Contact:
    """Vouch for a contact

    For one whose position is doubtful or missing; marked as a supervisor's word. Not for one's own.
    """
    return service.confirm_contact(ctx, contact_id, visit_id=visit_id)
