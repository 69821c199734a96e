"""What staff sign in with besides a phone: username, password, second factor."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from api.audit.service import record
from api.identity.errors import NoCredentials, NotOnYourself, PasswordWeak, SignInRefused, UsernameTaken
from api.identity.models import Person
from api.identity.rules.limits import PASSWORDS_PER_ACCOUNT
from api.identity.rules.proofs import factor_uri, new_factor_secret, password_fault
from api.identity.service.attempts import refund_attempts, spend_attempts, subject_of
from api.identity.service.hashing import hash_password, verify_password
from api.identity.service.sessions import end_all_sessions, end_other_sessions
from api.kernel.errors import DomainError, NotFound
from api.plumbing.context import Ctx


def give_credentials(ctx: Ctx, *, person_id: UUID, username: str, password: str) -> None:
    """Set username and password of somebody else at the station; their sessions end."""
    _refuse_self(ctx, person_id)
    username = username.lower()
    _require_strength(password, username)
    try:
        with ctx.session.begin_nested():
            _set(ctx, person_id, username=username, password_hash=hash_password(password))
    except IntegrityError:
        raise UsernameTaken from None
    end_all_sessions(ctx, person_id=person_id, reason="credentials_changed")
    record(ctx, "person.credentials_set", "person", person_id)


def change_password(ctx: Ctx, *, current: str, new: str) -> DomainError | None:
    """Replace the actor's own password, given the present one; every other session ends.

    A refusal is returned, not raised: the attempt it counted must be committed.
    """
    person_id = ctx.actor.person
    statement = select(Person.username, Person.password_hash).where(Person.id == person_id)
    username, stored = ctx.session.execute(statement).one()
    if username is None:
        raise NoCredentials
    _require_strength(new, username)
    attempts = [(PASSWORDS_PER_ACCOUNT, subject_of(username))]
    spend_attempts(ctx, attempts)
    if not verify_password(stored, current):
        return SignInRefused()
    refund_attempts(ctx, attempts)
    _set(ctx, person_id, password_hash=hash_password(new))
    end_other_sessions(ctx)
    record(ctx, "person.password_changed", "person", person_id)
    return None


def reset_second_factor(ctx: Ctx, *, person_id: UUID, secret: str | None = None) -> str:
    """Give somebody else a new second factor and return its otpauth URI, shown this once; their sessions end.

    `secret` is for demo data, where the factor has to be known beforehand.
    """
    _refuse_self(ctx, person_id)
    mine = (Person.id == person_id) & (Person.station_id == ctx.actor.station)
    row = ctx.session.execute(select(Person.username).where(mine)).one_or_none()
    if row is None:
        raise NotFound
    if row.username is None:
        raise NoCredentials
    secret = secret or new_factor_secret(ctx.entropy(20))
    _set(ctx, person_id, totp_secret=secret, totp_last_step=None)
    end_all_sessions(ctx, person_id=person_id, reason="second_factor_reset")
    record(ctx, "person.second_factor_reset", "person", person_id)
    return factor_uri(secret, row.username)


def _require_strength(password: str, username: str) -> None:
    if fault := password_fault(password, username):
        raise PasswordWeak(fault=fault)


def _refuse_self(ctx: Ctx, person_id: UUID) -> None:
    # Who holds a stolen access token could otherwise make the account their own.
    if person_id == ctx.actor.person_id:
        raise NotOnYourself


def _set(ctx: Ctx, person_id: UUID, **values: object) -> None:
    mine = (Person.id == person_id) & (Person.station_id == ctx.actor.station)
    changed = update(Person).where(mine).values(**values, version=Person.version + 1).returning(Person.id)
    if ctx.session.scalar(changed) is None:
        raise NotFound
