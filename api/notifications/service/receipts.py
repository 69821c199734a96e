"""Receipts of providers: kept as they were said, applied by rank, parked when the message is not known yet."""

from collections.abc import Mapping
from uuid import UUID

import structlog
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert

from api.notifications.models import ProviderReceipt
from api.notifications.rules.receipts import TWILIO_STATES
from api.notifications.rules.states import RANK
from api.notifications.service.failures import note_failed_number
from api.notifications.service.fallback import fall_back
from api.notifications.types import MessageState, ReceiptFact
from api.plumbing.context import Ctx
from api.plumbing.db import among

log = structlog.get_logger(__name__)

# A receipt may be the first proof that an unknown message was accepted: `sent_at` is then the time of the proof.
_RAISE = text("""
    UPDATE outbox SET
        state = CASE WHEN rank < :rank THEN :state ELSE state END,
        rank = greatest(rank, :rank),
        error_code = CASE WHEN rank < :rank AND :code <> '' THEN :code ELSE error_code END,
        provider = coalesce(provider, :provider),
        provider_ref = coalesce(provider_ref, :ref),
        sent_at = coalesce(sent_at, :now),
        delivered_at = CASE WHEN :rank >= :proof AND delivered_at IS NULL THEN :now ELSE delivered_at END,
        read_at = CASE WHEN :state = 'read' AND read_at IS NULL THEN :now ELSE read_at END
    WHERE id = :id RETURNING state
""")


def take_receipt(ctx: Ctx, fact: ReceiptFact) -> None:
    """Keep the fact once and apply it if its message is known; any order, any number of times, at any hour."""
    if fact.status not in TWILIO_STATES:
        log.info("receipt_ignored", provider=fact.provider)
        return
    row = insert(ProviderReceipt).values(
        id=ctx.new_id(),
        provider=fact.provider,
        ref=fact.ref,
        status=fact.status,
        error_code=fact.error_code,
        message_id=fact.message_id,
        received_at=ctx.now,
    )
    receipt_id = ctx.session.scalar(row.on_conflict_do_nothing().returning(ProviderReceipt.id))
    if receipt_id is None:
        return
    message_id = fact.message_id or _message_of(ctx, fact)
    state = None if message_id is None else _apply(ctx, fact, message_id)
    if message_id is not None and state is not None:
        _mark_applied(ctx, receipt_id, message_id)
        _follow(ctx, fact, message_id, state)


def apply_parked(ctx: Ctx, refs: Mapping[str, UUID]) -> None:
    """Apply what was reported about these provider references before anybody knew whose they were."""
    if not refs:
        return
    parked = select(ProviderReceipt).where(among(ProviderReceipt.ref, list(refs)), ProviderReceipt.applied_at.is_(None))
    for receipt in ctx.session.scalars(parked.with_for_update()):
        fact = ReceiptFact(receipt.provider, receipt.ref, receipt.status, receipt.error_code)
        state = _apply(ctx, fact, refs[receipt.ref])
        if state is not None:
            _mark_applied(ctx, receipt.id, refs[receipt.ref])
            _follow(ctx, fact, refs[receipt.ref], state)


def _follow(ctx: Ctx, fact: ReceiptFact, message_id: UUID, state: str) -> None:
    """What a failure that was only reported means, unless something better is known: the ladder goes on."""
    if TWILIO_STATES[fact.status] is MessageState.DEAD and state == MessageState.DEAD:
        fall_back(ctx, always=[message_id], if_last=[])
        note_failed_number(ctx, message_id, fact.error_code or "")


def _message_of(ctx: Ctx, fact: ReceiptFact) -> UUID | None:
    statement = text("SELECT id FROM outbox WHERE provider = :provider AND provider_ref = :ref")
    found: UUID | None = ctx.session.scalar(statement, {"provider": fact.provider, "ref": fact.ref})
    return found


def _apply(ctx: Ctx, fact: ReceiptFact, message_id: UUID) -> str | None:
    """The message's state with this fact; None for one we do not have."""
    state = TWILIO_STATES[fact.status]
    facts = {
        "id": message_id,
        "state": state,
        "rank": RANK[state],
        "proof": RANK[MessageState.DELIVERED],
        "code": fact.error_code or "",
        "provider": fact.provider,
        "ref": fact.ref,
        "now": ctx.now,
    }
    after: str | None = ctx.session.scalar(_RAISE, facts)
    return after


def _mark_applied(ctx: Ctx, receipt_id: UUID, message_id: UUID) -> None:
    statement = update(ProviderReceipt).where(ProviderReceipt.id == receipt_id)
    ctx.session.execute(statement.values(applied_at=ctx.now, message_id=message_id))
