"""Claiming: who sends what next. Also the fence for a call that comes late."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from api.identity.queries import contacts_of, live_registrations
from api.identity.types import Contact, PhoneKind, Registration
from api.notifications.queries.carrying import spent_on
from api.notifications.rules.carriers import PROVIDERS_OF, is_push
from api.notifications.rules.spending import NEVER_CAPPED, used_up
from api.notifications.service.breakers import put_back, read_breaker, take_probe
from api.notifications.service.carrying import carry
from api.notifications.service.queueing import LANGUAGE, TO
from api.notifications.service.texts import add_texts
from api.notifications.types import Breaker, Channel, Letter, Provider, Urgency
from api.plumbing.context import Ctx
from api.plumbing.crypto import SealedJson
from api.plumbing.metrics import HAND_OVERS

# A claimed message counts as handed over from here on, because its sender claims no more than it can call about at
# once: whoever dies after this leaves an unknown outcome, never a silent one.
# Groups are found by hopping through the index (one probe per class, channel and station), and each gives at most its
# share, so a station with 50,000 rows costs another station nothing. Expired and cancelled rows are refused here, in
# the statement that takes the lease. The array makes the planner go by primary key whatever it thinks of the counts.
_CLAIM = text("""
    WITH RECURSIVE groups AS (
        SELECT lane.urgency, first.station_id
        FROM (SELECT urgency FROM unnest(CAST(:urgencies AS text[])) AS urgency
              WHERE EXISTS (
                  SELECT FROM provider_breakers WHERE provider = ANY(CAST(:providers AS text[])) AND open_until IS NULL)
             ) AS lane
        CROSS JOIN LATERAL (
            SELECT station_id FROM outbox
            WHERE state = 'queued' AND urgency = lane.urgency AND channel = :channel
            ORDER BY station_id LIMIT 1) AS first
        UNION ALL
        SELECT groups.urgency, next.station_id FROM groups
        CROSS JOIN LATERAL (
            SELECT station_id FROM outbox
            WHERE state = 'queued' AND urgency = groups.urgency AND channel = :channel
              AND station_id > groups.station_id
            ORDER BY station_id LIMIT 1) AS next
    ), shares AS (
        SELECT urgency, station_id, greatest(1, :batch / count(*) OVER ()) AS share FROM groups
    ), picked AS (
        SELECT due.id FROM shares
        CROSS JOIN LATERAL (
            SELECT id, next_at FROM outbox
            WHERE state = 'queued' AND urgency = shares.urgency AND channel = :channel
              AND station_id = shares.station_id AND next_at <= :now AND expires_at > :now
            ORDER BY next_at LIMIT shares.share FOR UPDATE SKIP LOCKED) AS due
        ORDER BY shares.urgency, due.next_at LIMIT :batch
    )
    UPDATE outbox SET state = 'leased', lease_token = :token, lease_until = clock_timestamp() + :lease,
        attempts = attempts + 1, handed_at = clock_timestamp()
    WHERE id = ANY(ARRAY(SELECT id FROM picked))
    RETURNING id, station_id, urgency, channel, person_id, device_id, subject_kind, subject_id, template, step,
        variables, attempts, expires_at, next_at, provider, (SELECT min(share) FROM shares) AS share
""").columns(
    id=PgUUID(as_uuid=True),
    station_id=PgUUID(as_uuid=True),
    person_id=PgUUID(as_uuid=True),
    device_id=PgUUID(as_uuid=True),
    subject_id=PgUUID(as_uuid=True),
    variables=SealedJson("outbox.variables"),
    expires_at=TIMESTAMP(timezone=True),
    next_at=TIMESTAMP(timezone=True),
)

# The fence: a row that was withdrawn, expired, swept or claimed by somebody else since is not returned.
_RENEW = text("""
    WITH mine AS (
        SELECT outbox.id FROM outbox JOIN unnest(:ids, :tokens) AS held(id, token) ON outbox.id = held.id
        WHERE lease_token = held.token AND state = 'leased' AND expires_at > clock_timestamp()
        ORDER BY outbox.id FOR UPDATE OF outbox
    )
    UPDATE outbox SET lease_until = clock_timestamp() + :lease
    FROM mine WHERE outbox.id = mine.id RETURNING outbox.id
""").columns(id=PgUUID(as_uuid=True))


@dataclass(frozen=True)
class ClaimOrder:
    """What a lane asks for: which classes over which channel, how many, and for how long.

    `carriers`: the providers it can send through. `caps`: what a day's texts may cost, by currency.
    """

    urgencies: Sequence[Urgency]
    channel: Channel
    batch: int
    lease: timedelta
    carriers: tuple[Provider, ...] = ()
    caps: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def providers(self) -> tuple[Provider, ...]:
        """Who can send; the channel's first provider where nobody was named."""
        return self.carriers or PROVIDERS_OF[self.channel][:1]


@dataclass(frozen=True)
class Claim:
    """Leased letters with their addresses; most urgent first, then longest due. `more`: some may have been left."""

    letters: Sequence[Letter] = ()
    more: bool = False


