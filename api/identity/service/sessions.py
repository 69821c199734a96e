"""Sessions: opened by a proof, kept alive by refresh tokens, ended by their owner, an administrator or time."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, insert, select, update

from api.audit.service import record, record_many
from api.identity.errors import RefreshRefused, SessionEnded
from api.identity.models import Person, SignInSession
from api.identity.queries import own_profile, person_in
from api.identity.rules import permissions_of, roles_through
from api.identity.rules.lives import SESSION
from api.identity.rules.refresh import (
    IDLE_LIFE,
    WHOLE_LIFE,
    Family,
    RefreshToken,
    Verdict,
    judge_refresh,
    next_secret,
    read_refresh,
    write_refresh,
)
from api.identity.service.devices import retire_devices_of
from api.identity.service.tokens import LIFE, mint_access
from api.identity.service.trackers import revoke_trackers_of
from api.identity.types import PersonStatus, SessionEvent, SessionState, SignedIn
from api.kernel.errors import DomainError, NotFound
from api.plumbing.context import Actor, Ctx, open_ctx
from api.plumbing.db import among
from api.plumbing.signing import signer


def open_session(ctx: Ctx, *, person_id: UUID, method: str, device_label: str | None = None) -> SignedIn:
    """Sign a person in, after whatever proof the caller has checked; the trail names the person as the actor."""
    session_id, secret = ctx.new_id(), ctx.entropy(32)
    ctx = act_as(ctx, person_id, session_id, method)
    token = _token_of(session_id, secret)
    ctx.session.execute(
        insert(SignInSession).values(
            id=session_id, person_id=person_id, method=method, label=device_label, created_at=ctx.now,
            last_used_at=ctx.now, expires_at=ctx.now + IDLE_LIFE, refresh_hash=token.digest,
        )
    )  # fmt: skip
    record(ctx, "session.opened", "session", session_id, method=method)
    return _answer(ctx, token)


def act_as(ctx: Ctx, person_id: UUID, session_id: UUID, method: str) -> Ctx:
    """The rest of this transaction acts as the person who has just been recognised."""
    row = ctx.session.execute(select(Person.station_id, Person.roles).where(Person.id == person_id)).one()
    roles = roles_through(method, row.roles)
    actor = Actor("person", person_id, row.station_id, session_id, roles, permissions_of(roles))
    return replace(open_ctx(ctx.session, actor, request_id=ctx.request_id), entropy=ctx.entropy)


def on_behalf(ctx: Ctx, station_id: UUID) -> Ctx:
    """The same actor, writing into this station's trail: somebody not signed in yet has no station of their own."""
    return replace(ctx, actor=replace(ctx.actor, station_id=station_id))


def refresh_session(
    ctx: Ctx, *, refresh_token: str, request_key: str | None, rests: bool = False
) -> SignedIn | DomainError:
    """The next pair of tokens, or the refusal. `rests`: a refresh token of a few seconds is given back as it is.

    A refusal is returned, not raised: using a spent token ends the family, and that must be committed.
    """
    token = read_refresh(refresh_token, signer.key("refresh"))
    row = _lock_family(ctx, token.session_id) if token else None
    if token is None or row is None:
        return RefreshRefused()
    key_digest = hashlib.sha256(request_key.encode()).digest() if request_key else None
    verdict = judge_refresh(token, _family(row, ctx.now), request_key=key_digest, now=ctx.now, rests=rests)
    if verdict is Verdict.REFUSED:
        return RefreshRefused()
    ctx = act_as(ctx, row.person_id, row.id, row.method)
    if verdict is Verdict.REUSED:
        _end(ctx, [row.id], SessionEvent.REVOKE, "refresh_token_reused")
        return RefreshRefused()
    if verdict is Verdict.KEEP:
        return _answer(ctx, token)
    if verdict is Verdict.REPEAT:
        return _answer(ctx, _successor(ctx, token, request_key))
    return _rotate(ctx, row, token, request_key)


def _rotate(ctx: Ctx, row: Row[*tuple[Any, ...]], token: RefreshToken, request_key: str | None) -> SignedIn:
    fresh = _successor(ctx, token, request_key)
    ctx.session.execute(
        update(SignInSession)
        .where(SignInSession.id == row.id)
        .values(
            refresh_hash=fresh.digest,
            previous_hash=token.digest,
            rotated_at=ctx.now,
            rotation_key=hashlib.sha256(request_key.encode()).digest() if request_key else None,
            last_used_at=ctx.now,
            expires_at=min(ctx.now + IDLE_LIFE, row.created_at + WHOLE_LIFE),
        )
    )
    return _answer(ctx, fresh)


