"""A person's offers as their phone keeps them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from api.incidents.rules.views import shown_way
from api.incidents.service.reading import show_offer
from api.incidents.types import OfferDetail
from api.plumbing.context import Ctx

# What ended longer ago is history, which the phone can do without.
KEPT = timedelta(days=30)
_IDS = text("""
    SELECT id FROM offers WHERE person_id = :person AND offered_at > :since
      AND (CAST(:after AS uuid) IS NULL OR id > :after) ORDER BY id LIMIT :limit
""")
_ROWS = text("""
    SELECT o.id, o.state, o.reason, i.kind, i.colour, o.distance_m, o.eta_s, o.offered_at, o.expires_at, o.accepted_at,
           d.drill, o.incident_id
    FROM offers AS o JOIN incidents AS i ON i.id = o.incident_id JOIN dispatches AS d ON d.id = o.dispatch_id
    WHERE o.id = ANY(:ids) AND o.person_id = :person
""").columns(id=PgUUID(as_uuid=True), incident_id=PgUUID(as_uuid=True))


def sync_offer_ids(ctx: Ctx, after: UUID | None, limit: int) -> Sequence[UUID]:
    """The ids of one's offers of the last weeks behind one id, in order."""
    given = {"person": ctx.actor.person, "since": ctx.now - KEPT, "after": after, "limit": limit}
    return ctx.session.scalars(_IDS, given).all()


def sync_offers(ctx: Ctx, ids: Collection[UUID]) -> Mapping[UUID, OfferDetail]:
    """Those of these offers that are one's own, as `show_offer` shows them; the task behind one is an audited reading.

    One that was never accepted has no task, no feedback and nothing on scene, so all of these come from one query.
    """
    rows = ctx.session.execute(_ROWS, {"ids": list(ids), "person": ctx.actor.person}).all() if ids else []
    return {row.id: show_offer(ctx, row.id) if row.accepted_at else _plain(row) for row in rows}


def _plain(row: Row[Any]) -> OfferDetail:
    values = dict(row._mapping)
    values |= shown_way(row.distance_m, row.eta_s, values.pop("incident_id"), went=False)
    return OfferDetail(
        **values, departed_at=None, arrived_at=None, done_at=None, feedback=None, task=None, eta_at=None, fix_at=None,
        still_asked=False, welfare=None, leads=False,
    )  # fmt: skip
