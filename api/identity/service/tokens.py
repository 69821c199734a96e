"""Access tokens: JWTs of 15 minutes that name a session; the session's row decides whether they still count."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt
from sqlalchemy import Row
from sqlalchemy.orm import Session

from api.identity.errors import SessionEnded, TokenExpired, TokenInvalid
from api.identity.rules import permissions_of, roles_through
from api.plumbing.context import Actor, Ctx
from api.plumbing.signing import signer

LIFE = timedelta(minutes=15)
ISSUER, AUDIENCE, TYPE = "gridloop", "gridloop-api", "access"
_REQUIRED = ["exp", "iat", "iss", "aud", "jti", "sub", "sid", "typ"]
# Times are judged by the database's clock below: a server whose clock is wrong accepts nothing too long.
_OPTIONS: Any = {"require": _REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False}


@dataclass(frozen=True)
class Claims:
    """What a token whose signature is ours says."""

    person_id: UUID
    session_id: UUID
    expires_at: int


def mint_access(ctx: Ctx, *, person_id: UUID, session_id: UUID) -> str:
    """A signed access token."""
    issued = int(ctx.now.timestamp())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "typ": TYPE,
        "sub": str(person_id),
        "sid": str(session_id),
        "jti": str(ctx.new_id()),
        "iat": issued,
        "exp": issued + int(LIFE.total_seconds()),
    }
    return jwt.encode(claims, signer.key("access"), algorithm="HS256")


def read_access(token: str) -> Claims:
    """The claims of a token we signed; raises TokenInvalid. Whether its time is over is not judged here."""
    return _read_signed(token, signer.key("access"))


@lru_cache(maxsize=2_000)
def _read_signed(token: str, key: bytes) -> Claims:
    # Remembered is only that the signature is ours, which does not change; whether the token still counts is asked of
    # the database with every request. What is refused is not remembered.
    try:
        # One algorithm, named by us: what the token's header asks for is not listened to.
        claims = jwt.decode(token, key, algorithms=["HS256"], audience=AUDIENCE, issuer=ISSUER, options=_OPTIONS)
        if claims["typ"] != TYPE:
            raise TokenInvalid
        return Claims(UUID(claims["sub"]), UUID(claims["sid"]), int(claims["exp"]))
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, OverflowError):
        raise TokenInvalid from None


def authenticate_token(session: Session, token: str) -> Actor:
    """The actor an access token stands for, from one query; raises TokenInvalid, TokenExpired or SessionEnded."""
    claims = read_access(token)
    return _actor(claims, _ask(session, _STANDING, claims))


def admit_token(session: Session, token: str, *, request_id: str) -> Ctx:
    """The context of a request: who acts, told to the database too, and its clock; one query for all of it.

    Raises as `authenticate_token` does. What was told to the database ends with the transaction.
    """
    claims = read_access(token)
    row = _ask(session, _ADMISSION, claims, request=request_id)
    return Ctx(session=session, actor=_actor(claims, row), now=row.clock, request_id=request_id)  # type: ignore[union-attr]


def _ask(session: Session, statement: str, claims: Claims, **more: str) -> Row[*tuple[Any, ...]] | None:
    # Every request comes through here: plain text to the driver is a third of what the same select costs.
    values = {"session_id": claims.session_id, **more}
    return session.connection().exec_driver_sql(statement, values).one_or_none()


def _actor(claims: Claims, row: Row[*tuple[Any, ...]] | None) -> Actor:
    if row is None or row.person_id != claims.person_id:
        raise TokenInvalid
    if row.clock.timestamp() >= claims.expires_at:
        raise TokenExpired
    if not row.alive:
        raise SessionEnded
    roles = roles_through(row.method, row.roles)
    return Actor("person", row.person_id, row.station_id, claims.session_id, roles, permissions_of(roles))


_SOURCE = """
    FROM (SELECT clock_timestamp() AS clock) AS time, sessions AS s JOIN people AS p ON p.id = s.person_id
    WHERE s.id = %(session_id)s
"""
_COLUMNS = """
    SELECT time.clock, s.person_id, s.method, p.station_id, p.roles,
        s.state = 'active' AND s.expires_at > time.clock AND p.status = 'active' AS alive
"""
_STANDING = _COLUMNS + _SOURCE
# Triggers read who is acting (the trail).
_ADMISSION = f"""{_COLUMNS}, set_config('gridloop.actor', CAST(s.person_id AS text), true),
    set_config('gridloop.request', %(request)s, true) {_SOURCE}"""
