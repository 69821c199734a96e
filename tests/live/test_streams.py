"""What a stream tells, to whom, and when it ends: a real process on a real database."""

import contextlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import jwt
import pytest
from sqlalchemy import text

from api.identity.service import end_all_sessions
from api.identity.types import Role
from api.kernel.geo import Point
from api.live.service.upkeep import KEPT, prune_boards
from api.live.types import Point as LivePoint
from api.plumbing.signing import signer
from tests.builders.identity import at, bearer, enroll, open_session
from tests.builders.incidents import PLACE, accept, dispatch, offers, report
from tests.live.conftest import Stage
from tests.live.listening import PATIENCE_S, Listener
from workers.stream.serving import CONNECTS_A_MINUTE
from workers.stream.wire import open_id, sign_point

TOUCH = text("UPDATE incidents SET version = version + 1 WHERE id = ANY(:ids)")


def touch(stage: Stage, *ids: UUID) -> None:
    stage.do(lambda scene: scene.base.session.execute(TOUCH, {"ids": list(ids)}))


def until(listener: Listener, **wanted) -> list:
    """Everything told up to an event that holds these values, without it."""
    found = []
    while True:
        event = listener.next_any()
        if all(event.data.get(key) == value for key, value in wanted.items()):
            return found
        found.append(event)


def asked_rest(stage: Stage, path: str, headers: dict[str, str]) -> dict:
    """What the REST answer is."""
    with stage.app.app_context():
        return stage.app.test_client().get(path, headers=headers).json


def test_the_desk_is_shown_the_row_that_its_board_shows(stage) -> None:
    headers = stage.desk()
    listener = stage.listen(headers)
    incident = stage.do(report)
    told = listener.next(collection="incidents", id=str(incident))
    board = asked_rest(stage, f"/v1/incidents/board?id={incident}", headers)
    assert (told.data["scope"], told.data["op"]) == ("station", "upsert")
    assert told.data["row"] == board["items"][0]


def test_a_dispatch_changes_its_incidents_row_and_tells_who_is_asked(stage) -> None:
    desk = stage.listen(stage.desk())
    somebody = stage.scene.people[0]
    asked = stage.listen(stage.headers(somebody))
    incident = stage.do(report)
    desk.next(collection="incidents", id=str(incident))
    sent = stage.do(lambda scene: dispatch(scene, incident))
    row, order = desk.all_of(
        {"collection": "incidents", "id": str(incident)}, {"collection": "dispatches", "id": str(sent)}
    )
    assert (row.data["row"]["dispatches"], order.data["incident_id"]) == (1, str(incident))
    mine = stage.do(lambda scene: next(o for o in offers(scene, sent) if o["person_id"] == somebody.person.id))
    offer, message = asked.all_of({"collection": "offers", "id": str(mine["id"])}, {"collection": "messages"})
    assert [(event.data["scope"], "row" in event.data) for event in (offer, message)] == [("own", False)] * 2
    stage.do(lambda scene: accept(scene, mine))
    asked.next(collection="offers", id=str(mine["id"]))
    desk.next(collection="dispatches", id=str(sent))


def test_nobody_is_told_what_is_anothers(make_stage) -> None:
    here, there = make_stage(), make_stage()
    away = there.listen(there.desk())
    volunteer = here.listen(here.headers(here.scene.people[1]))
    incident = here.do(report)
    offer = here.do(lambda scene: offers(scene, dispatch(scene, incident)))[0]
    # Whoever is told of their own things afterwards has been told of everything before.
    theirs = there.do(report)
    assert {event.data["id"] for event in until(away, id=str(theirs))} == set()
    other = here.do(lambda scene: dispatch(scene, report(scene)))
    mine = here.do(lambda scene: [o for o in offers(scene, other) if o["person_id"] == here.scene.people[1].person.id])
    told = until(volunteer, id=str(mine[0]["id"]))
    own = here.do(lambda scene: {str(o["id"]) for o in offers(scene, other)})
    assert all(event.data["scope"] == "own" for event in told)
    assert str(offer["id"]) not in {e.data["id"] for e in told} or offer["person_id"] == here.scene.people[1].person.id
    assert own


