"""Staff sign-in: password and second factor, refused without saying which was wrong."""

from typing import Any

from sqlalchemy import Row, or_, select, update

from api.audit.service import record
from api.identity.errors import SignInRefused
from api.identity.models import Person
from api.identity.rules.limits import (
    FACTORS_PER_PERSON,
    PASSWORDS_PER_ACCOUNT,
    PASSWORDS_PER_ACCOUNT_AND_ADDRESS,
    PASSWORDS_PER_ADDRESS,
    Limit,
)
from api.identity.rules.proofs import matching_step
from api.identity.service.attempts import refund_attempts, spend_attempts, subject_of, take_attempt
from api.identity.service.hashing import verify_password
from api.identity.service.sessions import on_behalf, open_session
from api.identity.types import PasswordProof, PersonStatus, SignedIn
from api.kernel.errors import DomainError
from api.plumbing.context import Ctx


def sign_in_by_password(ctx: Ctx, *, proof: PasswordProof) -> SignedIn | DomainError:
    """A session for the right password and second factor, or the refusal.

    A refusal is returned, not raised: the attempt it counted must be committed.
    """
    username = proof.username.strip().lower()
    attempts = _attempts(username, proof.address)
    spend_attempts(ctx, attempts)
    person = _staff_named(ctx, username)
    right = verify_password(person.password_hash if person else None, proof.password)
    if person is None or not right:
        return SignInRefused()
    if not _use_factor(ctx, person, proof.totp):
        record(on_behalf(ctx, person.station_id), "sign_in.second_factor_refused", "person", person.id)
        return SignInRefused()
    refund_attempts(ctx, [*attempts, (FACTORS_PER_PERSON, person.id.bytes)])
    return open_session(ctx, person_id=person.id, method="password", device_label=proof.device_label)


def _attempts(username: str, address: str) -> list[tuple[Limit, bytes]]:
    return [
        (PASSWORDS_PER_ACCOUNT_AND_ADDRESS, subject_of(f"{username}\0{address}")),
        (PASSWORDS_PER_ACCOUNT, subject_of(username)),
        (PASSWORDS_PER_ADDRESS, subject_of(address)),
    ]


def _staff_named(ctx: Ctx, username: str) -> Row[*tuple[Any, ...]] | None:
    statement = select(Person.id, Person.station_id, Person.password_hash, Person.totp_secret).where(
        Person.username == username, Person.status == PersonStatus.ACTIVE
    )
    return ctx.session.execute(statement).one_or_none()


def _use_factor(ctx: Ctx, person: Row[*tuple[Any, ...]], offered: str) -> bool:
    # Counted before it is looked at: parallel guesses cannot look more often than the limit says.
    if person.totp_secret is None or not take_attempt(ctx, FACTORS_PER_PERSON, person.id.bytes):
        return False
    step = matching_step(person.totp_secret, offered, ctx.now)
    if step is None:
        return False
    unused = or_(Person.totp_last_step.is_(None), Person.totp_last_step < step)
    claim = update(Person).where(Person.id == person.id, unused).values(totp_last_step=step).returning(Person.id)
    return ctx.session.scalar(claim) is not None
