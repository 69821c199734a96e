"""Sign-in by SMS code, built so that nobody learns which numbers are enrolled: both paths do the same work."""

import hmac
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, update
from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record
from api.identity.errors import CodeRefused, PhoneWithoutSms, StationRequired
from api.identity.models import SignInCode
from api.identity.queries import field_people_with, phone_index
from api.identity.rules import parse_phone
from api.identity.rules.limits import (
    CODES_PER_ADDRESS,
    CODES_PER_PHONE,
    CODES_PER_SEGMENT,
    CODES_PER_STATION,
    CODES_SENT,
    CODES_USED,
    GUESSES_PER_ADDRESS,
    GUESSES_PER_PHONE,
    Limit,
)
from api.identity.rules.phones import segment_of
from api.identity.rules.proofs import CODE_LIFE, CODE_TRIES, draw_code
from api.identity.service.attempts import refund_attempts, spend_attempts, subject_of, take_attempt
from api.identity.service.conversion import note_code
from api.identity.service.sessions import on_behalf, open_session
from api.identity.types import CodeProof, PhoneKind, SignedIn
from api.kernel.errors import DomainError
from api.plumbing.context import Ctx
from api.plumbing.crypto import blind_index
from api.plumbing.outbox import NewMessage, enqueue


def send_code(ctx: Ctx, *, phone: str, address: str) -> int:
    """Send a new code, if somebody active has this number; returns the seconds it lives, whoever asked."""
    number = parse_phone(phone)
    if number.kind is not PhoneKind.MOBILE:
        raise PhoneWithoutSms
    index = phone_index(number.e164)
    limits = [(limit, index) for limit in CODES_PER_PHONE]
    spend_attempts(ctx, [*limits, (CODES_PER_ADDRESS, subject_of(address))])
    code, salt = draw_code(ctx.entropy(8)), ctx.new_id()
    _keep_code(ctx, index, code, salt)
    people = field_people_with(ctx.session, index)
    _write_message(ctx, people[0] if people else None, code, salt, subject_of(segment_of(number.e164)))
    return int(CODE_LIFE.total_seconds())


def _keep_code(ctx: Ctx, index: bytes, code: str, salt: UUID) -> None:
    row = insert(SignInCode).values(
        phone_index=index, salt=salt, code_hash=_code_hash(code, salt), tries_left=CODE_TRIES,
        created_at=ctx.now, expires_at=ctx.now + CODE_LIFE,
    )  # fmt: skip
    fresh = {name: column for name, column in row.excluded.items() if name != "phone_index"}
    ctx.session.execute(row.on_conflict_do_update(index_elements=["phone_index"], set_=fresh))


def _write_message(ctx: Ctx, person: Row[*tuple[Any, ...]] | None, code: str, salt: UUID, segment: bytes) -> None:
    # For a number nobody has, the same rows are written and taken back: the answer takes as long.
    person_id, station_id = (person.id, person.station_id) if person else (salt, salt)
    message = NewMessage(
        station_id=station_id, dedupe_key=f"sign_in_code:{salt}", urgency="otp", channel="sms",
        template="sign_in_code", subject_kind="sign_in_code", subject_id=salt, person_id=person_id,
        expires_at=ctx.now + CODE_LIFE, variables={"code": code},
    )  # fmt: skip
    with ctx.session.begin_nested() as savepoint:
        affordable = take_attempt(ctx, CODES_PER_STATION, station_id.bytes)
        affordable &= take_attempt(ctx, CODES_PER_SEGMENT, segment)
        note_code(ctx, CODES_SENT, station_id)
        enqueue(ctx, [message])
        record(on_behalf(ctx, station_id), "sign_in.code_sent", "person", person_id)
        if person is None or not affordable:
            savepoint.rollback()


def sign_in_by_code(ctx: Ctx, *, proof: CodeProof) -> SignedIn | DomainError:
    """A session for the right code, or the refusal.

    A refusal is returned, not raised: the guess it counted must be committed.
    """
    index = phone_index(parse_phone(proof.phone).e164)
    attempts = [(GUESSES_PER_PHONE, index), (GUESSES_PER_ADDRESS, subject_of(proof.address))]
    spend_attempts(ctx, attempts)
    if not _guess(ctx, index, proof.code):
        return CodeRefused()
    people = field_people_with(ctx.session, index)
    fitting = [person for person in people if proof.station_id in (None, person.station_id)]
    if not fitting:
        return CodeRefused()
    if len(fitting) > 1:
        return _ask_for_station(ctx, index, attempts, people)
    ctx.session.execute(delete(SignInCode).where(SignInCode.phone_index == index))
    refund_attempts(ctx, attempts)
    note_code(ctx, CODES_USED, fitting[0].station_id)
    return open_session(ctx, person_id=fitting[0].id, method="code", device_label=proof.device_label)


def _guess(ctx: Ctx, index: bytes, code: str) -> bool:
    # The try is taken in the statement that reads the code: of 200 parallel guesses five are compared.
    taken = ctx.session.execute(
        update(SignInCode)
        .where(SignInCode.phone_index == index, SignInCode.tries_left > 0, SignInCode.expires_at > ctx.now)
        .values(tries_left=SignInCode.tries_left - 1)
        .returning(SignInCode.salt, SignInCode.code_hash)
    ).one_or_none()
    return taken is not None and hmac.compare_digest(taken.code_hash, _code_hash(code, taken.salt))


def _ask_for_station(
    ctx: Ctx, index: bytes, attempts: Sequence[tuple[Limit, bytes]], people: Sequence[Row[*tuple[Any, ...]]]
) -> DomainError:
    back = update(SignInCode).where(SignInCode.phone_index == index).values(tries_left=SignInCode.tries_left + 1)
    ctx.session.execute(back)
    refund_attempts(ctx, attempts)
    return StationRequired(stations=[{"id": str(person.station_id), "roles": person.roles} for person in people])


def _code_hash(code: str, salt: UUID) -> bytes:
    # Keyed, since a plain hash of six digits is undone in a second; the key is not in the database.
    return blind_index(f"{salt}:{code}", "sign_in_codes.code")
