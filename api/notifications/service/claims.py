"""Claiming: who sends what next. Also the fence for a call that comes late."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from api.identity.queries import contacts_of, live_registrations
from api.identity.types import Contact, PhoneKind, Registration
from api.notifications.service.breakers import PROVIDER_OF, put_back, read_breaker, take_probe
from api.notifications.service.queueing import LANGUAGE, TO
from api.notifications.types import Channel, Letter, Urgency
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
              WHERE NOT EXISTS (SELECT FROM provider_breakers WHERE provider = :provider AND open_until IS NOT NULL)
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
        variables, attempts, expires_at, next_at, (SELECT min(share) FROM shares) AS share
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
    """What a lane asks for: which classes over which channel, how many, and for how long."""

    urgencies: Sequence[Urgency]
    channel: Channel
    batch: int
    lease: timedelta


@dataclass(frozen=True)
class Claim:
    """Leased letters with their addresses; most urgent first, then longest due. `more`: some may have been left."""

    letters: Sequence[Letter] = ()
    more: bool = False


def claim_letters(ctx: Ctx, order: ClaimOrder) -> Claim:
    """Lease the next due messages: none while the channel's provider rests, and after that one, the probe."""
    claim = _lease(ctx, order)
    if claim.letters:
        return _addressed(ctx, claim)
    provider = PROVIDER_OF[order.channel]
    if read_breaker(ctx, provider).open_until is None or not (probe := take_probe(ctx, provider)):
        return claim
    claim = _lease(ctx, replace(order, batch=1))
    # Nothing to probe with: the breaker goes back, so that the next message is the probe.
    put_back(ctx, probe, probing=bool(claim.letters))
    return _addressed(ctx, replace(claim, more=False))


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
            "provider": PROVIDER_OF[order.channel],
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
    )


def _addressed(ctx: Ctx, claim: Claim) -> Claim:
    letters = claim.letters
    people = {letter.person_id for letter in letters if letter.person_id}
    contacts = contacts_of(ctx.session, people) if people else {}
    pushed = {letter.person_id for letter in letters if letter.person_id and letter.channel is Channel.PUSH}
    devices = _by_device(live_registrations(ctx.session, pushed)) if pushed else {}
    return replace(claim, letters=[_address(letter, contacts, devices) for letter in letters])


def _by_device(registrations: Iterable[Registration]) -> dict[UUID, Registration]:
    return {registration.device_id: registration for registration in registrations}


def _address(letter: Letter, contacts: dict[UUID, Contact], devices: dict[UUID, Registration]) -> Letter:
    """The letter with its address of this moment; without one when the phone signed out or has no SMS."""
    contact = contacts.get(letter.person_id) if letter.person_id else None
    language = contact.language if contact else str(letter.variables.get(LANGUAGE, letter.language))
    if letter.channel is Channel.PUSH:
        device = devices.get(letter.device_id) if letter.device_id else None
        return replace(letter, language=language, address=device.token if device else None)
    if contact is None:
        return replace(letter, language=language, address=letter.variables.get(TO))
    reachable = contact.phone_kind == PhoneKind.MOBILE
    return replace(letter, language=language, address=contact.phone if reachable else None)
