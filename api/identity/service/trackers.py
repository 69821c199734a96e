"""Trackers: a person's own tracking app, let in by a token that posts positions and opens nothing else.

The token is drawn, told once and kept as a digest. Whoever finds one can say where they are in the owner's name while
the owner is on duty, and can read nothing: its actor has no permission at all.
"""

import base64
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, select, update

from api.audit.service import record, record_many
from api.identity.errors import TooManyTrackers, TrackerUnknown
from api.identity.models import Person, Tracker
from api.identity.queries import trackers_of
from api.identity.rules import permissions_of, roles_through
from api.identity.types import NewTracker, Permission, PersonStatus
from api.kernel.errors import NotFound
from api.plumbing.context import Actor, Ctx, open_ctx
from api.plumbing.crypto import blind_index
from api.plumbing.locks import take_locks

MOST_TRACKERS = 5
PREFIX = "gt-"  # a token found in a log or a photo says what it is
_SECRET_BYTES = 16  # short enough to be typed into a phone, 128 bits
# When a tracker was last heard of is for its owner to look at, and not worth a write for every position.
_NOTED_EVERY = timedelta(hours=1)

_STANDING = (
    select(
        Tracker.id,
        Tracker.person_id,
        Person.station_id,
        Person.roles,
        (Tracker.last_used_at.is_(None) | (Tracker.last_used_at < func.now() - _NOTED_EVERY)).label("unnoted"),
    )
    .join(Person, Person.id == Tracker.person_id)
    .where(
        Tracker.token_hash == bindparam("token_hash"),
        Tracker.revoked_at.is_(None),
        Person.status == PersonStatus.ACTIVE,
    )
)


def open_tracker(ctx: Ctx, *, label: str) -> NewTracker:
    """A token for one of the actor's trackers; one it had before ends. Raises TooManyTrackers.

    The same call again, after a lost answer, gives a new token: the first one was seen by nobody.
    """
    person = ctx.actor.person
    label_index = blind_index(label, "trackers.label")
    take_locks(ctx.session, [f"trackers of {person}"])
    _revoke(ctx, (Tracker.person_id == person) & (Tracker.label_index == label_index), "replaced")
    if len(trackers_of(ctx.session, person)) >= MOST_TRACKERS:
        raise TooManyTrackers(most=MOST_TRACKERS)
    token = PREFIX + base64.b32encode(ctx.entropy(_SECRET_BYTES)).decode().rstrip("=").lower()
    row = Tracker(
        id=ctx.new_id(), person_id=person, label=label, label_index=label_index, token_hash=_digest(token),
        created_at=ctx.now,
    )  # fmt: skip
    ctx.session.add(row)
    ctx.session.flush()
    record(ctx, "tracker.opened", "tracker", row.id)
    return NewTracker(row.id, token)


def revoke_tracker(ctx: Ctx, *, tracker_id: UUID) -> None:
    """End one of the actor's own trackers; raises NotFound for anybody else's."""
    if not _revoke(ctx, (Tracker.id == tracker_id) & (Tracker.person_id == ctx.actor.person), "revoked_by_owner"):
        raise NotFound


def revoke_trackers_of(ctx: Ctx, *, person_id: UUID, reason: str) -> None:
    """End every tracker of somebody who is signed out everywhere."""
    _revoke(ctx, Tracker.person_id == person_id, reason)


def act_as_tracker(ctx: Ctx, token: str) -> Ctx:
    """The rest of this transaction acts as a tracker of its owner: without any permission. Raises TrackerUnknown."""
    row = ctx.session.execute(_STANDING, {"token_hash": _digest(token)}).one_or_none()
    if row is None or Permission.DUTY_SELF not in permissions_of(roles_through("code", row.roles)):
        raise TrackerUnknown
    if row.unnoted:
        ctx.session.execute(update(Tracker).where(Tracker.id == row.id).values(last_used_at=ctx.now))
    actor = Actor("tracker", row.person_id, row.station_id)
    return replace(open_ctx(ctx.session, actor, request_id=ctx.request_id), entropy=ctx.entropy)


def _digest(token: str) -> bytes:
    # Phones begin what is typed with a capital, and end what is pasted with a blank.
    return blind_index(token.strip().lower(), "trackers.token")


def _revoke(ctx: Ctx, which: ColumnElement[bool], reason: str) -> int:
    ended = ctx.session.scalars(
        update(Tracker)
        .where(which, Tracker.revoked_at.is_(None))
        .values(revoked_at=ctx.now, revoke_reason=reason)
        .returning(Tracker.id)
        .execution_options(synchronize_session=False)
    ).all()
    record_many(ctx, "tracker.revoked", "tracker", [(tracker_id, {"reason": reason}) for tracker_id in ended])
    return len(ended)
