"""Dispatchers at their desks and incidents waiting for the click, in a copy of the world."""

import random
from dataclasses import dataclass
from itertools import cycle
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from api.identity.service import authenticate_token, enroll_people, open_session
from api.identity.types import NewPerson, Role
from api.incidents.service import report_incident
from api.incidents.types import Category, Colour, IncidentKind, NeedOrder, NewIncident, Source
from api.kernel.geo import Datum, Point
from api.plumbing.context import Actor, Ctx, unit_of_work

DESKS = 5
ASKED = 7


@dataclass(frozen=True)
class Desk:
    """A signed-in dispatcher of one of the larger stations."""

    actor: Actor
    headers: dict[str, str]


def staff_desks(app: Flask) -> list[Desk]:
    """A dispatcher in each of the largest stations."""
    with app.app_context(), unit_of_work(Actor(kind="system")) as ctx:
        stations = ctx.session.scalars(
            text("SELECT station_id FROM duty_live WHERE on_duty GROUP BY 1 ORDER BY count(*) DESC LIMIT :desks"),
            {"desks": DESKS},
        ).all()
    return [_staff(app, station_id, number) for number, station_id in enumerate(stations)]


def _staff(app: Flask, station_id: UUID, number: int) -> Desk:
    phone = f"+8619900001{number:03d}"
    with app.app_context(), unit_of_work(Actor(kind="system", station_id=station_id)) as ctx:
        [person_id] = enroll_people(ctx, [NewPerson("值班员", phone, (Role.DISPATCHER,))]).values()
    with app.app_context(), unit_of_work(Actor(kind="system", station_id=station_id)) as ctx:
        token = open_session(ctx, person_id=person_id, method="password").access_token
        actor = authenticate_token(ctx.session, token)
    return Desk(actor, {"Authorization": f"Bearer {token}"})


class Waiting:
    """Incidents that were reported and wait for somebody to be sent, drawn where people live.

    Each needs one person, for whom the policy's first wave asks seven while nothing was learnt.
    """

    def __init__(self, app: Flask, desks: list[Desk], seed: int = 1) -> None:
        self._app = app
        self._desks = cycle(desks)
        self._draw = random.Random(seed)
        self._places = {desk.actor.station: self._homes(desk) for desk in desks}

    def report(self, count: int) -> list[tuple[Desk, UUID]]:
        """Report so many incidents."""
        return [self._report(next(self._desks)) for _ in range(count)]

    def report_at(self, desk: Desk) -> UUID:
        """Report one incident of this desk's station."""
        return self._report(desk)[1]

    def _homes(self, desk: Desk) -> list[Point]:
        with self._app.app_context(), unit_of_work(desk.actor) as ctx:
            rows = ctx.session.execute(
                text(
                    "SELECT ST_Y(position::geometry), ST_X(position::geometry) FROM duty_live"
                    " WHERE on_duty AND position IS NOT NULL AND station_id = :station ORDER BY member_id LIMIT 2000"
                ),
                {"station": desk.actor.station},
            )
            return [Point(lat, lon) for lat, lon in rows]

    def _report(self, desk: Desk) -> tuple[Desk, UUID]:
        home = self._draw.choice(self._places[desk.actor.station])
        place = Point(home.lat + self._draw.gauss(0, 0.001), home.lon + self._draw.gauss(0, 0.001))
        with self._app.app_context(), unit_of_work(desk.actor) as ctx:
            return desk, self._file(ctx, place)

    def _file(self, ctx: Ctx, place: Point) -> UUID:
        order = NewIncident(
            kind=IncidentKind.URGENT_HELP,
            category=Category.URGENT_HELP,
            colour=Colour.RED,
            source=Source.CALL,
            place=place,
            datum=Datum.WGS84,
            description="测试",
            needs=(NeedOrder(1),),
            duplicate_checked=True,
        )
        return report_incident(ctx, order)