@pytest.mark.parametrize(("role", "decimals"), [(Role.DISPATCHER, 3), (Role.STATION_ADMIN, 2)])
def test_places_are_as_exact_as_the_reader_may_see_them(stage, role, decimals) -> None:
    headers = stage.do(
        lambda scene: bearer(open_session(scene.base, enroll(scene.base, station_id=scene.station_id, roles=[role])))
    )
    listener = stage.listen(headers)
    member = stage.scene.people[0]
    here = Point(PLACE.lat + 0.0123456, PLACE.lon + 0.0065432)

    move = text("UPDATE duty_live SET position = CAST(:here AS geography), fix_at = now() WHERE member_id = :id")
    stage.do(lambda scene: scene.base.session.execute(move, {"here": here.ewkt, "id": member.member_id}))
    told = listener.next(collection="duty", id=str(member.member_id))
    rest = asked_rest(stage, "/v1/duty/live", headers)["items"]
    assert told.data["row"] == next(row for row in rest if row["member_id"] == str(member.member_id))
    assert told.data["row"]["position"]["lat"] == round(here.lat, decimals)


def test_whoever_goes_off_duty_leaves_the_board(stage) -> None:
    listener, member = stage.listen(stage.desk()), stage.scene.people[1].member_id
    off = text("UPDATE duty_live SET on_duty = false, period_id = NULL, on_duty_since = NULL WHERE member_id = :id")
    stage.do(lambda scene: scene.base.session.execute(off, {"id": member}))
    told = listener.next(collection="duty", id=str(member))
    assert (told.data["op"], "row" in told.data) == ("remove", False)


def test_many_rows_at_once_are_one_event(stage) -> None:
    stage.do(lambda scene: [report(scene, duplicate_checked=True) for _ in range(3)])
    listener = stage.listen(stage.desk())
    # Two hundred and one rows of one statement.
    more = text("""
        INSERT INTO shifts (id, station_id, member_id, starts_at, ends_at, created_at)
        SELECT gen_random_uuid(), :station, :member, now() + n * interval '2 hours', now() + n * interval '2 hours'
            + interval '1 hour', now() FROM generate_series(1, 201) AS n
    """)
    values = {"station": stage.scene.station_id, "member": stage.scene.people[0].member_id}
    stage.do(lambda scene: scene.base.session.execute(more, values))
    told = listener.next(collection="shifts")
    assert (told.data["op"], told.data["id"]) == ("list", None)


def test_an_id_that_is_not_ours_begins_anew(stage) -> None:
    listener = stage.connect(stage.desk(), "b3VyIG93bg")
    assert listener.next("hello").data["resumed"] is True
    reset = listener.next("reset")
    assert (reset.data["reason"], reset.id is not None) == ("unknown", True)


def test_an_id_of_two_hours_ago_is_too_old_for_a_board_and_not_for_a_phone(stage) -> None:
    board, phone = stage.desk(), stage.headers(stage.scene.people[0])
    known = open_id(stage.streams.poll(board).json()["after"])
    assert known is not None
    old = sign_point(LivePoint(known.base, known.at_us - 2 * 3_600 * 1_000_000, known.witness))
    answers = {name: stage.streams.poll(who, after=old, wait_s=0).json()["events"]
               for name, who in (("board", board), ("phone", phone))}  # fmt: skip
    assert [(e["event"], e["data"]["reason"]) for e in answers["board"]] == [("reset", "too_old")]
    assert answers["phone"] == []


def test_a_restored_database_is_noticed(stage) -> None:
    known = open_id(stage.streams.poll(stage.desk()).json()["after"])
    assert known is not None
    ahead = known.base.split(":")
    strange = LivePoint(f"{ahead[0]}:{int(ahead[1]) + 1_000_000}:", known.at_us, known.witness)
    answer = stage.streams.poll(stage.desk(), after=sign_point(strange), wait_s=0).json()
    assert [event["data"]["reason"] for event in answer["events"]] == ["unknown"]


