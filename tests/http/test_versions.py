"""Apps that are too old are told so; what is about to go says so in time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from marshmallow import fields
from pydantic import ValidationError

from api.app import create_app
from api.http.blueprint import Blueprint
from api.http.contract import finish
from api.http.deprecation import deprecated, deprecated_field
from api.http.minimums import HEADER, read_minimums
from api.http.operation import public_operation
from api.http.schemas import RequestSchema, ResponseSchema
from api.http.versions import STILL_ANSWERED
from api.plumbing.context import Ctx
from api.plumbing.db import db

MINIMUMS = "gridloop-android/2.4.0=https://station.example/app,gridloop-ios/3=https://station.example/ios"
SINCE, SUNSET = date(2026, 12, 1), date(2027, 6, 1)


@pytest.fixture(scope="module")
def gated_app(make_settings) -> Flask:
    """An app with minimum versions; no request of these tests gets as far as the database."""
    return create_app(make_settings("postgresql+psycopg://nobody@/nowhere", minimum_apps=MINIMUMS))


def ask(app: Flask, path: str, version: str, method: str = "GET", **headers: str) -> Any:
    return app.test_client().open(path, method=method, headers={HEADER: version, **headers})


@pytest.mark.unit
@pytest.mark.parametrize("version", ["gridloop-android/2.3.9", "gridloop-android/2", "gridloop-ios/2.99.1-beta+7"])
def test_an_old_app_is_told_where_a_newer_one_is(gated_app: Flask, version: str) -> None:
    answer = ask(gated_app, "/v1/me", version, **{"Accept-Language": "en"})
    assert (answer.status_code, answer.mimetype) == (426, "application/problem+json")
    assert answer.json["code"] == "app_too_old"
    assert answer.json["facts"]["link"].startswith("https://station.example/")
    assert answer.json["facts"]["link"] in answer.json["title"]
    assert "更新" in answer.json["text"]["zh-CN"]
    assert answer.headers["Link"] == f'<{answer.json["facts"]["link"]}>; rel="latest-version"'


@pytest.mark.unit
@pytest.mark.parametrize(
    "version",
    ["gridloop-android/2.4", "gridloop-android/2.10.1", "gridloop-ios/3.0", "another/0.1", "", "gridloop-android", "x"],
)
def test_who_is_new_enough_or_unknown_is_let_pass(gated_app: Flask, version: str) -> None:
    assert ask(gated_app, "/v1/not-there", version).status_code == 404
    assert ask(gated_app, "/v1/sync", version, method="PUT").status_code == 405


@pytest.mark.unit
def test_the_way_out_stays_open(gated_app: Flask) -> None:
    rules = {rule.rule for rule in gated_app.url_map.iter_rules()}
    assert rules >= STILL_ANSWERED
    old = "gridloop-android/1.0"
    assert ask(gated_app, "/v1/openapi.json", old).status_code == 200
    assert ask(gated_app, "/v1/docs", old).status_code == 200
    # Without a database these get further than the gate, which is all that is asked here.
    for path in ("/v1/enums", "/v1/apps", "/v1/problems"):
        assert ask(gated_app, path, old).status_code == 503, path
    assert ask(gated_app, "/v1/sign-out", old, "POST").status_code == 401
    assert ask(gated_app, "/v1/sign-in/refresh", old, "POST").status_code == 426
    assert ask(gated_app, "/healthz/live", old).status_code == 200


def test_the_minimums_are_published(client, app, monkeypatch) -> None:
    assert client.get("/v1/apps").json == {"items": []}
    monkeypatch.setitem(
        app.extensions, "gridloop.minimums", read_minimums("b/2.4=https://b.example, a/1=https://a.example")
    )
    assert client.get("/v1/apps").json["items"] == [
        {"name": "a", "minimum": "1", "link": "https://a.example"},
        {"name": "b", "minimum": "2.4", "link": "https://b.example"},
    ]


@pytest.mark.unit
@pytest.mark.parametrize("text", ["android", "android/2.4", "android/x=https://a.b", "a/1=https://a.b;b/2=https://c d"])
def test_a_setting_that_cannot_be_read_stops_the_start(make_settings, text: str) -> None:
    with pytest.raises(ValidationError):
        make_settings("postgresql+psycopg://nobody@/nowhere", minimum_apps=text)


@pytest.mark.unit
def test_every_gated_operation_declares_the_refusal(gated_app: Flask) -> None:
    document = gated_app.test_client().get("/v1/openapi.json").json
    for path, item in document["paths"].items():
        gated = path.startswith("/v1/") and path.replace("{", "<").replace("}", ">") not in STILL_ANSWERED
        for verb, operation in item.items():
            assert verb == "parameters" or ("426" in operation["responses"]) == gated, path


class OldOrderSchema(RequestSchema):
    """A field that goes and one that stays."""

    old_name = fields.String(metadata=deprecated_field(SINCE, SUNSET))
    name = fields.String()


class OldAnswerSchema(ResponseSchema):
    """A field that goes."""

    old_name = fields.String(metadata=deprecated_field(SINCE, SUNSET))


@pytest.fixture(scope="module")
def probed_app(make_settings, clone_database) -> Iterator[Flask]:
    """An app with two probe routes: one is about to go, one has a field that is."""
    blp = Blueprint("probe", __name__)

    @blp.route("/probe", methods=["GET"])
    @deprecated(SINCE, SUNSET)
    @public_operation("a probe")
    @blp.response(200, OldAnswerSchema)
    def show_probe(ctx: Ctx) -> dict[str, str]:
        """Show a probe"""
        return {"old_name": "x"}

    @blp.route("/probe", methods=["POST"])
    @public_operation("a probe")
    @blp.arguments(OldOrderSchema)
    @blp.response(200, OldAnswerSchema)
    def send_probe(ctx: Ctx, order: dict[str, str]) -> dict[str, str]:
        """Send a probe"""
        return order

    app = create_app(make_settings(clone_database()))
    app.extensions["flask-smorest"]["apis"][""]["ext_obj"].register_blueprint(blp, url_prefix="/v1")
    yield app
    with app.app_context():
        db.engine.dispose()


def test_what_is_about_to_go_says_so(probed_app: Flask) -> None:
    answer = probed_app.test_client().get("/v1/probe")
    assert answer.status_code == 200
    assert answer.headers["Deprecation"] == f"@{int(datetime(2026, 12, 1, tzinfo=UTC).timestamp())}"
    assert answer.headers["Sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT"
    relations = answer.headers.getlist("Link")
    assert [rel for rel in ("deprecation", "sunset") if any(f'rel="{rel}"' in link for link in relations)] == [
        "deprecation", "sunset",
    ]  # fmt: skip


def test_a_field_that_goes_is_told_to_whoever_sends_it(probed_app: Flask) -> None:
    client = probed_app.test_client()
    told = client.post("/v1/probe", json={"old_name": "x"})
    assert (told.status_code, "Sunset" in told.headers) == (200, True)
    assert "Sunset" not in client.post("/v1/probe", json={"name": "x"}).headers


def test_it_stands_in_the_document(probed_app: Flask) -> None:
    api = probed_app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    document = finish(api.spec.to_dict())
    operation = document["paths"]["/v1/probe"]["get"]
    assert (operation["deprecated"], operation["x-sunset"]) == (True, "2027-06-01")
    assert "deprecated" not in document["paths"]["/v1/probe"]["post"]
    assert document["components"]["schemas"]["OldOrder"]["properties"]["old_name"]["deprecated"] is True
