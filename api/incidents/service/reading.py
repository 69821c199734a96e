"""Reading what holds somebody's name or number: the answer, and the line in the trail that says who read it."""

from typing import Any
from uuid import UUID

from api.audit.service import record
from api.grids.queries import profiles_of
from api.grids.types import MemberProfile, MemberStatus
from api.incidents.models import Incident, Offer, Selection
from api.incidents.queries.clocks import next_steps_of
from api.incidents.queries.dispatches import dispatch_row, dispatches_of, needs_of, offers_of, selections_of
from api.incidents.queries.incidents import incident_row, read_incident
from api.incidents.queries.offers import feedbacks_of, list_own_offers, newest_feedback, own_offer_rows
from api.incidents.queries.on_scene import dispatch_terms
from api.incidents.queries.records import call_backs_of, links_of, timeline_of
from api.incidents.rules.states import WENT
from api.incidents.rules.views import contact_view, sees_contact, shown_way
from api.incidents.service.scene_views import (
    companions_view,
    feedback_views,
    reinforcement_views,
    scene_of,
    with_approaches,
)
from api.incidents.types import DispatchDetail, IncidentDetail, OfferDetail, OfferState, SelectionAnswer
from api.kernel.errors import NotFound
from api.kernel.geo import Point
from api.plumbing.context import Ctx

_ROW = (
    "id", "ref", "kind", "category", "colour", "source", "state", "step_since", "description", "address",
    "place_datum", "unit_id", "unit_name", "reported_by", "reported_at", "ended_at", "end_reason", "end_note",
    "dispute_id", "version", "drill",
)  # fmt: skip


def show_incident(ctx: Ctx, incident_id: UUID) -> IncidentDetail:
    """An incident with its requester, dispatches, reports and call-backs; the reading is audited."""
    found = incident_row(ctx.session, incident_id, station_id=ctx.actor.station)
    if found is None:
        raise NotFound
    row, place = found
    record(ctx, "incident.read", "incident", incident_id, requester=row.requester_phone is not None)
    return IncidentDetail(
        **{name: getattr(row, name) for name in _ROW},
        place=place,
        requester=contact_view(row.requester_name, row.requester_phone, clear=sees_contact(ctx.actor.roles)),
        needs=row.wanted,
        dispatches=_dispatches(ctx, incident_id),
        feedbacks=feedback_views(ctx, feedbacks_of(ctx.session, incident_id)),
        reinforcements=reinforcement_views(ctx, incident_id),
        links=[_plain(link, _LINK) for link in links_of(ctx.session, incident_id)],
        call_backs=[_plain(call, _CALL_BACK) for call in call_backs_of(ctx.session, incident_id)],
    )


_LINK = ("id", "kind", "other_id", "note", "made_by", "made_at")
_CALL_BACK = ("id", "outcome", "rating", "note", "called_by", "called_at")


