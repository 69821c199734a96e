"""Nothing is lost and nothing comes twice: late commits, cuts, killed servers, and clients that ask again and again."""

import json
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from api.live.service import backlog_for, head_now, let_in
from tests.builders.incidents import report
from tests.files.phone_client import CLIENTS, need_clients
from tests.live.conftest import Stage
from tests.live.listening import PATIENCE_S, Listener, Streams, streams_on

Touch = Callable[[psycopg.Connection, UUID], None]


@pytest.fixture
def connect(live_app) -> Iterator[Callable[[], psycopg.Connection]]:
    """Connections whose transactions the test ends by hand."""
    conninfo = live_app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", "")
    opened: list[psycopg.Connection] = []

    def connect() -> psycopg.Connection:
        opened.append(psycopg.connect(conninfo))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def touch(connection: psycopg.Connection, incident: UUID) -> None:
    connection.execute("UPDATE incidents SET version = version + 1 WHERE id = %s", (incident,))


def file_incidents(stage: Stage, count: int) -> list[UUID]:
    return stage.do(lambda scene: [report(scene, duplicate_checked=True) for _ in range(count)])


def incidents_until(listener: Listener, last: UUID) -> list[str]:
    """The incidents told of, in order, up to one."""
    told = [listener.next(collection="incidents").data["id"]]
    while told[-1] != str(last):
        told.append(listener.next(collection="incidents").data["id"])
    return told


def polled(stage: Stage, headers: dict[str, str], after: str, **query: Any) -> tuple[list[str], dict[str, Any]]:
    """The incidents told of by one poll, and its answer."""
    answer = stage.streams.poll(headers, after=after, **query)
    assert answer.status_code == 200, answer.text
    events = [event["data"] for event in answer.json()["events"]]
    return [data["id"] for data in events if data.get("collection") == "incidents"], answer.json()


def test_what_is_committed_late_is_told_late_and_once(stage, connect) -> None:
    late, early, end = file_incidents(stage, 3)
    listener = stage.listen(stage.desk())
    slow, quick = connect(), connect()
    touch(slow, late)
    touch(quick, early)
    quick.commit()
    assert incidents_until(listener, early) == [str(early)]
    slow.commit()
    assert incidents_until(listener, late) == [str(late)]
    touch(quick, end)
    quick.commit()
    assert incidents_until(listener, end) == [str(end)]


def test_what_is_committed_late_is_found_by_who_comes_back(stage, connect) -> None:
    """The number of the late one is lower than that of the id."""
    late, early, end = file_incidents(stage, 3)
    listener = stage.listen(stage.desk())
    slow, quick = connect(), connect()
    touch(slow, late)
    touch(quick, early)
    quick.commit()
    assert incidents_until(listener, early) == [str(early)]
    listener.leave()
    slow.commit()
    listener.connect()
    assert listener.next("hello").data["resumed"] is True
    touch(quick, end)
    quick.commit()
    assert incidents_until(listener, end) == [str(late), str(end)]


def test_a_cut_in_the_middle_of_one_reading_loses_and_doubles_nothing(stage, connect) -> None:
    """All of these are committed at once, so they are read together; every one of them is a place to go on from."""
    incidents = file_incidents(stage, 6)
    listener, quick = stage.listen(stage.desk()), connect()
    for incident in incidents:
        touch(quick, incident)
    quick.commit()
    told = [listener.next(collection="incidents") for _ in incidents]
    ids = [event.id for event in told]
    assert len(set(ids)) == len(ids)
    listener.leave()
    for place in (0, 2, 5):
        rest, answer = polled(stage, listener.headers, ids[place], wait_s=0)
        assert rest == [event.data["id"] for event in told[place + 1 :]]
        assert not answer["more"]


