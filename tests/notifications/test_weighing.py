"""Weights in the database: moved by what the last minutes showed."""

from datetime import timedelta

from sqlalchemy import text

from api.notifications.service.weighing import weigh_providers
from api.plumbing.context import Ctx
from tests.builders.notifications import make_reachable, queue_notice

_ATTEMPT = """
    INSERT INTO message_attempts (message_id, number, provider, outcome, settled_at) VALUES (:id, 1, :p, :o, :at)
"""
OLD = "UPDATE sms_routes SET changed_at = now() - interval '2 hours'"


def call(
    ctx: Ctx, provider: str, outcome: str, count: int, *, minutes_ago: float = 1, delivered_after: float | None = None
) -> None:
    """So many calls, and when their texts were delivered."""
    somebody = make_reachable(ctx, phones=0)
    at = ctx.now - timedelta(minutes=minutes_ago)
    for _ in range(count):
        message = queue_notice(ctx, somebody)
        ctx.session.execute(
            text(_ATTEMPT),
            {"id": message, "p": provider, "o": outcome, "at": at},
        )
        delivered = at + timedelta(minutes=delivered_after) if delivered_after is not None else None
        ctx.session.execute(
            text("UPDATE outbox SET state = 'sent', sent_at = :at, delivered_at = :delivered WHERE id = :id"),
            {"id": message, "at": at, "delivered": delivered},
        )


def weights(ctx: Ctx) -> dict[str, int]:
    rows = ctx.session.execute(text("SELECT provider, weight FROM sms_routes WHERE prefix = '+86'"))
    return {row.provider: row.weight for row in rows}


def test_a_provider_that_fails_carries_less(ctx: Ctx) -> None:
    ctx.session.execute(text(OLD))
    call(ctx, "aliyun", "retry", 3)
    call(ctx, "aliyun", "accepted", 17)
    assert {route.weight for route in weigh_providers(ctx)} == {80, 20}
    assert weights(ctx) == {"aliyun": 80, "twilio": 20}
    assert weigh_providers(ctx) == []


def test_what_failed_long_ago_is_forgotten(ctx: Ctx) -> None:
    ctx.session.execute(text(OLD))
    call(ctx, "aliyun", "retry", 20, minutes_ago=11)
    assert weigh_providers(ctx) == []


def test_late_texts_count_only_where_deliveries_are_reported(ctx: Ctx) -> None:
    ctx.session.execute(text(OLD))
    call(ctx, "aliyun", "accepted", 8, minutes_ago=5, delivered_after=0.1)
    call(ctx, "aliyun", "accepted", 4, minutes_ago=5)
    assert weigh_providers(ctx) == []
    told = """
        INSERT INTO provider_receipts (id, provider, ref, status, received_at)
        VALUES (:id, 'aliyun', 'x', 'delivered', now())
    """
    ctx.session.execute(text(told), {"id": ctx.new_id()})
    weigh_providers(ctx)
    assert weights(ctx) == {"aliyun": 80, "twilio": 20}
