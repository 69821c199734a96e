"""Who is connected, and handing each their part of what is new."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from api.live.service import News
from api.live.types import EndReason, LiveEvent, Point, ResetReason, Scope
from api.plumbing.metrics import STREAM_DELAY, STREAM_EVENTS, STREAMS
from workers.stream.client import Client
from workers.stream.wire import Event, Told, mark_event


class Hub:
    """Everybody connected, found by the ids that stand for them and by their station.

    `point`: how far everybody who is connected has been told. Used from one event loop only, and nothing here waits: a
    reader joins between two readings, never inside one.
    """

    def __init__(self, per_person: int) -> None:
        self.point = Point("1:1:", 0)
        self._per_person = per_person
        self._clients: dict[Client, None] = {}
        self._by_audience: dict[UUID, dict[Client, None]] = defaultdict(dict)
        self._by_station: dict[UUID, dict[Client, None]] = defaultdict(dict)
        self._expected: Counter[UUID] = Counter()

    def __len__(self) -> int:
        return len(self._clients)

    def __iter__(self) -> Iterator[Client]:
        return iter(tuple(self._clients))

    def stations(self) -> set[UUID]:
        """The stations whose lines are of use to somebody."""
        return {*self._by_station, *self._expected}

    @contextmanager
    def expecting(self, station_id: UUID) -> Iterator[None]:
        """While somebody of a station is on their way in, its lines are read already."""
        self._expected[station_id] += 1
        try:
            yield
        finally:
            self._expected[station_id] -= 1
            self._expected += Counter()  # drops what is down to nothing

    def join(self, client: Client) -> Point:
        """From here on the client is told; returns the point behind which. The oldest beyond the cap are ended."""
        mine = [other for other in self._clients if other.person_id == client.person_id and other.ending is None]
        for other in mine[: max(0, len(mine) + 1 - self._per_person)]:
            other.end(EndReason.REPLACED)
        self._clients[client] = None
        self._by_station[client.reader.station_id][client] = None
        for audience in client.reader.audiences:
            self._by_audience[audience][client] = None
        STREAMS.labels(client.kind).inc()
        return self.point

    def leave(self, client: Client) -> None:
        """The client is gone."""
        if client in self._clients:
            del self._clients[client]
            STREAMS.labels(client.kind).dec()
            self._forget(self._by_station, client.reader.station_id, client)
            for audience in client.reader.audiences:
                self._forget(self._by_audience, audience, client)

    def renew(self, person_id: UUID, audiences: frozenset[UUID]) -> None:
        """Other ids stand for a person now."""
        for client in [client for client in self if client.person_id == person_id]:
            for audience in client.reader.audiences - audiences:
                self._forget(self._by_audience, audience, client)
            for audience in audiences - client.reader.audiences:
                self._by_audience[audience][client] = None
            client.reader = replace(client.reader, audiences=audiences)

    def publish(self, news: News) -> None:
        """Hand out what was found; everybody has then been told up to its point."""
        self.point = news.point
        if news.is_strange:
            self.tell(self, mark_event(LiveEvent.RESET, news.point, moment_of(news.point), reason=ResetReason.UNKNOWN))
            return
        for change in news.changes:
            told = Told(news.began, news.point, change)
            readers = tuple(self._readers(told))
            for client in readers:
                client.put(told.event_for(client.reader.grain))
            if readers:
                STREAM_EVENTS.labels(change.scope.value).inc(len(readers))
                STREAM_DELAY.observe(max(0.0, news.point.at_us / 1e6 - change.line.at.timestamp()))

    def tell(self, clients: Iterable[Client], event: Event) -> None:
        """One event to these."""
        for client in clients:
            client.put(event)

    def end_all(self, reason: EndReason) -> None:
        """Everybody is told to come back."""
        for client in self:
            client.end(reason)

    def _readers(self, told: Told) -> Iterator[Client]:
        change = told.change
        if change.scope is Scope.OWN and change.line.audience is not None:
            yield from self._by_audience.get(change.line.audience, ())
        elif change.scope is Scope.STATION:
            of_station = self._by_station.get(change.line.station_id, ())
            yield from (client for client in of_station if change.collection in client.reader.sees)

    @staticmethod
    def _forget(index: dict[UUID, dict[Client, None]], key: UUID, client: Client) -> None:
        index[key].pop(client, None)
        if not index[key]:
            del index[key]


def moment_of(point: Point) -> datetime:
    """When a point was made, by the database's clock."""
    return datetime.fromtimestamp(point.at_us / 1_000_000, UTC)