def test_a_poll_waits_for_something_and_goes_on_from_there(stage, connect) -> None:
    first, second = file_incidents(stage, 2)
    headers, quick = stage.desk(), connect()
    begun = stage.streams.poll(headers).json()
    assert [event["event"] for event in begun["events"]] == ["hello"]
    assert polled(stage, headers, begun["after"], wait_s=0)[0] == []
    found: list[Any] = []
    waiting = threading.Thread(target=lambda: found.append(polled(stage, headers, begun["after"], wait_s=50)))
    waiting.start()
    # Whether it waits already or has not asked yet: it is told.
    touch(quick, first)
    quick.commit()
    waiting.join(PATIENCE_S)
    ((told, answer),) = found
    assert told == [str(first)]
    touch(quick, second)
    quick.commit()
    assert polled(stage, headers, answer["after"], wait_s=50)[0] == [str(second)]


def test_a_large_backlog_comes_in_pieces(stage) -> None:
    headers = stage.desk()
    after = stage.streams.poll(headers).json()["after"]
    incidents = file_incidents(stage, 150)
    told, more = [], True
    while more:
        ids, answer = polled(stage, headers, after, wait_s=0)
        told += ids
        after, more = answer["after"], answer["more"]
    assert sorted(told) == sorted(map(str, incidents))


def test_more_than_anybody_wants_to_be_told_begins_anew(stage, monkeypatch) -> None:
    headers = stage.desk()
    token = headers["Authorization"].split()[1]
    point = stage.do(lambda scene: head_now(scene.base))
    file_incidents(stage, 4)
    monkeypatch.setattr("api.live.service.reading.MOST_BACKLOG", 3)

    def look(scene: Any) -> Any:
        return backlog_for(scene.base, let_in(scene.base, token), point, head_now(scene.base))

    assert stage.do(look) == ([], "too_much")


@pytest.fixture
def own_streams(live_app, tmp_path) -> Iterator[Streams]:
    """A process that may be killed."""
    with streams_on(live_app.config["SQLALCHEMY_DATABASE_URI"], tmp_path) as running:
        yield running


@pytest.fixture
def node_client(own_streams) -> Iterator[Callable[[dict[str, str]], "Told"]]:
    node, running = need_clients(), []

    def start(headers: dict[str, str]) -> "Told":
        token = headers["Authorization"].split()[1]
        command = [node, str(CLIENTS / "listen.mjs"), own_streams.url, token]
        running.append(subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        return Told(running[-1])

    yield start
    for process in running:
        process.stdin.close()
        process.wait(PATIENCE_S)
        process.stdout.close()


class Told:
    """What the npm client says it was told."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._read, args=(process.stdout,), daemon=True).start()

    def next(self, event: str, **wanted: Any) -> dict[str, Any]:
        while True:
            line = self._lines.get(timeout=PATIENCE_S)
            if line["event"] == event and all(line["data"].get(key) == value for key, value in wanted.items()):
                return line

    def incidents_until(self, last: UUID) -> list[str]:
        told = [self.next("change", collection="incidents")["data"]["id"]]
        while told[-1] != str(last):
            told.append(self.next("change", collection="incidents")["data"]["id"])
        return told

    def _read(self, lines: Any) -> None:
        for line in lines:
            self._lines.put(json.loads(line))


def test_the_npm_client_comes_back_to_a_killed_server_without_a_gap(stage, own_streams, node_client, connect) -> None:
    before, between, after = file_incidents(stage, 3)
    client, quick = node_client(stage.desk()), connect()
    assert client.next("hello")["data"]["resumed"] is False
    for number, incident in ((signal.SIGKILL, before), (signal.SIGTERM, after)):
        touch(quick, incident)
        quick.commit()
        assert client.incidents_until(incident) == [str(incident)]
        status = own_streams.stop(number)
        assert status == (0 if number is signal.SIGTERM else -signal.SIGKILL)
        touch(quick, between)
        quick.commit()
        own_streams.start()
        assert client.next("hello")["data"]["resumed"] is True
        assert client.incidents_until(between) == [str(between)]


def test_a_server_that_ends_says_so_first(stage, own_streams) -> None:
    listener = Listener(own_streams.url, stage.desk()).connect()
    listener.next("hello")
    assert own_streams.stop() == 0
    end = listener.next("end")
    assert (end.data["reason"], end.data["reconnect"]) == ("restarting", True)
    assert listener.closed.wait(PATIENCE_S)
    assert listener.retries
    listener.leave()
