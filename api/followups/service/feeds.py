"""Calendar addresses: a calendar program cannot sign in, so its address is signed, and revocable by its owner."""

import base64
import hashlib
import hmac
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from api.audit.service import record
from api.followups.errors import TooManyFeeds
from api.followups.models import FeedRow
from api.followups.queries import feeds_of, holder_ids, person_of_feed, visits_due
from api.followups.types import Visit
from api.identity.queries import active_people
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx
from api.plumbing.signing import signer

_PURPOSE = "followups.feed"
_SIGNATURE_BYTES = 18
MOST_FEEDS = 5
MOST_VISITS = 1_000
AHEAD = timedelta(days=400)


def open_feed(ctx: Ctx) -> tuple[UUID, str]:
    """A new calendar address of the actor: its id and its token, which is shown once. Raises TooManyFeeds."""
    if len(feeds_of(ctx.session, ctx.actor.person)) >= MOST_FEEDS:
        raise TooManyFeeds(most=MOST_FEEDS)
    feed = FeedRow(id=ctx.new_id(), person_id=ctx.actor.person, created_at=ctx.now)
    ctx.session.add(feed)
    ctx.session.flush()
    record(ctx, "visit_feed.opened", "visit_feed", feed.id)
    return feed.id, feed_token(feed.id)


def revoke_feed(ctx: Ctx, feed_id: UUID) -> None:
    """End an address of the actor at once; again, nothing happens. Raises NotFound for somebody else's."""
    mine = (FeedRow.id == feed_id) & (FeedRow.person_id == ctx.actor.person)
    ended = ctx.session.scalar(
        update(FeedRow).where(mine, FeedRow.revoked_at.is_(None)).values(revoked_at=ctx.now).returning(FeedRow.id)
    )
    if ended is None:
        if ctx.session.scalar(select(FeedRow.id).where(mine)) is None:
            raise NotFound
        return
    record(ctx, "visit_feed.revoked", "visit_feed", feed_id)


def feed_token(feed_id: UUID) -> str:
    """What the address carries: the feed's id and our signature over it."""
    digest = hmac.new(signer.key(_PURPOSE), feed_id.bytes, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
    return base64.urlsafe_b64encode(feed_id.bytes + digest).decode().rstrip("=")


def visits_in_feed(ctx: Ctx, token: str) -> list[Visit]:
    """The open visits behind an address, soonest first.

    Forged, revoked, and belonging to somebody who left: each is NotFound, and says nothing more.
    """
    person = person_of_feed(ctx.session, _feed_id(token))
    if person is None or not active_people(ctx.session, [person]):
        raise NotFound
    return visits_due(ctx.session, holder_ids(ctx.session, person), before=ctx.now + AHEAD, limit=MOST_VISITS)


def _feed_id(token: str) -> UUID:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        feed_id = UUID(bytes=raw[:16])
    except ValueError:
        raise NotFound from None
    if not hmac.compare_digest(feed_token(feed_id).encode(), token.encode()):
        raise NotFound
    return feed_id
