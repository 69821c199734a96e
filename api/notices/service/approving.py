"""Whether one person may tell so many people on their own word."""

from api.notices.queries import set_limit_oneself, told_alone
from api.notices.rules.drafts import ALONE_WINDOW, needs_approval
from api.notices.types import NoticePolicy
from api.plumbing.context import Ctx
from api.plumbing.locks import take_locks


def needs_second_person(ctx: Ctx, recipients: int, policy: NoticePolicy) -> bool:
    """Whether somebody else has to agree to the actor's next notice, given what they sent alone just before."""
    station_id, person_id = ctx.actor.station, ctx.actor.person
    # One at a time, so that two submitted at once see each other.
    take_locks(ctx.session, [f"notices.alone.{person_id}"])
    alone = told_alone(ctx.session, station_id, person_id, since=ctx.now - ALONE_WINDOW)
    own_limit = set_limit_oneself(ctx.session, station_id, person_id)
    return needs_approval(policy, recipients, alone=alone, own_limit=own_limit)
