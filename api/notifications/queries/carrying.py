"""Reading what there is to choose from: routes, registered wordings, the day's spending, how providers did lately."""

from collections.abc import Collection, Sequence
from datetime import datetime, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from api.notifications.models import DailySpend, MessageCharge, SmsRoute, SmsTemplate
from api.notifications.rules.carriers import TextKey
from api.notifications.rules.spending import ZONE, day_of
from api.notifications.rules.weights import SLOW_AFTER, WINDOW
from api.notifications.types import Health, Provider, RegisteredText, Route, TemplateState, Urgency
from api.plumbing.db import among

# A provider that has never reported a delivery reports none: its texts are not late, they are not told of.
_HEALTH = text("""
    WITH called AS (
        SELECT provider, outcome, message_id FROM message_attempts
        WHERE settled_at > :since AND provider = ANY(:providers)
    ), reporting AS (
        SELECT asked.name FROM unnest(CAST(:providers AS text[])) AS asked(name)
        WHERE EXISTS (SELECT FROM provider_receipts r WHERE r.provider = asked.name AND r.status = 'delivered')
    ), fates AS (
        SELECT called.provider, outcome, outcome = 'accepted' AND reporting.name IS NOT NULL AS followed,
            outbox.sent_at, outbox.delivered_at
        FROM called LEFT JOIN outbox ON outbox.id = called.message_id LEFT JOIN reporting
            ON reporting.name = called.provider
    )
    SELECT provider, count(*)::int AS calls,
        (count(*) FILTER (WHERE outcome IN ('retry', 'unknown', 'credentials')))::int AS errors,
        (count(*) FILTER (WHERE followed AND (delivered_at IS NOT NULL OR sent_at < :late)))::int AS told,
        (count(*) FILTER (WHERE followed AND coalesce(delivered_at, :now) > sent_at + :patience))::int AS slow
    FROM fates GROUP BY provider
""")


def routes(session: Session, *, lock: bool = False) -> list[Route]:
    """Every route, in one order, so that two who lock them never wait for each other."""
    statement = select(SmsRoute).order_by(SmsRoute.prefix, SmsRoute.provider)
    found = session.scalars(statement.with_for_update() if lock else statement)
    return [Route(r.prefix, Provider(r.provider), r.weight, r.configured, r.changed_at, r.replies) for r in found]


def approved_texts(
    session: Session, providers: Collection[Provider], templates: Collection[str]
) -> dict[TextKey, RegisteredText]:
    """What these providers may say for these templates."""
    statement = select(SmsTemplate).where(
        among(SmsTemplate.provider, [provider.value for provider in providers]),
        among(SmsTemplate.template, templates),
        SmsTemplate.state == TemplateState.APPROVED,
    )
    return {
        (Provider(row.provider), row.template, row.wording, row.language, row.linked): RegisteredText(
            row.code or "", row.signature, row.mapping
        )
        for row in session.scalars(statement)
    }


def healths(session: Session, providers: Sequence[Provider], now: datetime) -> dict[Provider, Health]:
    """How each provider did in the last minutes."""
    facts = {
        "since": now - WINDOW,
        "late": now - SLOW_AFTER,
        "patience": SLOW_AFTER,
        "now": now,
        "providers": [provider.value for provider in providers],
    }
    rows = session.execute(_HEALTH, facts)
    return {Provider(r.provider): Health(Provider(r.provider), r.calls, r.errors, r.told, r.slow) for r in rows}


def spent_on_codes(session: Session, station_ids: Collection[UUID], now: datetime) -> dict[UUID, dict[str, Decimal]]:
    """What these stations' sign-in codes have cost today, by station and currency."""
    start = datetime.combine(day_of(now), time.min, ZONE)
    row = MessageCharge
    statement = select(row.station_id, row.currency, func.sum(row.amount)).where(
        among(row.station_id, station_ids), row.charged_at >= start, row.urgency == Urgency.OTP,
        row.currency.is_not(None),
    )  # fmt: skip
    spent: dict[UUID, dict[str, Decimal]] = {}
    for station_id, currency, amount in session.execute(statement.group_by(row.station_id, row.currency)):
        spent.setdefault(station_id, {})[currency or ""] = amount
    return spent


def spent_on(session: Session, now: datetime) -> dict[str, Decimal]:
    """What the day has cost so far, by currency."""
    statement = select(DailySpend.currency, DailySpend.amount).where(DailySpend.day == day_of(now))
    return {row.currency: row.amount for row in session.execute(statement)}
