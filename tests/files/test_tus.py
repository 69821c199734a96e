"""tus 1.0.0, request by request, as its specification words it."""

import base64
import hashlib
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from api.files.gateways.depot import DepotOrder, depot
from api.files.service import expire_uploads
from api.files.types import Limits
from api.plumbing.context import Ctx
from tests.builders import files as made
from tests.builders.followups import later
from tests.builders.grids import make_station
from tests.builders.identity import bearer, enroll, open_session

PHOTO = made.photographed()
TYPE = "application/offset+octet-stream"


@pytest.fixture(autouse=True)
def folder(tmp_path):
    """A depot of the test's own."""
    before = depot._order
    depot.load(DepotOrder(tmp_path, Limits(open_uploads=3)))
    yield tmp_path
    depot.load(before)


@pytest.fixture
def person(ctx: Ctx):
    return enroll(ctx, station_id=make_station(ctx))


@pytest.fixture
def headers(ctx: Ctx, person) -> dict[str, str]:
    return {**bearer(open_session(ctx, person)), "Tus-Resumable": "1.0.0"}


def metadata(**values: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


def create(client: FlaskClient, headers, length=len(PHOTO), data: bytes | None = None, **extra):
    sent = {"Upload-Length": str(length), **({"Content-Type": TYPE} if data else {}), **extra}
    return client.post("/v1/uploads", headers={**headers, **sent}, data=data)


def patch(client: FlaskClient, headers, where: str, offset: int, data: bytes, **extra):
    sent = {"Upload-Offset": str(offset), "Content-Type": TYPE, **extra}
    return client.patch(where, headers={**headers, **sent}, data=data)


def offset(client: FlaskClient, headers, where: str) -> int:
    return int(client.head(where, headers=headers).headers["Upload-Offset"])


def checksum(data: bytes, algorithm: str = "sha256") -> dict[str, str]:
    digest = hashlib.new(algorithm, data).digest()
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(digest).decode()}"}


@pytest.mark.parametrize("where", ["/v1/uploads", "/v1/uploads/00000000-0000-7000-8000-000000000000"])
def test_discovery_needs_no_sign_in_and_no_version(client: FlaskClient, where: str) -> None:
    answer = client.options(where)
    assert (answer.status_code, answer.headers["Tus-Version"]) == (204, "1.0.0")
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        "creation", "creation-with-upload", "expiration", "checksum", "termination",
    }  # fmt: skip
    assert answer.headers["Tus-Max-Size"] == str(20 << 20)
    assert "sha1" in answer.headers["Tus-Checksum-Algorithm"].split(",")


def test_in_three_pieces_with_a_question_between(client: FlaskClient, headers) -> None:
    answer = create(client, headers)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "0")
    where = answer.headers["Location"]
    assert patch(client, headers, where, 0, PHOTO[:100]).headers["Upload-Offset"] == "100"
    asked = client.head(where, headers=headers)
    assert (asked.status_code, asked.data, asked.headers["Upload-Offset"]) == (200, b"", "100")
    assert asked.headers["Upload-Length"] == str(len(PHOTO))
    assert asked.headers["Cache-Control"] == "no-store"
    answer = patch(client, headers, where, 100, PHOTO[100:200])
    assert (answer.status_code, answer.headers["Tus-Resumable"]) == (204, "1.0.0")
    assert "Gridloop-File-Id" not in answer.headers
    answer = patch(client, headers, where, 200, PHOTO[200:])
    assert answer.headers["Upload-Offset"] == str(len(PHOTO))
    file = client.get(f"/v1/files/{answer.headers['Gridloop-File-Id']}", headers=headers).json
    assert file["source_sha256"] == hashlib.sha256(PHOTO).hexdigest()


def test_the_answer_to_the_last_byte_may_be_lost(client: FlaskClient, headers) -> None:
    where = create(client, headers).headers["Location"]
    file_id = patch(client, headers, where, 0, PHOTO).headers["Gridloop-File-Id"]
    asked = client.head(where, headers=headers)
    assert (asked.headers["Upload-Offset"], asked.headers["Gridloop-File-Id"]) == (str(len(PHOTO)), file_id)
    again = patch(client, headers, where, len(PHOTO), b"")
    assert (again.status_code, again.headers["Gridloop-File-Id"]) == (204, file_id)
    told = client.get(where, headers={"Authorization": headers["Authorization"]})
    assert (told.json["state"], told.json["file_id"]) == ("finished", file_id)


def test_created_with_its_first_bytes(client: FlaskClient, headers) -> None:
    answer = create(client, headers, data=PHOTO[:50])
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "50")
    whole = create(client, headers, data=PHOTO)
    assert whole.headers["Gridloop-File-Id"]


def test_what_the_metadata_says_is_taken_along(client: FlaskClient, headers) -> None:
    data = made.pdf()
    told = metadata(filename="协议书.pdf", filetype="application/pdf", purpose="paper")
    answer = create(client, headers, len(data), data, **{"Upload-Metadata": told})
    file = client.get(f"/v1/files/{answer.headers['Gridloop-File-Id']}", headers=headers).json
    assert (file["media_type"], file["purpose"]) == ("application/pdf", "paper")


