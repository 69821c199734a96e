"""People who go: their positions as a phone sends them, and the jobs those order, at a moment the test chooses."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from api.duty.service import record_positions
from api.duty.types import Fix, FixBatch, Verdict
from api.incidents import service
from api.incidents.service.following import follow_member
from api.incidents.service.stillness import check_moving
from api.incidents.service.watching import CHECK_MOVING
from api.incidents.service.welfare import CHECK_WELFARE, check_welfare
from api.incidents.types.on_scene import StillStep, WelfareState
from api.kernel.geo import Datum, Point
from api.plumbing.context import Ctx
from tests.builders.incidents import METRES_PER_DEGREE, PLACE, Scene, Somebody, accept, dispatch, offers, report


def at(ctx: Ctx, moment: datetime) -> Ctx:
    """The same actor at another moment."""
    return replace(ctx, now=moment)


def after(moment: datetime, seconds: float) -> datetime:
    """So much later."""
    return moment + timedelta(seconds=seconds)


def north(metres: float) -> Point:
    """So far from the place of the incident."""
    return Point(PLACE.lat + metres / METRES_PER_DEGREE, PLACE.lon)


def accepted(scene: Scene, count: int = 1, **incident) -> tuple[UUID, list[dict], datetime]:
    """An incident, and those who said yes to it, with the moment of the last yes."""
    from api.incidents.types import NeedOrder

    incident_id = report(scene, **incident)
    asked = offers(scene, dispatch(scene, incident_id, NeedOrder(count)))[:count]
    for offer in asked:
        assert accept(scene, offer) == "accepted"
    moment = scene.base.session.scalar(
        text("SELECT max(accepted_at) FROM offers WHERE incident_id = :id"), {"id": incident_id}
    )
    return incident_id, asked, moment


def send(scene: Scene, somebody: Somebody, since: datetime, *fixes: tuple[float, ...]) -> list[Verdict]:
    """One upload of (seconds since, metres north of the place[, accuracy]), received just after its newest fix."""
    now = after(since, max(fix[0] for fix in fixes) + 1)
    batch = [Fix(north(metres), rest[0] if rest else 10.0, after(since, at_s)) for at_s, metres, *rest in fixes]
    return record_positions(at(somebody.ctx, now), FixBatch(Datum.WGS84, tuple(batch)))


def walk(scene: Scene, somebody: Somebody, since: datetime, *fixes: tuple[float, ...]) -> None:
    """An upload, and the job it orders."""
    send(scene, somebody, since, *fixes)
    follow_member(at(scene.ctx, after(since, max(fix[0] for fix in fixes) + 1)), somebody.member_id)


def row_of(scene: Scene, offer: dict) -> dict:
    """The offer as the desk sees it now."""
    dispatch_id = scene.base.session.scalar(text("SELECT dispatch_id FROM offers WHERE id = :id"), {"id": offer["id"]})
    return next(row for row in service.show_dispatch(scene.dispatcher, dispatch_id).offers if row["id"] == offer["id"])


def waiting(scene: Scene, offer: dict, job: str) -> list:
    """The timers of a job that wait for an offer, earliest first."""
    query = text("SELECT * FROM timers WHERE subject_id = :id AND job = :job AND state = 'waiting' ORDER BY due_at")
    return list(scene.base.session.execute(query, {"id": offer["id"], "job": job}))


def _strike(scene: Scene, offer: dict, job: str):
    """Take the timer that is due next; its row fires in the same breath, as the worker does."""
    timer = waiting(scene, offer, job)[0]
    scene.base.session.execute(text("UPDATE timers SET state = 'fired' WHERE id = :id"), {"id": timer.id})
    return timer


def strike_moving(scene: Scene, offer: dict) -> StillStep:
    """Let the next look whether somebody moves happen when it is due."""
    timer = _strike(scene, offer, CHECK_MOVING)
    ctx = at(scene.ctx, timer.due_at)
    return check_moving(ctx, offer["id"], fence=timer.fence, window=timer.args["window"])


def strike_welfare(scene: Scene, offer: dict) -> WelfareState | None:
    """Let the clock of the watch over somebody on scene strike when it is due."""
    timer = _strike(scene, offer, CHECK_WELFARE)
    return check_welfare(at(scene.ctx, timer.due_at), offer["id"], fence=timer.fence)


def messages_to(scene: Scene, person_id: UUID, template: str) -> int:
    """How many messages of a kind were queued for somebody."""
    query = text("SELECT count(*) FROM outbox WHERE person_id = :person AND template = :template")
    return scene.base.session.scalar(query, {"person": person_id, "template": template})


def told(scene: Scene, template: str) -> set[UUID]:
    """Everybody for whom a message of this kind was queued."""
    query = text("SELECT DISTINCT person_id FROM outbox WHERE template = :template")
    return set(scene.base.session.scalars(query, {"template": template}))


def events(scene: Scene, incident_id: UUID, kind: str) -> list[dict]:
    """The data of the timeline's lines of a kind, oldest first."""
    rows = service.show_timeline(scene.dispatcher, incident_id, after=0, limit=500)
    return [row["data"] for row in rows if row["kind"] == kind]
