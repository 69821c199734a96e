"""Letting a reader in, and looking from time to time whether they still may be there."""

from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api.duty.rules.privacy import grain_for
from api.followups.queries.holders import holder_ids
from api.identity.errors import TokenExpired
from api.identity.queries import standing_of
from api.identity.service.tokens import authenticate_token, read_access
from api.identity.types import Permission
from api.kernel.errors import Forbidden
from api.live.rules import sees_of
from api.live.types import EndReason, Reader
from api.plumbing.changes import EVERYBODY
from api.plumbing.context import Ctx


def let_in(ctx: Ctx, token: str) -> Reader:
    """The reader behind an access token; raises what any route raises for it, and Forbidden for who has no own page."""
    actor = authenticate_token(ctx.session, token)
    if Permission.SELF not in actor.permissions or actor.session_id is None:
        raise Forbidden
    ends = read_access(token).expires_at
    left = ends - ctx.now.timestamp()
    if left <= 0:
        raise TokenExpired
    return Reader(
        actor.person,
        actor.station,
        actor.session_id,
        actor.permissions,
        actor.roles,
        stand_for(ctx.session, actor.person, actor.station),
        sees_of(actor.permissions),
        grain_for(actor.permissions),
        left,
        datetime.fromtimestamp(ends, UTC),
    )


def stand_for(session: Session, person_id: UUID, station_id: UUID) -> frozenset[UUID]:
    """Every id under which a change concerns this person."""
    return frozenset((*holder_ids(session, person_id), station_id, EVERYBODY))


def still_there(ctx: Ctx, readers: Collection[Reader]) -> dict[UUID, EndReason]:
    """Session -> why its streams must end, of those that must; one statement for all."""
    found = standing_of(ctx.session, {reader.session_id for reader in readers})
    ended: dict[UUID, EndReason] = {}
    for reader in readers:
        roles = found.get(reader.session_id)
        if roles is None:
            ended[reader.session_id] = EndReason.SESSION_ENDED
        elif roles != reader.roles:
            ended[reader.session_id] = EndReason.RIGHTS_CHANGED
    return ended
