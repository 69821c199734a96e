"""Registering our wordings with a provider: drafted here, decided there, and what was decided written down here.

The registry is the installation's, not a station's: a provider knows one account.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record
from api.kernel.errors import NotFound
from api.notifications.errors import TextCodeMissing, TextReasonMissing, TextUnfit
from api.notifications.models import SmsTemplate
from api.notifications.queries.registry import texts, views
from api.notifications.rules.registry import SMS_TEMPLATES, find_faults, plan_texts, version_of
from api.notifications.types import Provider, TemplateEvent, TemplateOrder, TemplateState, TemplateView
from api.plumbing.context import Ctx

_PLACE = ("provider", "template", "wording", "language", "linked")


def draft_texts(ctx: Ctx, *, provider: Provider, public_url: str) -> list[TemplateView]:
    """Draft every wording of today that this provider has no registration of; returns all of the provider's."""
    rows = [_row(ctx, order) for order in plan_texts(provider, public_url)]
    found = ctx.session.execute(
        insert(SmsTemplate).on_conflict_do_nothing(index_elements=_PLACE).returning(SmsTemplate.id), rows
    ).all()
    if found:
        record(ctx, "sms_template.drafted", "sms_template", found[0].id, provider=provider, count=len(found))
    return texts(ctx.session, provider)


def write_text(ctx: Ctx, *, order: TemplateOrder, public_url: str) -> TemplateView:
    """Draft one wording as the provider wants it, or draft it anew; raises TextUnfit when it says something else."""
    faults = find_faults(order, public_url)
    if faults:
        raise TextUnfit(faults=", ".join(faults))
    row = insert(SmsTemplate).values(_row(ctx, order))
    row = row.on_conflict_do_update(
        index_elements=_PLACE,
        set_={
            name: row.excluded[name]
            for name in ("signature", "body", "mapping", "state", "code", "reason", "changed_by", "changed_at")
        },
    )
    text_id = ctx.session.scalars(row.returning(SmsTemplate.id)).one()
    record(ctx, "sms_template.written", "sms_template", text_id, template=order.template, provider=order.provider)
    return _view(ctx, text_id)


def move_text(
    ctx: Ctx, *, text_id: UUID, event: TemplateEvent, code: str | None = None, reason: str | None = None
) -> TemplateView:
    """Note what was decided about a registration. An approval needs the provider's code, a rejection its reason."""
    statement = select(SmsTemplate).where(SmsTemplate.id == text_id)
    row = ctx.session.scalar(statement.with_for_update().execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    state = SMS_TEMPLATES.next(TemplateState(row.state), event)
    if state is TemplateState.APPROVED and not (code or row.code):
        raise TextCodeMissing
    if state is TemplateState.REJECTED and not reason:
        raise TextReasonMissing
    row.state, row.reason, row.code = state, reason, code or row.code
    row.changed_by, row.changed_at = ctx.actor.person_id, ctx.now
    ctx.session.flush()
    record(ctx, f"sms_template.{state}", "sms_template", text_id, template=row.template, code=row.code or "")
    return views([row])[0]


def approve_drafts(ctx: Ctx, *, provider: Provider, prefix: str) -> Sequence[TemplateView]:
    """Take every draft as approved under a code made of the prefix: only for a stand-in, which approves everything."""
    ctx.session.execute(
        text("""
            UPDATE sms_templates SET state = 'approved', changed_at = :now,
                code = :prefix || ('x' || substr(md5(concat_ws(' ', template, wording, language, linked)), 1, 7))
                    ::bit(28)::int
            WHERE provider = :provider AND state = 'draft'
        """),
        {"prefix": prefix, "provider": provider.value, "now": ctx.now},
    )
    ctx.session.expire_all()
    return texts(ctx.session, provider, TemplateState.APPROVED)


def _row(ctx: Ctx, order: TemplateOrder) -> dict[str, object]:
    return {
        "id": ctx.new_id(),
        "provider": order.provider.value,
        "template": order.template,
        "wording": version_of(order.template),
        "language": order.language,
        "linked": order.linked,
        "signature": order.signature,
        "body": order.body,
        "mapping": dict(order.mapping),
        "state": TemplateState.DRAFT.value,
        "code": None,
        "reason": None,
        "changed_by": ctx.actor.person_id,
        "changed_at": ctx.now,
    }


def _view(ctx: Ctx, text_id: UUID) -> TemplateView:
    row = select(SmsTemplate).where(SmsTemplate.id == text_id).execution_options(populate_existing=True)
    return views([ctx.session.scalars(row).one()])[0]