@pytest.mark.parametrize("wrong", [0, 60, 10_000])
def test_bytes_that_begin_elsewhere_conflict(client: FlaskClient, headers, wrong: int) -> None:
    where = create(client, headers, data=PHOTO[:50]).headers["Location"]
    answer = patch(client, headers, where, wrong, b"x")
    assert (answer.status_code, answer.json["code"]) == (409, "upload_offset")
    assert answer.json["facts"] == {"offset": 50}
    assert offset(client, headers, where) == 50


def test_the_upload_of_another_is_not_there(client: FlaskClient, ctx: Ctx, headers, person) -> None:
    where = create(client, headers).headers["Location"]
    for station_id in (person.station_id, make_station(ctx)):
        other = {**bearer(open_session(ctx, enroll(ctx, station_id=station_id))), "Tus-Resumable": "1.0.0"}
        answers = [
            client.head(where, headers=other),
            client.get(where, headers=other),
            patch(client, other, where, 0, PHOTO),
            client.delete(where, headers=other),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert "Upload-Offset" not in answers[0].headers
    assert offset(client, headers, where) == 0


@pytest.mark.parametrize("version", [None, "0.2.2"])
def test_another_version_is_told_ours(client: FlaskClient, headers, version) -> None:
    where = create(client, headers).headers["Location"]
    headers = {key: value for key, value in headers.items() if key != "Tus-Resumable"}
    headers |= {"Tus-Resumable": version} if version else {}
    for answer in (
        create(client, headers),
        patch(client, headers, where, 0, b"x"),
        client.head(where, headers=headers),
        client.delete(where, headers=headers),
    ):
        assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    assert offset(client, {**headers, "Tus-Resumable": "1.0.0"}, where) == 0


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"Upload-Length": "0"}, 400, "upload_header"),
        ({"Upload-Length": "-1"}, 400, "upload_header"),
        ({"Upload-Length": "1e3"}, 400, "upload_header"),
        ({"Upload-Length": "９"}, 400, "upload_header"),
        ({"Upload-Length": str((20 << 20) + 1)}, 413, "file_too_large"),
        ({"Upload-Defer-Length": "1"}, 400, "upload_header"),
        ({"Upload-Metadata": "filename !!!"}, 400, "upload_header"),
        ({"Upload-Metadata": "filename \x80"}, 400, "upload_header"),
        ({"Upload-Metadata": "purpose eA=="}, 400, "upload_header"),
        ({"Upload-Metadata": "a eA==,a eA=="}, 400, "upload_header"),
    ],
)
def test_an_announcement_that_makes_no_sense(client: FlaskClient, headers, changes, status, code) -> None:
    if not changes.get("Upload-Length", "").isascii():
        changes = {"Upload-Length": changes["Upload-Length"].encode().decode("latin-1")}
    answer = create(client, headers, **changes)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.headers["Tus-Resumable"] == "1.0.0"


def test_other_content_types_are_refused(client: FlaskClient, headers) -> None:
    where = create(client, headers).headers["Location"]
    for kind in ("application/json", "text/plain", ""):
        answer = patch(client, headers, where, 0, PHOTO, **{"Content-Type": kind})
        assert (answer.status_code, answer.json["code"]) == (415, "not_offset_stream")
    assert offset(client, headers, where) == 0


def test_more_than_was_announced_is_refused(client: FlaskClient, headers) -> None:
    where = create(client, headers, 100).headers["Location"]
    answer = patch(client, headers, where, 0, b"x" * 101)
    assert (answer.status_code, answer.json["code"]) == (413, "upload_overrun")
    assert offset(client, headers, where) == 0


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_checksum_that_fits(client: FlaskClient, headers, algorithm: str) -> None:
    where = create(client, headers).headers["Location"]
    answer = patch(client, headers, where, 0, PHOTO, **checksum(PHOTO, algorithm))
    assert (answer.status_code, "Gridloop-File-Id" in answer.headers) == (204, True)


def test_a_checksum_that_does_not_fit_throws_the_bytes_away(client: FlaskClient, headers) -> None:
    where = create(client, headers).headers["Location"]
    answer = patch(client, headers, where, 0, PHOTO[:99], **checksum(PHOTO[:100]))
    assert (answer.status_code, answer.json["code"]) == (460, "checksum_mismatch")
    assert offset(client, headers, where) == 0


@pytest.mark.parametrize(
    ("value", "code"),
    [("crc32 AAAA", "checksum_unknown"), ("sha256 AAAA", "upload_header"), ("sha256 ?", "upload_header")],
)
def test_a_checksum_nobody_can_compare(client: FlaskClient, headers, value: str, code: str) -> None:
    where = create(client, headers).headers["Location"]
    answer = patch(client, headers, where, 0, PHOTO, **{"Upload-Checksum": value})
    assert (answer.status_code, answer.json["code"]) == (400, code)


