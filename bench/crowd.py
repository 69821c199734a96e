"""Many phones of people on duty, each with an offer and a message, in a copy of the world.

One real dispatch is made over the program; its first offer and message are then copied for everybody else, column by
column, because asking ten thousand people one by one is another row's measurement.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import text

from api.identity.service.tokens import mint_access
from api.incidents.service import dispatch_incident
from api.incidents.types import DispatchOrder, NeedOrder
from api.plumbing.context import SYSTEM, unit_of_work
from bench.desk import Waiting, staff_desks
from bench.rows.row import Bench

_PHONES = text("""
    SELECT d.member_id, d.person_id, d.station_id, s.id AS session_id FROM duty_live AS d
    JOIN sessions AS s ON s.person_id = d.person_id
    WHERE d.on_duty AND d.engaged_with IS NULL AND d.position IS NOT NULL
    ORDER BY count(*) OVER (PARTITION BY d.station_id) DESC, d.station_id, d.member_id LIMIT :count
""")
_COPY = """
    INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(original, jsonb_build_object(
        'id', copy.id, 'person_id', copy.person_id, 'station_id', copy.station_id) || copy.more)).*
    FROM (SELECT o AS original FROM {table} AS o WHERE id = %(id)s) AS one,
        unnest(%(ids)s::uuid[], %(people)s::uuid[], %(stations)s::uuid[], %(more)s::jsonb[])
            AS copy (id, person_id, station_id, more)
"""


@dataclass(frozen=True)
class Phone:
    """Somebody on duty, and the headers of their app."""

    member_id: UUID
    person_id: UUID
    station_id: UUID
    headers: dict[str, str]


@dataclass(frozen=True)
class Asked:
    """A dispatch that waits: its incident, its need, an offer of it, and a message that went with the offer."""

    incident_id: UUID
    dispatch_id: UUID
    need_id: UUID
    offer_id: UUID
    message_id: UUID


def phones_on_duty(bench: Bench, count: int) -> list[Phone]:
    """So many free people with their sign-in, station by station, the largest first; fewer where there are fewer."""
    with bench.app.app_context(), unit_of_work(SYSTEM) as ctx:
        rows = ctx.session.execute(_PHONES, {"count": count}).all()
        return [
            Phone(row.member_id, row.person_id, row.station_id, {"Authorization": f"Bearer {token}"})
            for row in rows
            for token in [mint_access(ctx, person_id=row.person_id, session_id=row.session_id)]
        ]


def by_station(phones: list[Phone], most: int) -> list[list[Phone]]:
    """Groups of at most so many, each of one station."""
    groups: list[list[Phone]] = []
    for _, each in groupby(phones, key=lambda phone: phone.station_id):
        people = list(each)
        groups += [people[start : start + most] for start in range(0, len(people), most)]
    return groups


class Crowd:
    """Dispatches whose offers are copied for whoever is to answer."""

    def __init__(self, bench: Bench, owner: psycopg.Connection[Any]) -> None:
        self._app, self._owner = bench.app, owner
        desks = staff_desks(bench.app)
        self._desks = {desk.actor.station: desk for desk in desks}
        self._waiting = Waiting(bench.app, desks)

    def open(self, places: int, later: list[Phone]) -> Asked:
        """Report an incident where these people are, and send for so many others."""
        desk = self._desks[later[0].station_id]
        incident = self._waiting.report_at(desk)
        others = frozenset(phone.member_id for phone in later)
        with self._app.app_context(), unit_of_work(desk.actor) as ctx:
            dispatch = dispatch_incident(ctx, DispatchOrder(incident, (NeedOrder(places),), exclude=others))
        row = self._owner.execute(
            "SELECT o.need_id, o.id, m.id FROM offers AS o JOIN outbox AS m ON m.subject_id = o.id"
            " WHERE o.dispatch_id = %s LIMIT 1",
            [dispatch],
        ).fetchone()
        if row is None:
            raise SystemExit("the dispatch asked nobody")
        return Asked(incident, dispatch, *row)

    def ask(self, asked: Asked, phones: list[Phone], ids: list[UUID]) -> None:
        """Give each of these people an offer of this dispatch, under these ids."""
        more = [{"member_id": str(phone.member_id)} for phone in phones]
        self._copy("offers", asked.offer_id, phones, ids, more)

    def tell(self, asked: Asked, phones: list[Phone], ids: list[UUID]) -> None:
        """Give each of these people a message that was sent to them, under these ids."""
        more = [{"dedupe_key": str(id_), "subject_id": str(id_), "state": "sent", "device_id": None} for id_ in ids]
        self._copy("outbox", asked.message_id, phones, ids, more)

    def _copy(
        self, table: str, original: UUID, phones: list[Phone], ids: list[UUID], more: list[dict[str, Any]]
    ) -> None:
        values = {
            "id": original,
            "ids": ids,
            "people": [phone.person_id for phone in phones],
            "stations": [phone.station_id for phone in phones],
            "more": [psycopg.types.json.Jsonb(each) for each in more],
        }
        self._owner.execute(_COPY.format(table=table), values)
