"""A person's cases as their phone keeps them: texts whole, since they need to know them, parties recognisable only.

A phone is lost more easily than a password: numbers and documents are read from the server, each time in the trail.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from api.audit.service import record_many
from api.disputes.queries.parties import names_of
from api.disputes.queries.syncing import copied_case_ids, copied_cases
from api.disputes.service.steps import SUBJECT
from api.identity.types import Permission
from api.kernel.masking import mask_name
from api.plumbing.context import Ctx

# What ended longer ago is history, which a phone can do without.
KEPT = timedelta(days=30)


def sync_case_ids(ctx: Ctx, after: UUID | None, limit: int) -> Sequence[UUID]:
    """The ids of the cases the actor needs to know behind one id, in order."""
    if Permission.DISPUTE_READ not in ctx.actor.permissions:
        return ()
    return copied_case_ids(ctx.session, _owner(ctx), since=ctx.now - KEPT, after=after, limit=limit)


def sync_cases(ctx: Ctx, ids: Collection[UUID]) -> Mapping[UUID, dict[str, Any]]:
    """Those of these cases the actor needs to know; the reading of each is in the trail."""
    if not ids or Permission.DISPUTE_READ not in ctx.actor.permissions:
        return {}
    rows = copied_cases(ctx.session, _owner(ctx), ids, since=ctx.now - KEPT)
    names = names_of(ctx.session, rows) if rows else {}
    for row in rows.values():
        row["parties"] = [{"role": role, "name": mask_name(name)} for role, name in names.get(row["id"], ())]
    told = [(id_, {"masked": False, "parties": len(row["parties"]), "copied": True}) for id_, row in rows.items()]
    record_many(ctx, "dispute.read", SUBJECT, [*told])
    return rows


def _owner(ctx: Ctx) -> tuple[UUID, UUID]:
    return ctx.actor.person, ctx.actor.station