def test_the_newest_streams_of_a_person_stay(stage) -> None:
    headers = stage.desk()
    first, *others = [stage.listen(headers) for _ in range(4)]
    end = first.next("end")
    assert (end.data["reason"], end.data["reconnect"]) == ("replaced", False)
    assert first.closed.wait(PATIENCE_S)
    # A client that comes back all the same takes its time.
    assert first.retries[-1] > 60_000
    incident = stage.do(report)
    for listener in others:
        listener.next(collection="incidents", id=str(incident))


def test_an_ended_sign_in_ends_its_stream(stage) -> None:
    headers, other = stage.headers(stage.scene.people[0]), stage.listen(stage.desk())
    listener = stage.listen(headers)
    stage.do(lambda scene: end_all_sessions(at(scene.base, scene.station_id), person_id=scene.people[0].person.id))
    assert listener.next("end").data["reason"] == "session_ended"
    assert listener.closed.wait(PATIENCE_S)
    assert not other.closed.is_set()
    assert stage.streams.poll(headers).json()["code"] == "session_ended"


def test_other_rights_end_the_stream(stage) -> None:
    volunteer = stage.scene.people[1]
    listener = stage.listen(stage.headers(volunteer))
    roles = text("UPDATE people SET roles = '{grid_officer}' WHERE id = :id")
    stage.do(lambda scene: scene.base.session.execute(roles, {"id": volunteer.person.id}))
    end = listener.next("end")
    assert (end.data["reason"], end.data["reconnect"]) == ("rights_changed", True)


def test_a_stream_ends_with_its_token(stage) -> None:
    token = stage.desk()["Authorization"].split()[1]
    claims = jwt.decode(token, options={"verify_signature": False})
    listener = None
    # A slow machine takes longer to come in than the shortest of these lives.
    for seconds in (3, 10, 40):
        claims["exp"] = int((datetime.now(UTC) + timedelta(seconds=seconds)).timestamp())
        short = {"Authorization": f"Bearer {jwt.encode(claims, signer.key('access'), algorithm='HS256')}"}
        if stage.streams.poll(short, wait_s=0).status_code == 200:
            with contextlib.suppress(AssertionError):
                listener = stage.listen(short)
                break
    assert listener is not None
    end = listener.next("end")
    assert (end.data["reason"], end.data["reconnect"]) == ("token_expired", True)
    assert listener.closed.wait(PATIENCE_S)


def test_a_silent_stream_beats(stage) -> None:
    listener = stage.listen(stage.headers(stage.scene.people[0]))
    deadline = time.monotonic() + PATIENCE_S
    while listener.comments < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert listener.comments >= 2


def test_who_takes_nothing_in_is_given_up_and_the_others_are_not_kept_waiting(stage) -> None:
    incidents = stage.do(lambda scene: [report(scene, duplicate_checked=True) for _ in range(60)])
    headers = stage.desk(Role.SUPERVISOR)
    lazy = socket.socket()
    lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    lazy.settimeout(PATIENCE_S)
    lazy.connect(("127.0.0.1", stage.streams.port))
    lines = ["GET /v1/stream HTTP/1.1", "Host: here", f"Authorization: {headers['Authorization']}", "", ""]
    lazy.sendall("\r\n".join(lines).encode())
    assert lazy.recv(1_000)
    watching = stage.listen(stage.desk())
    deadline = time.monotonic() + 3 * PATIENCE_S
    while not given_up(stage):
        assert time.monotonic() < deadline
        touch(stage, *incidents)
        for incident in incidents:
            watching.next(collection="incidents", id=str(incident))
    # What lay in the kernel still comes, and then the end.
    with contextlib.suppress(ConnectionResetError):
        while lazy.recv(65_536):
            pass
    lazy.close()


def given_up(stage: Stage) -> bool:
    return 'reason="too_slow"' in httpx.get(f"http://127.0.0.1:{stage.streams.port}/metrics").text


