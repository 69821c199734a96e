"""Whom nothing reaches, what is proved of whom, and which numbers and tokens fail."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text, tuple_
from sqlalchemy.orm import Session

from api.identity.queries import active_people, contacts_of, live_registrations, phone_index
from api.kernel.masking import mask_phone
from api.notifications.models import FailedAddressRow, Ladder, OptOut
from api.notifications.queries.quotas import over_quota
from api.notifications.rules.reaching import why_unreached
from api.notifications.types import Channel
from api.notifications.types.reaching import FailedAddress, LadderState, NotReached, Receipt, Trace, Unreached
from api.plumbing.db import among

_ORDER = (Channel.PUSH, Channel.WEBPUSH, Channel.SMS, Channel.VOICE)
_DELIVERED = 3
_MOST = 1_000
OFFER = "offer"  # the template whose quota is asked about
Key = tuple[UUID, UUID]

# Whoever has a ladder is judged by it; of those without, who was sent something and has not read any of it. A ladder
# that ended is no question any more.
_OPEN = text("""
    SELECT subject_id, person_id, created_at FROM ladders l
    WHERE subject_id = ANY(:subjects) AND state IN ('climbing', 'exhausted')
      AND NOT EXISTS (SELECT FROM ladders p WHERE p.subject_id = l.subject_id AND p.person_id = l.person_id
                      AND p.state = 'proved')
    UNION ALL
    SELECT subject_id, person_id, min(created_at) FROM outbox o
    WHERE subject_id = ANY(:subjects) AND person_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM ladders p WHERE p.subject_id = o.subject_id AND p.person_id = o.person_id)
    GROUP BY subject_id, person_id
    HAVING bool_and(read_at IS NULL) AND bool_or(state <> 'cancelled')
""")
_TRACES = text("""
    SELECT subject_id, person_id, channel, state, error_code, rank FROM outbox
    WHERE subject_id = ANY(:subjects) AND person_id IS NOT NULL ORDER BY id
""")
_RECEIPTS = text("""
    SELECT o.subject_id, o.person_id, o.channel, o.template, o.created_at, o.sent_at, o.delivered_at, o.shown_at,
        coalesce(o.read_at, CASE WHEN l.state = 'proved' THEN l.proved_at END) AS read_at, l.proof
    FROM outbox o LEFT JOIN ladders l
        ON l.subject_id = o.subject_id AND l.person_id = o.person_id AND l.step = o.step
    WHERE o.subject_id = ANY(:subjects) AND o.person_id IS NOT NULL ORDER BY o.created_at, o.id
""")


def not_reached(session: Session, subject_ids: Collection[UUID]) -> list[NotReached]:
    """Of everybody who was to be told about these subjects, those of whom nothing shows that they read it, and why."""
    facts = {"subjects": list(subject_ids)}
    since: dict[Key, datetime] = {}
    for row in session.execute(_OPEN, facts) if subject_ids else ():
        key = (row.subject_id, row.person_id)
        since[key] = min(row.created_at, since.get(key, row.created_at))
    if not since:
        return []
    traces = _traces(session, facts)
    silent = {person for subject, person in since if not traces.get((subject, person))}
    barred = _barred(session, silent)
    return [
        NotReached(
            person_id=key[1],
            subject_id=key[0],
            reason=why_unreached(traces.get(key, []), barred=barred.get(key[1], Unreached.NO_CHANNEL)),
            channels=tuple(dict.fromkeys(trace.channel for trace in traces.get(key, []))),
            since=at,
        )
        for key, at in sorted(since.items(), key=lambda item: (item[1], str(item[0])))
    ]


def receipts_about(session: Session, subject_ids: Collection[UUID]) -> list[Receipt]:
    """What became of each message to a person about these subjects, with the proof of reading, oldest first."""
    rows = session.execute(_RECEIPTS, {"subjects": list(subject_ids)}) if subject_ids else ()
    return [Receipt(*row) for row in rows]


def failed_addresses(
    session: Session, station_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[FailedAddress]:
    """The numbers and tokens of the station's people that failed, the last failure first.

    `before`: (last_at, id) of the last one seen.
    """
    row = FailedAddressRow
    statement = select(row).where(row.station_id == station_id)
    if before is not None:
        statement = statement.where(tuple_(row.last_at, row.id) < before)
    rows = list(session.scalars(statement.order_by(row.last_at.desc(), row.id.desc()).limit(limit)))
    people = {found.person_id for found in rows}
    contacts = contacts_of(session, people) if people else {}
    live = {registration.person_id for registration in live_registrations(session, people)} if people else set()
    # Somebody who has left is no work for whoever keeps the roster.
    gone = people - active_people(session, people) if people else set()
    return [
        FailedAddress(
            found.id, found.person_id, contact.name, mask_phone(contact.phone), found.channel, found.code, found.count,
            found.first_at, found.last_at, found.person_id in gone or _is_fixed(found, contact.phone, live),
        )
        for found in rows
        if (contact := contacts.get(found.person_id))
    ]  # fmt: skip


def _is_fixed(row: FailedAddressRow, phone: str, live: Collection[UUID]) -> bool:
    """A number is put right by another number, a dead token by a phone that can be pushed to."""
    if row.channel == Channel.PUSH:
        return row.person_id in live
    return phone_index(phone) != row.address_index


def _traces(session: Session, facts: Mapping[str, Any]) -> dict[Key, list[Trace]]:
    found: dict[Key, list[Trace]] = defaultdict(list)
    rows: list[Row[Any]] = list(session.execute(_TRACES, facts))
    for row in sorted(rows, key=lambda row: _ORDER.index(Channel(row.channel))):
        trace = Trace(row.channel, row.state, row.error_code, row.rank >= _DELIVERED)
        found[row.subject_id, row.person_id].append(trace)
    return found


def _barred(session: Session, people: Collection[UUID]) -> dict[UUID, Unreached]:
    """Why nothing at all was sent to these people, as far as it is their number's standing."""
    if not people:
        return {}
    indexes = {person: phone_index(contact.phone) for person, contact in contacts_of(session, people).items()}
    statement = select(OptOut.number_index).where(among(OptOut.number_index, list(indexes.values())))
    refused = set(session.scalars(statement))
    found = dict.fromkeys(over_quota(session, people, OFFER), Unreached.OVER_QUOTA)
    return found | {person: Unreached.OPTED_OUT for person, index in indexes.items() if index in refused}


def unnoted_readings(session: Session, batch_id: UUID | None) -> list[Ladder]:
    """Ladders of a batch (None: of all) that were proved and whose area has not been told; locked."""
    statement = select(Ladder).where(Ladder.state == LadderState.PROVED, Ladder.noted.is_(False))
    if batch_id is not None:
        statement = statement.where(Ladder.batch_id == batch_id)
    statement = statement.order_by(Ladder.proved_at, Ladder.id).limit(_MOST).with_for_update(skip_locked=True)
    return list(session.scalars(statement.execution_options(populate_existing=True)))
