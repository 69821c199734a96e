"""Who is busy with what, where one person may be busy twice.

duty knows one task per member. Where a policy lets busy people be asked, the newest task is that one, and when it ends
they are busy with the one before again.
"""

from collections.abc import Collection
from uuid import UUID

from api.duty.service import engage, release
from api.incidents.errors import EngagedElsewhere
from api.incidents.queries.on_scene import Terms, accepted_members, other_task
from api.incidents.types import OfferHead
from api.plumbing.context import Ctx


def take_up_task(ctx: Ctx, offer: OfferHead, terms: Terms) -> None:
    """Mark the member as busy with the offer's incident; raises EngagedElsewhere where the policy minds."""
    may = terms.policy.allow_engaged
    if not engage(ctx, offer.member_id, offer.incident_id, drill=terms.drill, also_busy=may):
        raise EngagedElsewhere


def free_members(ctx: Ctx, incident_id: UUID, member_ids: Collection[UUID] | None = None) -> None:
    """Free these members, or everybody, from an incident; whoever has another task is busy with that one again."""
    members = accepted_members(ctx.session, incident_id) if member_ids is None else list(member_ids)
    release(ctx, incident_id, member_ids)
    for member_id, other_id, drill in other_task(ctx.session, members, but=incident_id) if members else ():
        engage(ctx, member_id, other_id, drill=drill)