def end_session(ctx: Ctx, *, session_id: UUID) -> None:
    """End one of the actor's own sessions; raises NotFound for anybody else's."""
    mine = SignInSession.person_id == ctx.actor.person
    if not _end_where(ctx, mine & (SignInSession.id == session_id), "revoked_by_owner"):
        raise NotFound


def sign_out(ctx: Ctx) -> None:
    """End the session this request came with, and retire its push registrations."""
    if ctx.actor.session_id is None:
        raise SessionEnded
    _end_where(ctx, SignInSession.id == ctx.actor.session_id, "signed_out")


def end_other_sessions(ctx: Ctx) -> None:
    """End every session of the actor but this one."""
    mine = SignInSession.person_id == ctx.actor.person
    _end_where(ctx, mine & (SignInSession.id != ctx.actor.session_id), "revoked_by_owner")


def end_all_sessions(ctx: Ctx, *, person_id: UUID, reason: str = "revoked_by_station") -> None:
    """End every session of a person of the actor's station, and what their trackers post with."""
    if person_in(ctx.session, ctx.actor.station, person_id) is None:
        raise NotFound
    _end_where(ctx, SignInSession.person_id == person_id, reason)
    revoke_trackers_of(ctx, person_id=person_id, reason=reason)


def expire_sessions(ctx: Ctx) -> int:
    """Mark the sessions whose time is over and retire their devices; a periodic job. Returns how many.

    Nothing waits for it: whoever asks compares the time as well.
    """
    over = (SignInSession.state == SessionState.ACTIVE) & (SignInSession.expires_at <= ctx.now)
    ids = list(ctx.session.scalars(select(SignInSession.id).where(over).limit(5_000)))
    _end(ctx, ids, SessionEvent.EXPIRE, "expired")
    return len(ids)


def _end_where(ctx: Ctx, which: ColumnElement[bool], reason: str) -> int:
    active = SignInSession.state.in_(SESSION.sources(SessionEvent.REVOKE))
    ids = list(ctx.session.scalars(select(SignInSession.id).where(which, active).with_for_update()))
    _end(ctx, ids, SessionEvent.REVOKE, reason)
    return len(ids)


def _end(ctx: Ctx, session_ids: Sequence[UUID], event: SessionEvent, reason: str) -> None:
    if not session_ids:
        return
    ended = ctx.session.scalars(
        update(SignInSession)
        .where(among(SignInSession.id, session_ids), SignInSession.state.in_(SESSION.sources(event)))
        .values(state=SESSION.next(SessionState.ACTIVE, event), ended_at=ctx.now, end_reason=reason)
        .returning(SignInSession.id)
    ).all()
    retire_devices_of(ctx, session_ids=ended, reason="session_ended")
    record_many(ctx, "session.ended", "session", [(session_id, {"reason": reason}) for session_id in ended])


def _lock_family(ctx: Ctx, session_id: UUID) -> Row[*tuple[Any, ...]] | None:
    statement = (
        select(
            SignInSession.id, SignInSession.person_id, SignInSession.method, SignInSession.created_at,
            SignInSession.expires_at, SignInSession.state, SignInSession.refresh_hash, SignInSession.previous_hash,
            SignInSession.rotated_at, SignInSession.rotation_key, Person.status,
        )
        .join(Person, Person.id == SignInSession.person_id)
        .where(SignInSession.id == session_id)
        .with_for_update(of=SignInSession)
    )  # fmt: skip
    return ctx.session.execute(statement).one_or_none()


def _family(row: Row[*tuple[Any, ...]], now: datetime) -> Family:
    alive = row.state == SessionState.ACTIVE and row.expires_at > now and row.status == PersonStatus.ACTIVE
    return Family(alive, row.refresh_hash, row.previous_hash, row.rotated_at, row.rotation_key)


def _token_of(session_id: UUID, secret: bytes) -> RefreshToken:
    return RefreshToken(session_id, secret, genuine=True)


def _successor(ctx: Ctx, spent: RefreshToken, request_key: str | None) -> RefreshToken:
    # Without a key there is no request to recognise again, so the next secret is drawn.
    secret = next_secret(spent, request_key, signer.key("refresh")) if request_key else ctx.entropy(32)
    return _token_of(spent.session_id, secret)


def _answer(ctx: Ctx, token: RefreshToken) -> SignedIn:
    access = mint_access(ctx, person_id=ctx.actor.person, session_id=token.session_id)
    refresh = write_refresh(token.session_id, token.secret, signer.key("refresh"))
    return SignedIn(access, int(LIFE.total_seconds()), refresh, own_profile(ctx.session, ctx.actor))
