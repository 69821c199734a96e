"""One request is one transaction; the same creating request has one effect and one answer."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from marshmallow import fields, validate
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from api.http.blueprint import Blueprint
from api.http.bodies import JsonProvider
from api.http.doors import Doors
from api.http.errors import register_errors
from api.http.operation import operation, public_operation
from api.http.requests import register_requests
from api.http.schemas import PlaceField, RequestSchema
from api.kernel.errors import Conflict
from api.plumbing.context import Actor, open_ctx
from api.plumbing.db import db
from api.plumbing.timers import Timer, TimerOrder, set_timer

blp = Blueprint("probe", __name__)


class ThingSchema(RequestSchema):
    count = fields.Integer(required=True, validate=validate.Range(min=1))
    place = PlaceField()


@blp.route("/things", methods=["POST"])
@operation("thing.make", creates=True)
@blp.arguments(ThingSchema)
def make_thing(ctx, body):
    set_timer(ctx, TimerOrder("workers.jobs.x.y", ctx.new_id(), ctx.now))
    if body["count"] == 13:
        raise Conflict
    if body["count"] == 14:
        raise ValueError("a row with 13812345678 in it")
    return {"count": body["count"]}, 201


@blp.route("/broken", methods=["GET"])
@public_operation("a probe of the tests that always fails")
def broken(ctx):
    raise OperationalError("SELECT secret", {}, Exception("gone"))


@pytest.fixture
def probe(committed_app: Flask):
    """A second app on the same database with the probe routes and an authenticator that believes any token."""
    app = Flask("probe")
    app.json = JsonProvider(app)
    app.config.update(committed_app.config)
    app.extensions["gridloop.authenticator"] = lambda session, token, request_id: open_ctx(
        session,
        Actor("person", person_id=PERSON, station_id=PERSON, permissions=frozenset({token})),
        request_id=request_id,
    )
    app.extensions["gridloop.doors"] = Doors(10, 2.0)
    app.register_blueprint(blp)
    db.init_app(app)
    register_requests(app)
    register_errors(app)
    yield app
    with app.app_context():
        db.engine.dispose()


def post(app: Flask, body, key="k-1", token="thing.make"):
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
    return app.test_client().post("/things", json=body, headers=headers)


def timers(app: Flask) -> int:
    with app.app_context():
        count = db.session.scalar(select(func.count()).select_from(Timer))
        db.session.remove()
        return count


def test_the_same_key_replays_the_same_answer(probe: Flask) -> None:
    first, second = post(probe, {"count": 1}), post(probe, {"count": 1})
    assert (first.status_code, first.data) == (second.status_code, second.data) == (201, b'{"count":1}')
    assert second.headers["Idempotent-Replay"] == "true"
    assert timers(probe) == 1


def test_twenty_at_once_have_one_effect(probe: Flask) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(probe, {"count": 2}, key="same"), range(20)))
    assert {answer.data for answer in answers} == {b'{"count":2}'}
    assert timers(probe) == 1


def test_the_key_with_another_body_is_refused(probe: Flask) -> None:
    post(probe, {"count": 1})
    answer = post(probe, {"count": 2})
    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("key", [None, "x" * 201])
def test_a_creating_request_without_a_usable_key_is_refused(probe: Flask, key) -> None:
    assert post(probe, {"count": 1}, key=key).json["code"] == "idempotency_key_required"
    assert timers(probe) == 0


def test_a_refusal_leaves_nothing_and_frees_the_key(probe: Flask) -> None:
    assert post(probe, {"count": 13}).status_code == 409
    assert timers(probe) == 0
    assert post(probe, {"count": 1}).status_code == 201


def test_a_crash_tells_nothing(probe: Flask) -> None:
    answer = post(probe, {"count": 14})
    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert b"13812345678" not in answer.data
    assert timers(probe) == 0


def test_a_lost_database_is_503_with_a_time_to_return(probe: Flask) -> None:
    answer = probe.test_client().get("/broken")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert b"secret" not in answer.data


@pytest.mark.parametrize(("token", "status"), [("", 401), ("thing.see", 403)])
def test_the_guard(probe: Flask, token: str, status: int) -> None:
    assert post(probe, {"count": 1}, token=token).status_code == status


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/count", "required"),
        ({"count": 0}, "/count", "too_small"),
        ({"count": 1, "colour": "red"}, "/colour", "unknown_field"),
        ({"count": 1, "place": {"lat": 29.7, "lon": 107.4}}, "/place/datum", "required"),
        ({"count": 1, "place": {"lat": 29.7, "lon": 107.4, "datum": "mars"}}, "/place/datum", "not_a_choice"),
        ({"count": 1, "place": {"lat": 200, "lon": 107.4, "datum": "wgs84"}}, "/place/lat", "range"),
    ],
)
def test_each_fault_is_named_in_both_languages(probe: Flask, body, pointer: str, code: str) -> None:
    answer = post(probe, body)
    assert answer.status_code == 422
    [fault] = answer.json["errors"]
    assert (fault["pointer"], fault["code"]) == (pointer, code)
    assert fault["zh"] != "值不正确。"


def test_a_body_that_is_not_json_is_415(probe: Flask) -> None:
    answer = probe.test_client().post(
        "/things",
        data="count=1",
        headers={"Authorization": "Bearer thing.make", "Idempotency-Key": "k", "Content-Type": "text/plain"},
    )
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


PERSON = __import__("uuid").UUID(int=7)
