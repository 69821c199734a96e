"""On and off duty, by the member's own hand."""

from datetime import datetime

from api.duty.errors import MemberInactive, NotAMember, StillEngaged
from api.duty.models import DutyLive
from api.duty.queries import shifts_of
from api.duty.rules import DEFAULT_DUTY, check_until, default_until
from api.duty.service.periods import Start, begin_period, end_period, lock_live, set_due
from api.duty.service.profiles import refresh_profiles
from api.duty.types import Cause, DutyState
from api.grids.queries import member_of_person
from api.plumbing.context import Ctx


def go_on_duty(ctx: Ctx, until: datetime | None = None) -> DutyState:
    """Put the acting member on duty; already on duty, only a given `until` changes anything.

    Raises NotAMember, MemberInactive, UntilOutOfRange.
    """
    if until is not None:
        check_until(until, ctx.now)
    live = _own_row(ctx)
    if not live.active:
        raise MemberInactive
    if not live.on_duty:
        begin_period(ctx, live, Start(Cause.SELF, until or _usual_end(ctx, live)))
    elif until is not None:
        set_due(ctx, live, until)
    return _state(live)


def go_off_duty(ctx: Ctx) -> DutyState:
    """Take the acting member off duty; already off is fine. Raises StillEngaged while a task is theirs."""
    live = _own_row(ctx)
    if live.engaged_with is not None:
        raise StillEngaged
    if live.on_duty:
        end_period(ctx, live, Cause.SELF)
    return _state(live)


def own_state(ctx: Ctx) -> DutyState:
    """The acting member's duty; raises NotAMember."""
    profile = member_of_person(ctx.session, ctx.actor.person)
    if profile is None:
        raise NotAMember
    live = ctx.session.get(DutyLive, profile.member_id)
    return DutyState(profile.member_id) if live is None else _state(live)


def _own_row(ctx: Ctx) -> DutyLive:
    profile = member_of_person(ctx.session, ctx.actor.person)
    if profile is None:
        raise NotAMember
    refresh_profiles(ctx, [profile.member_id])
    live = lock_live(ctx, profile.member_id)
    if live is None:
        raise LookupError("refreshing a member's profile makes the live row")
    return live


def _usual_end(ctx: Ctx, live: DutyLive) -> datetime:
    return default_until(ctx.now, shifts_of(ctx.session, live.member_id, since=ctx.now, before=ctx.now + DEFAULT_DUTY))


def _state(live: DutyLive) -> DutyState:
    return DutyState(
        live.member_id, live.on_duty, live.on_duty_since, live.off_duty_due, live.engaged_with, live.fix_at
    )
