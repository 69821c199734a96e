"""Idempotency keys: the same creating request, sent twice, has one effect and one answer.

The answer is stored in the transaction of the effect, and sealed, since it holds names and now and then a secret. A
concurrent twin waits on the unique index until the first one commits, then replays it; when it waits too long the
database's lock timeout ends it and the caller is told to retry.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import SmallInteger, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from api.kernel.errors import DomainError, Kind
from api.plumbing.context import Ctx
from api.plumbing.crypto import keyring
from api.plumbing.db import Base

_CONTEXT = "idempotency_keys.body"


class KeyMissing(DomainError):
    """A creating request came without an Idempotency-Key."""

    code, kind = "idempotency_key_required", Kind.MALFORMED
    zh = "此请求必须带 Idempotency-Key（1 到 200 个可见字符）。"
    en = "This request needs an Idempotency-Key header (1 to 200 visible characters)."


class KeyReused(DomainError):
    """The key was used before with another body or on another route."""

    code, kind = "idempotency_key_reused", Kind.INVALID
    zh = "该 Idempotency-Key 已用于内容不同的请求。"
    en = "This Idempotency-Key was used before for a different request."


class KeyInFlight(DomainError):
    """A request with this key is still being worked on."""

    code, kind = "idempotency_key_in_flight", Kind.CONFLICT
    zh = "带有同一 Idempotency-Key 的请求正在处理，请稍后重试。"
    en = "A request with this Idempotency-Key is still in progress; try again soon."


class IdempotencyKey(Base):
    """One key of one caller, with the answer its effect was given. `owner` is the person, or the caller's address."""

    __tablename__ = "idempotency_keys"

    owner: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    body: Mapped[bytes | None]
    etag: Mapped[str | None]
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class StoredAnswer:
    """What was answered the first time."""

    status: int
    body: bytes
    etag: str | None


def claim_key(ctx: Ctx, key: str, fingerprint: bytes, *, owner: UUID | str) -> StoredAnswer | None:
    """Take the key for this transaction (None), or return the answer it already led to.

    Raises KeyMissing for an unusable key and KeyReused when the fingerprint differs.
    """
    if not 1 <= len(key) <= 200 or not key.isprintable():
        raise KeyMissing
    claim = (
        insert(IdempotencyKey)
        .values(owner=str(owner), key=key, fingerprint=fingerprint, created_at=ctx.now)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    )
    if ctx.session.scalar(claim) is not None:
        return None
    stored = ctx.session.get_one(IdempotencyKey, (str(owner), key))
    if stored.fingerprint != fingerprint:
        raise KeyReused
    if stored.status is None or stored.body is None:
        raise KeyInFlight
    return StoredAnswer(stored.status, keyring.open(stored.body, _CONTEXT), stored.etag)


def store_answer(ctx: Ctx, key: str, answer: StoredAnswer, *, owner: UUID | str) -> None:
    """Keep the answer beside the effect."""
    ctx.session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.owner == str(owner), IdempotencyKey.key == key)
        .values(status=answer.status, body=keyring.seal(answer.body, _CONTEXT), etag=answer.etag)
    )
