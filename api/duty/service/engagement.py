"""Who is busy with which incident: one conditional UPDATE, so that two dispatches never get the same person."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select, text, true, update

from api.duty.models import DutyLive
from api.duty.service.profiles import refresh_profiles
from api.plumbing.context import Ctx

# Somebody off duty is only located for the sake of the task: when it ends, so does that.
_RELEASE = """
    UPDATE duty_live SET engaged_with = NULL, engaged_since = NULL, engaged_drill = false,
        position = CASE WHEN on_duty THEN position END, fix_at = CASE WHEN on_duty THEN fix_at END
    WHERE engaged_with = :incident_id
"""
_RELEASE_ALL = text(_RELEASE)
_RELEASE_SOME = text(_RELEASE + " AND member_id = ANY(:member_ids)")


def engage(ctx: Ctx, member_id: UUID, incident_id: UUID, *, drill: bool = False, also_busy: bool = False) -> bool:
    """Mark the member as busy with the incident; False when busy with another. Engaging twice is once.

    A drill never keeps anybody from the real thing: `drill` marks it as one, and whoever is in one can be engaged.
    `also_busy`: somebody busy with another is engaged all the same; the caller goes back to it afterwards.

    Being on duty is not asked: somebody who accepts an offer a moment after their shift has ended does go.
    """
    if _engage_row(ctx, member_id, incident_id, drill=drill, also_busy=also_busy):
        return True
    if ctx.session.scalar(select(DutyLive.member_id).where(DutyLive.member_id == member_id)) is not None:
        return False
    refresh_profiles(ctx, [member_id])  # never on duty so far, so without a row
    return _engage_row(ctx, member_id, incident_id, drill=drill, also_busy=also_busy)


def release(ctx: Ctx, incident_id: UUID, member_ids: Collection[UUID] | None = None) -> None:
    """Free everybody busy with the incident, or only these members."""
    if member_ids is None:
        ctx.session.execute(_RELEASE_ALL, {"incident_id": incident_id})
    else:
        ctx.session.execute(_RELEASE_SOME, {"incident_id": incident_id, "member_ids": list(member_ids)})


def _engage_row(ctx: Ctx, member_id: UUID, incident_id: UUID, *, drill: bool, also_busy: bool) -> bool:
    free = or_(DutyLive.engaged_with.is_(None), DutyLive.engaged_with == incident_id)
    if not drill:
        free = or_(free, DutyLive.engaged_drill)
    statement = (
        update(DutyLive)
        .where(DutyLive.member_id == member_id, true() if also_busy else free)
        .values(engaged_with=incident_id, engaged_since=ctx.now, engaged_drill=drill)
        .returning(DutyLive.member_id)
        .execution_options(synchronize_session=False)
    )
    return ctx.session.scalar(statement) is not None
