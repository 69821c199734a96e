"""The board's incidents: every open one in one answer, and those named."""

from datetime import timedelta
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import text

from api.http.rows import rows_of
from api.identity.types import Role
from api.incidents import service
from api.incidents.queries.board import board_rows
from api.incidents.schemas.boards import BoardRowSchema
from api.incidents.types import Cancellation, CancelReason, Colour, NeedOrder
from tests.builders.identity import sign_in
from tests.builders.incidents import PLACE, Scene, accept, dispatch, make_scene, offers, report


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx, volunteers=4)


@pytest.fixture
def board(app, client, scene: Scene):
    who = sign_in(app, scene.ctx, scene.desk[Role.DISPATCHER].person)
    return lambda **query: client.get("/v1/incidents/board", query_string=query, headers=who)


def test_a_row_says_how_far_the_needs_are_filled(scene: Scene, board) -> None:
    quiet, busy = report(scene), report(scene, colour=Colour.RED)
    dispatch_id = dispatch(scene, busy, NeedOrder(2))
    accept(scene, offers(scene, dispatch_id)[0])
    waiting = len(offers(scene, dispatch_id, "offered"))
    rows = {row["id"]: row for row in board().json["items"]}
    one = rows[str(busy)]
    assert (one["colour"], one["wanted"], one["got"], one["going"], one["there"]) == ("red", 2, 1, 1, 0)
    assert (one["asked"], one["dispatches"], one["exhausted"]) == (waiting, 1, False)
    assert (one["lat"], one["lon"]) == (pytest.approx(PLACE.lat), pytest.approx(PLACE.lon))
    other = rows[str(quiet)]
    assert (other["state"], other["wanted"], other["asked"], other["dispatches"]) == ("reported", 0, 0, 0)


def test_the_clock_is_that_of_the_reminder(scene: Scene, board) -> None:
    incident = report(scene)
    due = scene.ctx.session.scalar(
        text("SELECT due_at FROM timers WHERE subject_id = :id AND state = 'waiting'"), {"id": incident}
    )
    [row] = board_rows(scene.ctx.session, scene.station_id)
    assert row.due_at is not None
    assert abs(row.due_at - due) < timedelta(seconds=1)


def test_what_is_over_leaves_the_board_and_is_found_by_name(scene: Scene, board) -> None:
    over, still = report(scene), report(scene)
    service.cancel_incident(scene.dispatcher, Cancellation(over, CancelReason.FALSE_ALARM, None))
    assert [row["id"] for row in board().json["items"]] == [str(still)]
    [named] = board(id=str(over)).json["items"]
    assert (named["state"], named["due_at"], bool(named["ended_at"])) == ("cancelled", None, True)


def test_another_stations_incidents_are_not_there(ctx, scene: Scene, board) -> None:
    foreign = report(make_scene(ctx, volunteers=0))
    assert board().json["items"] == []
    assert board(id=[str(foreign), str(uuid4())]).json["items"] == []


def test_the_direct_rows_are_what_the_schema_would_dump(scene: Scene) -> None:
    report(scene)
    dispatch(scene, report(scene))
    rows = board_rows(scene.ctx.session, scene.station_id)
    dumped = BoardRowSchema(many=True).dump(rows)
    assert orjson.loads(orjson.dumps(rows_of(BoardRowSchema, rows))) == orjson.loads(orjson.dumps(dumped))


def test_nothing_personal_is_on_the_board(scene: Scene, board) -> None:
    report(scene)
    shown = board().json["items"][0]
    assert not {"description", "address", "requester"} & set(shown)


@pytest.mark.parametrize("query", [{"id": "x"}, {"id": [str(uuid4())] * 101}, {"state": "closed"}])
def test_a_bad_question_is_refused(board, query) -> None:
    assert board(**query).status_code == 422


class TestTwoDesks:
    """Somebody else was faster."""

    @pytest.fixture
    def send(self, app, client, scene: Scene):
        who = sign_in(app, scene.ctx, scene.desk[Role.DISPATCHER].person)

        def post(incident, path="dispatches", **body):
            headers = who | {"Idempotency-Key": str(uuid4())}
            return client.post(
                f"/v1/incidents/{incident}/{path}", json={"needs": [{"wanted": 1}], **body}, headers=headers
            )

        return post

    def test_the_second_click_is_told_that_people_were_sent(self, scene: Scene, send) -> None:
        incident = report(scene)
        assert send(incident, seen_dispatches=0).status_code == 201
        late = send(incident, seen_dispatches=0)
        assert (late.status_code, late.json["code"], late.json["facts"]["dispatches"]) == (
            409,
            "dispatched_meanwhile",
            1,
        )
        assert board_rows(scene.ctx.session, scene.station_id)[0].dispatches == 1
        assert send(incident, seen_dispatches=1).status_code == 201

    def test_who_does_not_say_what_they_saw_sends_all_the_same(self, scene: Scene, send) -> None:
        incident = report(scene)
        assert [send(incident).status_code for _ in range(2)] == [201, 201]

    @pytest.mark.parametrize("seen", [-1, "0", 1.5, 10_001])
    def test_nonsense_is_refused(self, scene: Scene, send, seen) -> None:
        assert send(report(scene), seen_dispatches=seen).status_code == 422


class TestClocks:
    """What a dispatch will do by itself."""

    def test_the_answer_window_is_the_next_thing_to_end(self, scene: Scene) -> None:
        detail = service.show_dispatch(scene.dispatcher, dispatch(scene, report(scene)))
        first = detail.next_steps[0]
        due = timedelta(seconds=detail.policy["silence_s"])
        assert (first.step, first.rung) == ("silence", None)
        assert abs(first.due_at - detail.created_at - due) < timedelta(seconds=1)

    def test_without_anybody_the_rungs_have_their_clocks(self, ctx) -> None:
        empty = make_scene(ctx, volunteers=0)
        steps = service.show_dispatch(empty.dispatcher, dispatch(empty, report(empty))).next_steps
        assert {step.step for step in steps} >= {"look_again", "next_rung"}
        assert [step.due_at for step in steps] == sorted(step.due_at for step in steps)
        assert len({step.rung for step in steps if step.step == "next_rung"}) >= 2

    def test_what_has_ended_does_nothing_more(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene))
        service.end_dispatch(scene.dispatcher, dispatch_id)
        assert service.show_dispatch(scene.dispatcher, dispatch_id).next_steps == []
