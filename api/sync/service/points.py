"""Cursors behind numbers, for clients that pull everything at once and know times only.

A number is milliseconds since 1970 and means nothing but the cursor kept under it, for the person it was given to.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from api.plumbing.context import Ctx
from api.plumbing.locks import take_locks
from api.sync.models import SyncPoint
from api.sync.service.pulling import pull
from api.sync.types import Collection, Encode, Pulled

# A point nothing happened after is given out again so long: no row is written for a pull of nothing.
_SERVES_AGAIN = timedelta(days=1)
_ADD = text("""
    INSERT INTO sync_points (person_id, at_ms, token, made_at)
    SELECT :person, greatest(:now_ms, coalesce(max(at_ms), 0) + 1), CAST(:token AS jsonb), :now
    FROM sync_points WHERE person_id = :person RETURNING at_ms
""")


@dataclass(frozen=True)
class PulledAll:
    """Every page up to now, and the number to come back with. `anew`: what was there before is to be forgotten."""

    pages: list[Pulled]
    at_ms: int
    anew: bool


def pull_since(ctx: Ctx, at_ms: int | None, encode: Mapping[Collection, Encode]) -> PulledAll:
    """All that changed since a point; everything, for no point or one that says nothing any more."""
    known = None if at_ms is None else _read_point(ctx, ctx.actor.person, at_ms)
    pages = [pull(ctx, known.token if known else None, encode)]
    while pages[-1].more:
        pages.append(pull(ctx, pages[-1].token, encode))
    if known and not any(page.size for page in pages) and ctx.now - known.made_at < _SERVES_AGAIN:
        return PulledAll(pages, known.at_ms, anew=False)
    return PulledAll(pages, _add_point(ctx, pages[-1].token), anew=pages[0].reset)


def _read_point(ctx: Ctx, person_id: UUID, at_ms: int) -> SyncPoint | None:
    statement = select(SyncPoint).where(SyncPoint.person_id == person_id, SyncPoint.at_ms == at_ms)
    return ctx.session.scalars(statement).one_or_none()


def _add_point(ctx: Ctx, token: list[Any]) -> int:
    person = ctx.actor.person
    # Two phones of one person at the same moment, or a clock set back, must not get one number for two cursors.
    take_locks(ctx.session, [f"sync points of {person}"])
    values = {"person": person, "now": ctx.now, "now_ms": int(ctx.now.timestamp() * 1000), "token": json.dumps(token)}
    return int(ctx.session.scalars(_ADD, values).one())