def test_refusals_are_problem_documents(stage) -> None:
    url, own = stage.streams.url, stage.headers(stage.scene.people[0])
    nobody = httpx.get(url, headers={"Accept-Language": "en"})
    assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated")
    assert nobody.headers["content-type"] == "application/problem+json"
    assert nobody.json()["title"] == nobody.json()["text"]["en"]
    assert "bearer" in nobody.headers["www-authenticate"].lower()
    old = stage.streams.poll({**own, "X-App-Version": "gridloop-old/1.9"})
    assert (old.status_code, old.json()["facts"]["link"]) == (426, "https://station.example/app")
    wrong = stage.streams.poll(own, wait_s=51)
    assert (wrong.status_code, wrong.json()["code"]) == (400, "malformed")
    assert httpx.post(url, headers=own).status_code == 405
    assert httpx.get(f"{url}/elsewhere", headers=own).json()["code"] == "not_found"


def test_whoever_connects_again_and_again_is_told_to_wait(stage) -> None:
    headers = stage.headers(stage.scene.people[1])

    def connect(_: int) -> tuple[int, bool]:
        with httpx.stream("GET", stage.streams.url, headers=headers, timeout=PATIENCE_S) as answer:
            return answer.status_code, "retry-after" in answer.headers

    answers: list[tuple[int, bool]] = []
    with ThreadPoolExecutor(8) as pool:
        # On a slow machine some of the first are forgotten before the last come.
        while (429, True) not in answers and len(answers) < 10 * CONNECTS_A_MINUTE:
            answers += pool.map(connect, range(CONNECTS_A_MINUTE + 2))
    assert set(answers) == {(200, False), (429, True)}
    assert answers.count((200, False)) >= CONNECTS_A_MINUTE


@pytest.mark.parametrize(("origin", "allowed"), [("http://127.0.0.1:9", True), ("http://evil.example", False)])
def test_only_our_own_pages_may_read(stage, origin, allowed) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET",
             "Access-Control-Request-Headers": "authorization,last-event-id"}  # fmt: skip
    answer = httpx.options(stage.streams.url, headers=asked)
    assert answer.status_code == 204
    assert ("access-control-allow-headers" in answer.headers) is allowed
    refused = httpx.get(stage.streams.url, headers={"Origin": origin})
    assert refused.headers.get("access-control-allow-origin") == (origin if allowed else None)


def test_what_nobody_can_ask_for_any_more_is_dropped(stage) -> None:
    stage.do(report)
    age = text("UPDATE board_changes SET at = at - CAST(:kept AS interval) WHERE station_id = :station")
    count = text("SELECT count(*) FROM board_changes WHERE station_id = :station")
    station = {"station": stage.scene.station_id}
    stage.do(lambda scene: scene.base.session.execute(age, {**station, "kept": KEPT + timedelta(minutes=1)}))
    stage.do(report)
    before = stage.do(lambda scene: scene.base.session.scalar(count, station))
    assert stage.do(lambda scene: prune_boards(scene.base)) > 0
    assert 0 < stage.do(lambda scene: scene.base.session.scalar(count, station)) < before


def test_the_api_says_where_the_stream_is(stage) -> None:
    known = asked_rest(stage, "/v1/live", {})
    assert (known["stream_url"], known["poll_url"]) == (
        "http://127.0.0.1:9/v1/stream",
        "http://127.0.0.1:9/v1/stream/poll",
    )
    with stage.app.app_context():
        answer = stage.app.test_client().get("/v1/stream", headers=stage.desk())
    assert (answer.status_code, answer.json["facts"]["stream_url"]) == (421, known["stream_url"])


def test_the_process_gives_signs_of_life_and_counts(stage) -> None:
    beats = text("SELECT count(*) FROM heartbeats WHERE name = 'stream'")
    deadline = time.monotonic() + PATIENCE_S
    while not stage.do(lambda scene: scene.base.session.scalar(beats)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert stage.do(lambda scene: scene.base.session.scalar(beats)) == 1
    host = f"http://127.0.0.1:{stage.streams.port}"
    assert httpx.get(f"{host}/healthz/ready").status_code == 200
    assert "gridloop_stream_delay_seconds" in httpx.get(f"{host}/metrics").text
