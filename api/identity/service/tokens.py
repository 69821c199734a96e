"""Access tokens: JWTs of 15 minutes that name a session; the session's row decides whether they still count."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from api.identity.errors import SessionEnded, TokenExpired, TokenInvalid
from api.identity.models import Person, SignInSession
from api.identity.rules import permissions_of, roles_through
from api.identity.types import PersonStatus, SessionState
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
    try:
        # One algorithm, named by us: what the token's header asks for is not listened to.
        claims = jwt.decode(
            token, signer.key("access"), algorithms=["HS256"], audience=AUDIENCE, issuer=ISSUER, options=_OPTIONS
        )
        if claims["typ"] != TYPE:
            raise TokenInvalid
        return Claims(UUID(claims["sub"]), UUID(claims["sid"]), int(claims["exp"]))
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, OverflowError):
        raise TokenInvalid from None


def authenticate_token(session: Session, token: str) -> Actor:
    """The actor an access token stands for, from one query; raises TokenInvalid, TokenExpired or SessionEnded."""
    claims = read_access(token)
    row = session.execute(_STANDING, {"session_id": claims.session_id}).one_or_none()
    if row is None or row.person_id != claims.person_id:
        raise TokenInvalid
    if row.clock.timestamp() >= claims.expires_at:
        raise TokenExpired
    if not row.alive:
        raise SessionEnded
    roles = roles_through(row.method, row.roles)
    return Actor("person", row.person_id, row.station_id, claims.session_id, roles, permissions_of(roles))


_CLOCK = func.clock_timestamp()
_STANDING = (
    select(
        _CLOCK.label("clock"),
        SignInSession.person_id,
        SignInSession.method,
        Person.station_id,
        Person.roles,
        (
            (SignInSession.state == SessionState.ACTIVE)
            & (SignInSession.expires_at > _CLOCK)
            & (Person.status == PersonStatus.ACTIVE)
        ).label("alive"),
    )
    .join(Person, Person.id == SignInSession.person_id)
    .where(SignInSession.id == bindparam("session_id"))
)
