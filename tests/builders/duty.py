"""Members on duty, without the road there."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from api.duty.models import DutyLive, DutyPeriod
from api.duty.service import refresh_profiles
from api.kernel.geo import Point
from api.plumbing.context import Ctx
from tests.builders.grids import make_member
from tests.builders.identity import Enrolled, enroll


@dataclass(frozen=True)
class OnDuty:
    """A member who is on duty, and the person behind the enrolment."""

    member_id: UUID
    person: Enrolled


def make_on_duty(
    ctx: Ctx, station_id: UUID, point: Point | None, *, force: str = "volunteer", skills: tuple[str, ...] = (), **duty
) -> OnDuty:
    """A person, their enrolment, and duty; keyword arguments as of `put_on_duty`."""
    person = enroll(ctx, station_id=station_id)
    member_id = make_member(ctx, station_id, person.id, force=force, skills=skills)
    put_on_duty(ctx, member_id, point, **duty)
    return OnDuty(member_id, person)


def put_on_duty(
    ctx: Ctx,
    member_id: UUID,
    point: Point | None,
    *,
    fix_age_s: float = 10.0,
    since_s: float = 3600.0,
    accuracy_m: float = 8.0,
    engaged_with: UUID | None = None,
) -> None:
    """Put a member (of tests/builders/grids.py) on duty since a while ago, last seen at `point` some seconds ago."""
    refresh_profiles(ctx, [member_id])
    live = ctx.session.get_one(DutyLive, member_id, populate_existing=True)
    since = ctx.now - timedelta(seconds=since_s)
    period = DutyPeriod(
        id=ctx.new_id(), station_id=live.station_id, member_id=member_id, started_at=since, start_cause="self"
    )
    ctx.session.add(period)
    values = {
        "on_duty": True,
        "on_duty_since": since,
        "off_duty_due": ctx.now + timedelta(hours=8),
        "period_id": period.id,
        "engaged_with": engaged_with,
        "engaged_since": since if engaged_with else None,
    }
    ctx.session.execute(
        update(DutyLive)
        .where(DutyLive.member_id == member_id)
        .values(**values, **_seen(ctx, point, fix_age_s, accuracy_m))
    )
    ctx.session.flush()


def _seen(ctx: Ctx, point: Point | None, age_s: float, accuracy_m: float) -> dict[str, object]:
    if point is None:
        return {"position": None, "fix_at": None}
    at = ctx.now - timedelta(seconds=age_s)
    return {"position": point.ewkt, "fix_at": at, "received_at": at, "accuracy_m": accuracy_m, "fix_datum": "wgs84"}
