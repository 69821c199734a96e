"""Look before the click: the plan that a dispatch would carry out now, and nothing written."""

from collections import Counter
from math import prod
from uuid import UUID

from api.identity.queries import contacts_of
from api.identity.types import PhoneKind
from api.incidents.queries.incidents import read_incident
from api.incidents.rules.links import LINK_KEY, link_path
from api.incidents.rules.previews import preview_need
from api.incidents.rules.states import INCIDENT
from api.incidents.service.dispatching import needs_wanted, plan_first_wave
from api.incidents.service.looking import offer_template
from api.incidents.service.steps import incident_policy
from api.incidents.types import DispatchOrder, DispatchPreview, IncidentStep, MessageEstimate
from api.kernel.errors import NotFound
from api.notifications.rules.segments import count_segments
from api.notifications.rules.templates import LINK, render_sms
from api.notifications.service.ways import pushes_to
from api.plumbing.context import Ctx
from api.plumbing.signing import signer


def preview_dispatch(ctx: Ctx, order: DispatchOrder, *, public_url: str) -> DispatchPreview:
    """What `dispatch_incident` would do with the same order, refusals included.

    The same plan, so the same people while nobody moves, answers or comes on duty. Locks nothing: a dispatcher who
    only looks must not hold up an answer. `public_url` stands in every text's link, and so counts towards its length.
    """
    incident = read_incident(ctx.session, order.incident_id, station_id=ctx.actor.station)
    if incident is None:
        raise NotFound
    needs = needs_wanted(ctx, incident, order)
    INCIDENT.next(incident.state, IncidentStep.DISPATCH)
    turn = plan_first_wave(ctx, incident, order, needs, incident_policy(ctx, incident))
    previews = [preview_need(need, ask, turn.plan) for need, ask in zip(needs, turn.asks, strict=True)]
    return DispatchPreview(
        incident_id=incident.id,
        state=turn.dispatch.state,
        policy=turn.dispatch.policy,
        radius_m=turn.dispatch.radius_m,
        target=turn.dispatch.target,
        drill=turn.dispatch.drill,
        needs=previews,
        messages=_estimate_messages(
            ctx, {pick.person_id for pick in turn.plan.picks}, offer_template(turn.dispatch), public_url
        ),
        # One person is asked for one need only, so the needs are independent.
        chance=prod(preview.outlook.chance for preview in previews),
    )


def _estimate_messages(ctx: Ctx, people: set[UUID], template: str, public_url: str) -> MessageEstimate:
    """As offers are queued: a push to every phone that can be rung, a text to whoever has none.

    The texts that take over from a push nobody confirmed are not counted: how many depends on the night.
    """
    pushes = Counter({person: len(phones) for person, phones in pushes_to(ctx, people).items()})
    without_push = people - pushes.keys()
    contacts = contacts_of(ctx.session, without_push) if without_push else {}
    texted = [contact for contact in contacts.values() if contact.phone_kind == PhoneKind.MOBILE]
    # Of an offer that will never be; all links are of one length.
    link = {LINK: link_path(ctx.new_id(), signer.key(LINK_KEY))}
    segments = sum(count_segments(render_sms(template, each.language, link, public_url)) for each in texted)
    return MessageEstimate(pushes.total(), len(texted), segments, len(without_push) - len(texted))
