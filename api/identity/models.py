"""Tables of identity."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.crypto import Sealed
from api.plumbing.db import Base, Id, Version

_ACTIVE = text("state = 'active'")


class Person(Base):
    """Somebody the station knows: a volunteer with a phone, or staff who also have a username and a second factor."""

    __tablename__ = "people"
    __table_args__ = (
        UniqueConstraint("station_id", "phone_index"),
        # Sign-in starts from a number alone, before any station is known.
        Index("ix_people_phone_index", "phone_index"),
        Index("ix_people_station_id_id", "station_id", "id"),  # pages of the people list
    )

    id: Mapped[Id]
    station_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str] = mapped_column(Sealed("people.name"))
    phone: Mapped[str] = mapped_column(Sealed("people.phone"))  # E.164
    phone_index: Mapped[bytes]
    phone_kind: Mapped[str]  # mobile | landline
    language: Mapped[str] = mapped_column(server_default=text("'zh-CN'"))
    roles: Mapped[list[str]] = mapped_column(ARRAY(Text))
    status: Mapped[str] = mapped_column(server_default=text("'active'"))
    username: Mapped[str | None] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    totp_secret: Mapped[str | None] = mapped_column(Sealed("people.totp_secret"))
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[Version]
    created_at: Mapped[datetime]


class SignInSession(Base):
    """One sign-in on one device, and its family of refresh tokens.

    Only the current token's digest and the one before it are kept: an older token of the family is recognised by the
    seal it carries (`rules.refresh`), so a session is one row however often it is refreshed.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_person_id", "person_id"),
        Index("ix_sessions_expires_at", "expires_at", postgresql_where=_ACTIVE),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    method: Mapped[str]  # code | password
    label: Mapped[str | None] = mapped_column(Sealed("sessions.label"))
    state: Mapped[str] = mapped_column(server_default=text("'active'"))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    refresh_hash: Mapped[bytes]
    previous_hash: Mapped[bytes | None]
    rotated_at: Mapped[datetime | None]
    rotation_key: Mapped[bytes | None]  # digest of the Idempotency-Key the last rotation came with


class Device(Base):
    """A push registration: one installation of the app under one account, retired when either ends."""

    __tablename__ = "devices"
    __table_args__ = (
        Index("ix_devices_person_id", "person_id"),
        Index("ix_devices_session_id", "session_id"),
        Index("uq_devices_token_hash", "token_hash", unique=True, postgresql_where=_ACTIVE),
        Index("uq_devices_install_id", "install_id", "provider", unique=True, postgresql_where=_ACTIVE),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    install_id: Mapped[str]
    provider: Mapped[str]
    platform: Mapped[str]
    token: Mapped[str] = mapped_column(Sealed("devices.token"))
    token_hash: Mapped[bytes]
    state: Mapped[str] = mapped_column(server_default=text("'active'"))
    registered_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    retire_reason: Mapped[str | None]


class Tracker(Base):
    """A tracking app of a person's, and the digest of the token it posts positions with."""

    __tablename__ = "trackers"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(
            "uq_trackers_label", "person_id", "label_index", unique=True, postgresql_where=text("revoked_at IS NULL")
        ),
        CheckConstraint("(revoked_at IS NULL) = (revoke_reason IS NULL)", name="revoked"),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    label: Mapped[str] = mapped_column(Sealed("trackers.label"))
    label_index: Mapped[bytes]
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str | None]


class SignInCode(Base):
    """The one code a number can be signed in with now; a new code overwrites it.

    Numbers nobody enrolled get a row too, though never a message: known and unknown cost the same to ask about.
    """

    __tablename__ = "sign_in_codes"

    phone_index: Mapped[bytes] = mapped_column(primary_key=True)
    salt: Mapped[UUID]
    code_hash: Mapped[bytes]
    tries_left: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class AttemptCounter(Base):
    """How often one subject (number, address, account: a blind index) did one thing since its window began."""

    __tablename__ = "attempt_counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[bytes] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    count: Mapped[int]