def claim_letters(ctx: Ctx, order: ClaimOrder) -> Claim:
    """Lease the next due messages, each with its provider.

    None while all providers of the channel rest; after that, one: the probe of the first whose rest is over.
    """
    order = _within_caps(ctx, order)
    claim = _lease(ctx, order)
    if claim.letters:
        return _carried(ctx, order, claim)
    for provider in order.providers:
        if read_breaker(ctx, provider).open_until is None:
            return claim
    for provider in order.providers:
        if breaker := take_probe(ctx, provider):
            return _claim_probe(ctx, order, breaker, provider)
    return claim


def _claim_probe(ctx: Ctx, order: ClaimOrder, breaker: Breaker, provider: Provider) -> Claim:
    claim = replace(_lease(ctx, replace(order, batch=1)), more=False)
    claim = _carried(ctx, order, claim, probed=provider)
    # Nothing to probe with: the breaker goes back, so that the next message is the probe.
    calls = any(letter.carriage and not letter.carriage.stop for letter in claim.letters)
    put_back(ctx, breaker, probing=calls)
    return claim


def _within_caps(ctx: Ctx, order: ClaimOrder) -> ClaimOrder:
    """The order without what waits for tomorrow because the day's money is spent."""
    if not order.caps or order.channel is not Channel.SMS or NEVER_CAPPED.issuperset(order.urgencies):
        return order
    if not used_up(spent_on(ctx.session, ctx.now), order.caps):
        return order
    return replace(order, urgencies=[urgency for urgency in order.urgencies if urgency in NEVER_CAPPED])


def _carried(ctx: Ctx, order: ClaimOrder, claim: Claim, probed: Provider | None = None) -> Claim:
    claim = _addressed(ctx, claim)
    return replace(claim, letters=carry(ctx, claim.letters, order.providers, probed))


def renew_leases(ctx: Ctx, letters: Collection[Letter], lease: timedelta) -> set[UUID]:
    """Extend the leases of letters about to be called about; returns the ids that are still the caller's to send."""
    rows = ctx.session.execute(
        _RENEW, {"ids": [x.id for x in letters], "tokens": [x.lease_token for x in letters], "lease": lease}
    )
    return {row.id for row in rows}


def _lease(ctx: Ctx, order: ClaimOrder) -> Claim:
    token = ctx.new_id()
    rows = ctx.session.execute(
        _CLAIM,
        {
            "urgencies": list(order.urgencies),
            "channel": order.channel,
            "providers": [provider.value for provider in order.providers],
            "batch": order.batch,
            "now": ctx.now,
            "token": token,
            "lease": order.lease,
        },
    ).all()
    rows = sorted(rows, key=lambda row: (row.urgency, row.next_at))
    for row in rows:
        HAND_OVERS.labels(row.urgency, row.channel).observe((ctx.now - row.next_at).total_seconds())
    taken = Counter((row.urgency, row.station_id) for row in rows)
    # A station that got its whole share may have more.
    more = bool(rows) and max(taken.values()) >= rows[0].share
    return Claim([_letter(row, token, ctx.now) for row in rows], more)


def _letter(row: Row[Any], token: UUID, now: datetime) -> Letter:
    return Letter(
        id=row.id,
        station_id=row.station_id,
        urgency=Urgency(row.urgency),
        channel=Channel(row.channel),
        person_id=row.person_id,
        device_id=row.device_id,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        template=row.template,
        step=row.step,
        variables=row.variables,
        attempts=row.attempts,
        expires_at=row.expires_at,
        lease_token=token,
        claimed_at=now,
        before=row.provider,
    )


def _addressed(ctx: Ctx, claim: Claim) -> Claim:
    letters = claim.letters
    people = {letter.person_id for letter in letters if letter.person_id}
    contacts = contacts_of(ctx.session, people) if people else {}
    pushed = {letter.person_id for letter in letters if letter.person_id and is_push(letter)}
    devices = _by_device(live_registrations(ctx.session, pushed)) if pushed else {}
    return replace(claim, letters=add_texts(ctx, [_address(letter, contacts, devices) for letter in letters]))


def _by_device(registrations: Iterable[Registration]) -> dict[UUID, Registration]:
    return {registration.device_id: registration for registration in registrations}


def _address(letter: Letter, contacts: dict[UUID, Contact], devices: dict[UUID, Registration]) -> Letter:
    """The letter with its address of this moment; without one when the phone signed out or has no SMS."""
    contact = contacts.get(letter.person_id) if letter.person_id else None
    language = contact.language if contact else str(letter.variables.get(LANGUAGE, letter.language))
    if is_push(letter):
        device = devices.get(letter.device_id) if letter.device_id else None
        return replace(letter, language=language, address=device.token if device else None)
    if contact is None:
        return replace(letter, language=language, address=letter.variables.get(TO))
    reachable = contact.phone_kind == PhoneKind.MOBILE or letter.channel is Channel.VOICE
    return replace(letter, language=language, address=contact.phone if reachable else None)
