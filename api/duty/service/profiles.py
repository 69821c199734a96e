"""Copies what grids knows of members into their live rows."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from api.duty.models import DutyLive
from api.duty.service.periods import end_period
from api.duty.types import Cause
from api.grids.queries import profiles_of
from api.grids.types import MemberProfile, MemberStatus
from api.plumbing.context import Ctx

_COPIED = ("person_id", "station_id", "force", "grid_id", "skills", "active")
CHUNK = 5_000


def refresh_profiles(ctx: Ctx, member_ids: Collection[UUID]) -> None:
    """Bring the live rows of these members up to date with grids, making those that are missing.

    Members who are no longer active, or whom grids no longer knows, go off duty with it.
    """
    for ids in _chunks(sorted(member_ids)):
        profiles = profiles_of(ctx.session, ids)
        if profiles:
            _write_profiles(ctx, list(profiles.values()))
        gone = [member_id for member_id in ids if member_id not in profiles]
        if gone:
            ctx.session.execute(update(DutyLive).where(DutyLive.member_id.in_(gone)).values(active=False))
        _end_inactive(ctx, ids)


def refresh_on_duty(ctx: Ctx) -> None:
    """Refresh everybody on duty: a certificate that lapsed at midnight must not send its holder to a task."""
    refresh_profiles(ctx, ctx.session.scalars(select(DutyLive.member_id).where(DutyLive.on_duty)).all())


def _write_profiles(ctx: Ctx, profiles: Sequence[MemberProfile]) -> None:
    statement = insert(DutyLive)
    fresh = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["member_id"],
        set_={name: fresh[name] for name in _COPIED},
        # An unchanged profile is not written again: refreshing everybody must not rewrite the table.
        where=or_(*(getattr(DutyLive, name).is_distinct_from(fresh[name]) for name in _COPIED)),
    )
    ctx.session.execute(statement, [_row(profile) for profile in profiles])


def _row(profile: MemberProfile) -> dict[str, Any]:
    return {
        "member_id": profile.member_id,
        "person_id": profile.person_id,
        "station_id": profile.station_id,
        "force": profile.force,
        "grid_id": profile.grid_id,
        "skills": sorted(profile.skills),
        "active": profile.status == MemberStatus.ACTIVE,
    }


def _end_inactive(ctx: Ctx, member_ids: Sequence[UUID]) -> None:
    idle = (
        select(DutyLive)
        .where(DutyLive.member_id.in_(member_ids), DutyLive.on_duty, ~DutyLive.active)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for live in ctx.session.scalars(idle).all():
        end_period(ctx, live, Cause.INACTIVE)


def _chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
