"""Files over HTTP: the plain upload, and the link that hands bytes out."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image

from api.files.service import prepare_file
from api.files.types import NewFile, PreparedFile, Purpose
from api.identity.types import Role
from api.plumbing.context import Ctx
from api.plumbing.db import db
from tests.builders import files as made
from tests.builders.grids import make_station
from tests.builders.identity import bearer, enroll, open_session


@pytest.fixture
def station(ctx: Ctx):
    return make_station(ctx)


@pytest.fixture
def person(ctx: Ctx, station):
    return enroll(ctx, station_id=station)


@pytest.fixture
def headers(ctx: Ctx, person) -> dict[str, str]:
    return bearer(open_session(ctx, person))


def send(client: FlaskClient, headers, data: bytes | None = None, *, key="k-1", name="photo.jpg", **form):
    body = {"file": (BytesIO(made.jpeg() if data is None else data), name), **form}
    return client.post("/v1/files", data=body, headers={**headers, "Idempotency-Key": key})


def test_a_photo_goes_in_and_can_be_looked_at(client: FlaskClient, headers) -> None:
    answer = send(client, headers, made.photographed(), name="../../etc/大门.jpg")
    assert answer.status_code == 201
    assert (answer.json["media_type"], answer.json["width"]) == ("image/jpeg", 64)
    assert answer.json["taken_where"]["datum"] == "wgs84"
    shown = client.get(f"/v1/files/{answer.json['id']}", headers=headers).json
    for variant in ("full", "thumbnail"):
        got = client.get(shown["links"][variant])  # the link is all it takes
        assert (got.status_code, got.content_type) == (200, "image/jpeg")
        assert Image.open(BytesIO(got.data)).size == (64, 48)
        assert made.SERIAL.encode() not in got.data


def test_the_headers_of_what_is_handed_out(client: FlaskClient, headers) -> None:
    for data, purpose, shown in ((made.jpeg(), "photo", "inline"), (made.pdf(), "paper", "attachment")):
        file = send(client, headers, data, key=purpose, purpose=purpose).json
        got = client.get(client.get(f"/v1/files/{file['id']}", headers=headers).json["links"]["full"])
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Cache-Control"] == "private, no-store"
        assert "sandbox" in got.headers["Content-Security-Policy"]
        assert got.headers["Content-Disposition"].startswith(f'{shown}; filename="{file["id"]}.')


def test_a_pdf_has_no_thumbnail(client: FlaskClient, headers) -> None:
    file = send(client, headers, made.pdf(), purpose=Purpose.PAPER.value).json
    assert client.get(f"/v1/files/{file['id']}", headers=headers).json["links"]["thumbnail"] is None


def test_no_transaction_is_open_while_an_image_is_made_anew(client: FlaskClient, headers, monkeypatch) -> None:
    seen = []

    def prepare(new: NewFile) -> PreparedFile:
        seen.append(db.session.registry.has())
        return prepare_file(new)

    monkeypatch.setattr("api.files.service.prepare_file", prepare)
    monkeypatch.setattr("api.files.service.receiving.prepare_file", prepare)
    assert send(client, headers).status_code == 201
    data = made.jpeg()
    tus = {**headers, "Tus-Resumable": "1.0.0", "Upload-Length": str(len(data))}
    answer = client.post("/v1/uploads", headers=tus, data=data, content_type="application/offset+octet-stream")
    assert answer.status_code == 201
    assert seen == [False, False]


def test_sent_twice_it_is_one_file(client: FlaskClient, headers) -> None:
    first, second = send(client, headers), send(client, headers)
    assert first.json == second.json
    assert second.headers["Idempotent-Replay"] == "true"
    assert send(client, headers, made.jpeg(32, 32)).json["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("data", "form", "status", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", {}, 422, "file_type_refused"),
        (made.pdf(), {}, 422, "file_type_refused"),
        (b"", {}, 422, "file_empty"),
        (made.jpeg()[:-200], {}, 422, "image_unreadable"),
        (made.pdf(b"/AA << /S /Launch >>"), {"purpose": "paper"}, 422, "document_refused"),
    ],
)
def test_refusals_say_why_in_both_languages(client: FlaskClient, headers, data, form, status, code) -> None:
    answer = send(client, headers, data, **form)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.json["text"]["zh-CN"]
    assert answer.json["text"]["en"].isascii()


def test_a_body_over_the_limit_is_not_read(client: FlaskClient, headers) -> None:
    sent = {**headers, "Idempotency-Key": "k", "Content-Type": "multipart/form-data; boundary=x"}
    answer = client.post("/v1/files", data=b"x" * (21 << 20), headers=sent)
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


@pytest.mark.parametrize("form", [{"purpose": "virus"}, {"owner_kind": "visit"}])
def test_a_form_with_anything_else_in_it_is_refused(client: FlaskClient, headers, form) -> None:
    answer = send(client, headers, **form)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_a_form_without_a_file_is_refused(client: FlaskClient, headers) -> None:
    answer = client.post("/v1/files", data={"purpose": "photo"}, headers={**headers, "Idempotency-Key": "k"})
    assert answer.json["errors"][0]["pointer"] == "/file"


def test_nobody_elses_file_is_shown(client: FlaskClient, ctx: Ctx, headers, station) -> None:
    file = send(client, headers).json
    for other in (enroll(ctx, station_id=station, roles=list(Role)), enroll(ctx, station_id=make_station(ctx))):
        answer = client.get(f"/v1/files/{file['id']}", headers=bearer(open_session(ctx, other)))
        assert answer.status_code == 404


def test_an_altered_link_opens_nothing(client: FlaskClient, headers) -> None:
    file = send(client, headers).json
    link = client.get(f"/v1/files/{file['id']}", headers=headers).json["links"]["full"]
    assert client.get(link[:-2] + "zz").status_code == 404
    assert client.get("/v1/file-links/nothing").status_code == 404
