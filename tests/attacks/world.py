"""A station's life with one real object of every kind an address can name."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from api.duty.service import NewShift, create_shift, refresh_profiles
from api.files.service import keep_file
from api.files.service.uploads import create_upload
from api.files.types import NewFile, NewUpload
from api.followups.service import open_feed
from api.identity.service import open_tracker
from api.identity.types import Role
from api.notices.types import Target
from api.plumbing.context import Ctx, open_ctx
from tests.attacks.arena import Arena
from tests.attacks.bodies import bodies_on_scene, good_bodies
from tests.attacks.dispute_world import dispute_bodies, make_disputes, other_dispute
from tests.builders.files import jpeg
from tests.builders.followups import Town, acting, as_person, first_visit, later, make_town, open_plan
from tests.builders.followups import report as contact_report
from tests.builders.grids import make_member
from tests.builders.identity import Enrolled, actor_of, at, bearer, enroll, open_session, register_phone
from tests.builders.incidents import Scene, Somebody, dispatch, make_scene, offers, report
from tests.notices.stage import send


@dataclass(frozen=True)
class World:
    """Ids by the name a path gives them, and the headers of people who may see them."""

    ids: dict[str, UUID]
    insiders: dict[str, dict[str, str]]
    bodies: dict[str, dict[str, Any]]

    @property
    def chief(self) -> dict[str, str]:
        """The headers of somebody with every role, where the incidents are."""
        return self.insiders["chief"]


def make_world(arena: Arena) -> World:
    """Two stations of one police: one with incidents, one with visits."""
    ctx = arena.ctx
    scene = make_scene(ctx, volunteers=2)
    town = make_town(ctx)
    chief, clerk = (enroll(ctx, station_id=id_, roles=list(Role)) for id_ in (scene.station_id, town.station_id))
    chief_member = make_member(ctx, scene.station_id, chief.id)
    refresh_profiles(ctx, [chief_member])
    insiders = {"chief": bearer(open_session(ctx, chief)), "clerk": bearer(open_session(ctx, clerk))}
    incident = _incident(ctx, scene)
    member = incident.pop("somebody")
    insiders["volunteer"] = bearer(open_session(ctx, member.person))
    mediator = Enrolled(town.mediator, town.station_id, "", "")
    insiders["mediator"] = bearer(open_session(ctx, mediator))
    bodies = good_bodies(ctx, make_member(ctx, town.station_id, clerk.id))
    bodies |= bodies_on_scene(chief_member, incident["offer_id"])
    bodies |= dispute_bodies(ctx)
    ids = {
        **incident,
        **_people(ctx, scene, member),
        **_visits(ctx, town),
        **_files(ctx, chief),
        **make_disputes(ctx, clerk),
    }
    bodies["POST /v1/disputes/<uuid:dispute_id>/merge"] = {"into": str(other_dispute(ctx, ids["dispute_id"]))}
    return World(ids, insiders, bodies)


def _incident(ctx: Ctx, scene: Scene) -> dict[str, Any]:
    for somebody in scene.people:
        register_phone(ctx, somebody.person)
    incident_id = report(scene)
    dispatch_id = dispatch(scene, incident_id)
    offer = offers(scene, dispatch_id)[0]
    somebody = scene.of(offer["person_id"])
    message_id = ctx.session.execute(
        text("SELECT id FROM outbox WHERE person_id = :person ORDER BY id LIMIT 1"), {"person": somebody.person.id}
    ).scalar_one()
    return {
        "incident_id": incident_id,
        "dispatch_id": dispatch_id,
        "offer_id": offer["id"],
        "message_id": message_id,
        "reinforcement_id": _reinforcement(ctx, incident_id, offer),
        "notice_id": send(scene.dispatcher, Target(whole_station=True)).id,
        "somebody": somebody,
    }


def _reinforcement(ctx: Ctx, incident_id: UUID, offer: dict[str, Any]) -> UUID:
    """A request for more people that waits for the desk; `ask_for_more` would want somebody who goes."""
    statement = text("""
        INSERT INTO reinforcements (id, station_id, incident_id, offer_id, person_id, needs, reason, state, asked_at)
        SELECT gen_random_uuid(), station_id, :incident, id, person_id, '[{"wanted": 1, "force": null, "skills": []}]',
               'other', 'asked', :now FROM offers WHERE id = :offer RETURNING id
    """)
    return ctx.session.scalar(statement, {"incident": incident_id, "offer": offer["id"], "now": ctx.now})


def _files(ctx: Ctx, chief: Enrolled) -> dict[str, Any]:
    own = open_ctx(ctx.session, actor_of(ctx, open_session(ctx, chief)), request_id=ctx.request_id)
    made = {"file_id": keep_file(own, NewFile(jpeg())).id, "upload_id": create_upload(own, NewUpload(1_000)).id}
    open_ctx(ctx.session, ctx.actor, request_id=ctx.request_id)
    return made


def _people(ctx: Ctx, scene: Scene, somebody: Somebody) -> dict[str, Any]:
    order = NewShift(somebody.member_id, later(ctx, hours=30).now, later(ctx, hours=34).now)
    return {
        "person_id": somebody.person.id,
        "member_id": somebody.member_id,
        "device_id": register_phone(ctx, somebody.person),
        "session_id": actor_of(ctx, open_session(ctx, somebody.person)).session_id,
        "tracker_id": _tracker(ctx, somebody.person),
        "shift_id": create_shift(at(ctx, scene.station_id), order).id,
    }


def _tracker(ctx: Ctx, person: Enrolled) -> UUID:
    own = open_ctx(ctx.session, actor_of(ctx, open_session(ctx, person)), request_id=ctx.request_id)
    made = open_tracker(own, label="Traccar").id
    open_ctx(ctx.session, ctx.actor, request_id=ctx.request_id)
    return made


def _visits(ctx: Ctx, town: Town) -> dict[str, Any]:
    plan_id = open_plan(ctx, town, colour="red")
    visit = first_visit(ctx, plan_id)
    mediator = as_person(ctx, town, town.mediator, Role.MEDIATOR)
    contact = acting.report_contact(mediator, visit.id, contact_report(ctx.now))
    owner_id = ctx.session.execute(
        text("SELECT id FROM unit_owners WHERE unit_id = :unit"), {"unit": town.grid_id}
    ).scalar_one()
    return {
        "plan_id": plan_id,
        "visit_id": visit.id,
        "contact_id": contact.id,
        "feed_id": open_feed(mediator)[0],
        "unit_id": town.grid_id,
        "owner_id": owner_id,
    }