def test_given_up(client: FlaskClient, headers, folder) -> None:
    where = create(client, headers, data=PHOTO[:50]).headers["Location"]
    assert list((folder / "uploads").iterdir())
    assert client.delete(where, headers=headers).status_code == 204
    assert client.head(where, headers=headers).status_code == 410
    assert patch(client, headers, where, 50, PHOTO[50:]).status_code == 410
    assert list((folder / "uploads").iterdir()) == []


def test_given_up_when_it_was_finished(client: FlaskClient, headers) -> None:
    answer = create(client, headers, data=PHOTO)
    assert client.delete(answer.headers["Location"], headers=headers).status_code == 204
    assert client.get(f"/v1/files/{answer.headers['Gridloop-File-Id']}", headers=headers).status_code == 404


def test_what_has_been_given_to_something_stays(client: FlaskClient, ctx: Ctx, headers) -> None:
    answer = create(client, headers, data=PHOTO)
    ctx.session.execute(
        text("UPDATE files SET state = 'claimed', owner_kind = 'visit', owner_id = :id, claimed_at = now()"),
        {"id": ctx.new_id()},
    )
    assert client.delete(answer.headers["Location"], headers=headers).status_code == 409


def test_bytes_that_are_no_photo_end_the_upload(client: FlaskClient, headers, folder) -> None:
    junk = b"MZ" + b"\0" * 500
    where = create(client, headers, len(junk)).headers["Location"]
    answer = patch(client, headers, where, 0, junk)
    assert (answer.status_code, answer.json["code"]) == (422, "file_type_refused")
    assert client.head(where, headers=headers).status_code == 410
    assert list((folder / "uploads").iterdir()) == []


def test_it_expires_and_its_bytes_go(client: FlaskClient, ctx: Ctx, headers, folder) -> None:
    answer = create(client, headers, data=PHOTO[:50])
    where, ends = answer.headers["Location"], parsedate_to_datetime(answer.headers["Upload-Expires"])
    assert ends == pytest.approx(ctx.now + timedelta(days=3), abs=timedelta(minutes=1))
    assert expire_uploads(later(ctx, days=2)) == 0
    assert len(list((folder / "uploads").iterdir())) == 1
    assert expire_uploads(later(ctx, days=4)) == 1
    assert list((folder / "uploads").iterdir()) == []
    assert client.head(where, headers=headers).status_code == 410
    assert expire_uploads(later(ctx, days=11)) == 0
    assert client.head(where, headers=headers).status_code == 404


def test_a_finished_upload_is_forgotten_and_its_file_is_not(client: FlaskClient, ctx: Ctx, headers) -> None:
    answer = create(client, headers, data=PHOTO)
    expire_uploads(later(ctx, days=11))
    assert client.head(answer.headers["Location"], headers=headers).status_code == 404
    assert client.get(f"/v1/files/{answer.headers['Gridloop-File-Id']}", headers=headers).status_code == 200


def test_too_many_at_once(client: FlaskClient, headers) -> None:
    first = create(client, headers).headers["Location"]
    assert [create(client, headers).status_code for _ in range(3)] == [201, 201, 429]
    client.delete(first, headers=headers)
    assert create(client, headers).status_code == 201


def test_a_lost_disk_is_told_instead_of_glued(client: FlaskClient, headers, folder) -> None:
    where = create(client, headers, data=PHOTO[:50]).headers["Location"]
    for part in (folder / "uploads").iterdir():
        part.unlink()
    assert patch(client, headers, where, 50, PHOTO[50:]).status_code == 410


def test_a_crash_between_the_last_byte_and_the_file_is_made_good_by_asking(client: FlaskClient, ctx, headers, folder):
    where = create(client, headers, data=PHOTO[:50]).headers["Location"]
    [part] = (folder / "uploads").iterdir()
    part.write_bytes(PHOTO)
    ctx.session.execute(text("UPDATE uploads SET received = length"))
    asked = client.head(where, headers=headers)
    assert (asked.status_code, asked.headers["Upload-Offset"]) == (200, str(len(PHOTO)))
    assert asked.headers["Gridloop-File-Id"]
    assert not part.exists()


def test_methods_by_override(client: FlaskClient, headers) -> None:
    where = create(client, headers).headers["Location"]
    sent = {**headers, "Upload-Offset": "0", "Content-Type": TYPE, "X-HTTP-Method-Override": "PATCH"}
    assert client.post(where, headers=sent, data=PHOTO[:10]).headers["Upload-Offset"] == "10"
    assert client.post(where, headers={**headers, "X-HTTP-Method-Override": "DELETE"}).status_code == 204
    assert client.post(where, headers={**headers, "X-HTTP-Method-Override": "GET"}).status_code == 405
    # Only a POST can become another method.
    assert client.get(where, headers={**headers, "X-HTTP-Method-Override": "DELETE"}).status_code == 410
