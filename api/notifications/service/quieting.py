"""Choosing quiet hours: a person's own, and a station's for those who have not chosen."""

from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record
from api.kernel.errors import StaleVersion
from api.notifications.models import OwnQuietHours, ReachPolicyRow
from api.notifications.queries.reach import own_quiet_hours, reach_policy
from api.notifications.rules.quiet import quiet_until
from api.notifications.types import OwnQuiet, QuietHours, ReachPolicy
from api.plumbing.context import Ctx


def show_quiet_hours(ctx: Ctx) -> OwnQuiet:
    """The acting person's quiet hours as they count now."""
    chosen = own_quiet_hours(ctx.session, [ctx.actor.person])
    own = ctx.actor.person in chosen
    hours = chosen[ctx.actor.person] if own else reach_policy(ctx.session, ctx.actor.station).quiet
    return OwnQuiet(hours, own, quiet_until(hours, ctx.now) if hours else None)


def choose_quiet_hours(ctx: Ctx, *, hours: QuietHours | None) -> OwnQuiet:
    """The acting person wants these, or (None) to be told at any hour. What is held already stays held."""
    values = {
        "starts": hours.starts if hours else None,
        "ends": hours.ends if hours else None,
        "zone": hours.zone if hours else None,
        "days": hours.days if hours else None,
        "changed_at": ctx.now,
    }
    statement = insert(OwnQuietHours).values(person_id=ctx.actor.person, station_id=ctx.actor.station, **values)
    ctx.session.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=values))
    return show_quiet_hours(ctx)


def forget_quiet_hours(ctx: Ctx) -> None:
    """The acting person takes the station's hours again."""
    ctx.session.execute(delete(OwnQuietHours).where(OwnQuietHours.person_id == ctx.actor.person))


def change_reach_policy(ctx: Ctx, *, policy: ReachPolicy) -> ReachPolicy:
    """Write the station's next policy; `policy.version` is the one that was seen, 0 for none yet."""
    quiet = policy.quiet
    values: dict[str, Any] = {
        "quiet_starts": quiet.starts if quiet else None,
        "quiet_ends": quiet.ends if quiet else None,
        "bundle_gap_s": policy.bundle_gap_s,
        "push_test_days": policy.push_test_days,
        "sms_test_days": policy.sms_test_days,
        "version": policy.version + 1,
        "changed_by": ctx.actor.person,
        "changed_at": ctx.now,
    }
    if quiet:
        values["quiet_zone"] = quiet.zone
    statement = insert(ReachPolicyRow).values(station_id=ctx.actor.station, **values)
    seen = ReachPolicyRow.version == policy.version
    statement = statement.on_conflict_do_update(index_elements=["station_id"], set_=values, where=seen)
    if ctx.session.scalar(statement.returning(ReachPolicyRow.version)) is None:
        raise StaleVersion
    record(
        ctx, "reach_policy.changed", "station", ctx.actor.station, quiet=quiet is not None,
        bundle_gap_s=policy.bundle_gap_s, push_test_days=policy.push_test_days, sms_test_days=policy.sms_test_days,
    )  # fmt: skip
    ctx.session.expire_all()
    return reach_policy(ctx.session, ctx.actor.station)