def _plain(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _dispatches(ctx: Ctx, incident_id: UUID) -> list[dict[str, Any]]:
    rows = dispatches_of(ctx.session, incident_id)
    needs = needs_of(ctx.session, [row.id for row in rows])
    return [
        {
            "id": row.id,
            "state": row.state,
            "wave": row.wave,
            "created_at": row.created_at,
            "needs": [need for need in needs if need["dispatch_id"] == row.id],
        }
        for row in rows
    ]


def show_dispatch(ctx: Ctx, dispatch_id: UUID) -> DispatchDetail:
    """A dispatch with its needs and everybody asked; ids and states, no names."""
    row = dispatch_row(ctx.session, dispatch_id, station_id=ctx.actor.station)
    if row is None:
        raise NotFound
    return DispatchDetail(
        id=row.id,
        incident_id=row.incident_id,
        state=row.state,
        wave=row.wave,
        policy=row.policy,
        ordered_by=row.ordered_by,
        created_at=row.created_at,
        ended_at=row.ended_at,
        needs=needs_of(ctx.session, [row.id]),
        offers=with_approaches(ctx, offers_of(ctx.session, row.id)),
        lead_offer_id=row.lead_offer_id,
        radius_m=row.radius_m,
        target=row.target,
        drill=row.drill,
        next_steps=next_steps_of(ctx.session, row.id),
    )


def show_timeline(ctx: Ctx, incident_id: UUID, *, after: int, limit: int) -> list[dict[str, Any]]:
    """What happened to an incident, oldest first."""
    if read_incident(ctx.session, incident_id, station_id=ctx.actor.station) is None:
        raise NotFound
    return timeline_of(ctx.session, incident_id, after=after, limit=limit)


def explain_selection(ctx: Ctx, dispatch_id: UUID, member_id: UUID) -> SelectionAnswer:
    """Why a member of the station was or was not asked, wave by wave; whoever was in no list is told by which rule."""
    row = dispatch_row(ctx.session, dispatch_id, station_id=ctx.actor.station)
    profile = profiles_of(ctx.session, [member_id]).get(member_id)
    if row is None or profile is None or profile.station_id != ctx.actor.station:
        raise NotFound
    waves = selections_of(ctx.session, dispatch_id)
    entries = [
        {"wave": wave.wave, "at": wave.at, **entry}
        for wave in waves
        for entry in wave.considered
        if entry["member_id"] == str(member_id)
    ]
    scope = waves[0].scope if waves else {}
    outside = None if entries else _why_outside(profile, waves)
    return SelectionAnswer(dispatch_id, member_id, entries, outside, scope)


def _why_outside(profile: MemberProfile, waves: list[Selection]) -> str:
    """The rule that kept a member out of every list, as far as it can be told afterwards."""
    if profile.status != MemberStatus.ACTIVE:
        return "not_active"
    needs = [need for wave in waves for need in wave.scope["needs"]]
    fitting = [
        need for need in needs if need["force"] in (None, profile.force) and frozenset(need["skills"]) <= profile.skills
    ]
    if needs and not fitting:
        return "force_or_skill"
    if any(need["looked_at"] >= need["limit"] for need in fitting):
        return "farther_or_off_duty"
    drawn = any(wave.scope.get("target", {}).get("kind", "radius") != "radius" for wave in waves)
    return "off_duty_or_outside_area" if drawn else "off_duty_or_outside_radius"


def list_offers(ctx: Ctx) -> list[dict[str, Any]]:
    """One's own offers, those that still matter first; the distance is coarse."""
    rows = list_own_offers(ctx.session, ctx.actor.person)
    return [_coarse(row) for row in rows]


def _coarse(row: dict[str, Any]) -> dict[str, Any]:
    way = shown_way(row["distance_m"], row["eta_s"], row["incident_id"], went=row["accepted_at"] is not None)
    return {**row, **way}


def show_offer(ctx: Ctx, offer_id: UUID) -> OfferDetail:
    """One's own offer. Before accepting: kind and coarse distance. After: the task, which is an audited reading."""
    found = own_offer_rows(ctx.session, ctx.actor.person, offer_id)
    if found is None:
        raise NotFound
    offer, incident, place = found
    feedback = newest_feedback(ctx.session, offer.id)
    terms = dispatch_terms(ctx.session, offer.dispatch_id)
    way = shown_way(offer.distance_m, offer.eta_s, offer.incident_id, went=offer.accepted_at is not None)
    return OfferDetail(
        id=offer.id,
        state=offer.state,
        reason=offer.reason,
        kind=incident.kind,
        colour=incident.colour,
        distance_m=way["distance_m"],
        eta_s=way["eta_s"],
        offered_at=offer.offered_at,
        expires_at=offer.expires_at,
        accepted_at=offer.accepted_at,
        departed_at=offer.departed_at,
        arrived_at=offer.arrived_at,
        done_at=offer.done_at,
        feedback=None if feedback is None else feedback_views(ctx, [feedback])[0],
        task=_task(ctx, offer, incident, place),
        drill=terms.drill,
        **scene_of(ctx, offer, lead_offer_id=terms.lead_offer_id),
    )


def _task(ctx: Ctx, offer: Offer, incident: Incident, place: Point) -> dict[str, Any] | None:
    # Once over, the place and the number are nobody's business any more; the desk keeps them.
    if OfferState(offer.state) not in WENT or incident.ended_at is not None:
        return None
    clear = sees_contact(ctx.actor.roles)
    record(ctx, "task.read", "incident", incident.id, offer_id=str(offer.id), contact_in_clear=clear)
    return {
        "incident_id": incident.id,
        "ref": incident.ref,
        "category": incident.category,
        "description": incident.description,
        "address": incident.address,
        "place": place,
        "unit_name": incident.unit_name,
        "requester": contact_view(incident.requester_name, incident.requester_phone, clear=clear),
        "companions": companions_view(ctx, offer),
    }
