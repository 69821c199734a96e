"""Writing down what calls cost: one statement for a batch, whatever its size."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from api.notifications.rules.quotas import WINDOW
from api.notifications.rules.spending import day_of
from api.notifications.types import Attempt, Channel, OutcomeKind
from api.plumbing.context import Ctx

# Pushes are free, and there are many of them: nothing is written for these.
CHARGED = frozenset({Channel.SMS, Channel.VOICE})
# What may have been sent may be billed: it is written down as well, and marked.
_BILLED = frozenset({OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN})

# A country's own price comes before the one for everywhere, a later price before an earlier one. What nobody has told
# a price for costs nothing and keeps its parts, so that a price told later can be put to it.
_CHARGE = text("""
    WITH told AS (
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:numbers AS smallint[]), CAST(:stations AS uuid[]), CAST(:kinds AS text[]),
            CAST(:subjects AS uuid[]), CAST(:channels AS text[]), CAST(:providers AS text[]),
            CAST(:urgencies AS text[]), CAST(:templates AS text[]), CAST(:prefixes AS text[]),
            CAST(:indexes AS bytea[]), CAST(:digests AS bytea[]), CAST(:parts AS smallint[]),
            CAST(:certain AS boolean[])
        ) AS told(message_id, number, station_id, subject_kind, subject_id, channel, provider, urgency,
                  template, prefix, to_index, text_digest, parts, certain)
    ), charged AS (
        INSERT INTO message_charges (message_id, number, station_id, subject_kind, subject_id, channel,
            provider, urgency, template, to_index, text_digest, parts, currency, unit_price, amount, certain,
            charged_at)
        SELECT message_id, number, station_id, subject_kind, subject_id, told.channel, told.provider,
            urgency, template, to_index, text_digest, parts, price.currency, price.unit_price,
            coalesce(price.unit_price * parts, 0), certain, :now
        FROM told LEFT JOIN LATERAL (
            SELECT currency, unit_price FROM message_prices p
            WHERE p.provider = told.provider AND p.channel = told.channel AND p.prefix IN (told.prefix, '')
              AND p.valid_from <= :now
            ORDER BY p.prefix DESC, p.valid_from DESC LIMIT 1) AS price ON true
        ON CONFLICT (message_id, number) DO NOTHING
        RETURNING currency, amount
    )
    INSERT INTO daily_spend (day, currency, amount)
    SELECT :day, currency, sum(amount) FROM charged WHERE currency IS NOT NULL GROUP BY currency ORDER BY currency
    ON CONFLICT (day, currency) DO UPDATE SET amount = daily_spend.amount + excluded.amount
""")


_FORGET = text("""
    UPDATE message_charges SET to_index = NULL, text_digest = NULL
    WHERE to_index IS NOT NULL AND charged_at < :before
""")


def forget_numbers(ctx: Ctx) -> None:
    """Forget whom texts went to and what they said as soon as no quota looks back so far; what they cost stays."""
    ctx.session.execute(_FORGET, {"before": ctx.now - 2 * WINDOW})


def charge_attempts(ctx: Ctx, attempts: Sequence[Attempt]) -> None:
    """Charge the calls that were taken, or may have been. A call whose lease was lost was made all the same."""
    billed = [a for a in attempts if a.outcome.kind in _BILLED and a.letter.channel in CHARGED]
    if billed:
        ctx.session.execute(_CHARGE, {**_columns(billed), "now": ctx.now, "day": day_of(ctx.now)})


def _columns(billed: Sequence[Attempt]) -> dict[str, list[Any]]:
    letters = [attempt.letter for attempt in billed]
    places = [letter.carriage.destination if letter.carriage else None for letter in letters]
    # A call is no text: it does not count against what a number may be texted.
    texts = [place if letter.channel is Channel.SMS else None for place, letter in zip(places, letters, strict=True)]
    return {
        "ids": [letter.id for letter in letters],
        "numbers": [letter.attempts for letter in letters],
        "stations": [letter.station_id for letter in letters],
        "kinds": [letter.subject_kind for letter in letters],
        "subjects": [letter.subject_id for letter in letters],
        "channels": [letter.channel.value for letter in letters],
        "providers": [attempt.provider.value for attempt in billed],
        "urgencies": [letter.urgency.value for letter in letters],
        "templates": [letter.template for letter in letters],
        "prefixes": [place.prefix if place else "" for place in places],
        "indexes": [place.to_index if place else None for place in texts],
        "digests": [place.text_digest if place else None for place in texts],
        "parts": [attempt.segments or 1 for attempt in billed],
        "certain": [attempt.outcome.kind is OutcomeKind.ACCEPTED for attempt in billed],
    }
