"""S38: the trail cannot be written: what would have to be in it is not shown, and nothing is half done."""

from collections.abc import Iterator

import psycopg
import pytest

from api.identity.types import Role
from tests.attacks.crowd import Crowd
from tests.attacks.ledger import count
from tests.builders.identity import Enrolled, bearer, enroll, open_session
from tests.builders.incidents import Scene, dispatch, make_scene, report

PLACE = {"lat": 29.7031, "lon": 107.3897, "datum": "wgs84"}
COUNTED = ("incidents", "dispatches", "offers", "outbox", "timers", "disputes")


@pytest.fixture(scope="module")
def chief(crowd: Crowd) -> tuple[dict[str, str], Scene, Enrolled]:
    """Somebody with every role; a running incident; a colleague to look at."""
    with crowd.inside() as ctx:
        scene = make_scene(ctx, volunteers=2)
        dispatch(scene, report(scene))
        person = enroll(ctx, station_id=scene.station_id, roles=list(Role))
        return bearer(open_session(ctx, person)), scene, scene.people[0].person


@pytest.fixture
def silent(crowd: Crowd, cluster) -> Iterator[None]:
    """Nobody may add to the trail."""
    name = crowd.app.extensions["gridloop.settings"].database_url.split("@/")[1].split("?")[0]
    with psycopg.connect(cluster.conninfo("gridloop_owner", name), autocommit=True) as owner:
        owner.execute("REVOKE INSERT ON audit_entries FROM gridloop_app")
        try:
            yield
        finally:
            owner.execute("GRANT INSERT ON audit_entries TO gridloop_app")


def rows(crowd: Crowd) -> list[int]:
    return [crowd.read(f"SELECT count(*) FROM {table}") for table in COUNTED]


def test_nothing_is_shown_that_could_not_be_noted_and_nothing_is_half_done(crowd: Crowd, chief, silent) -> None:
    headers, _, colleague = chief
    before, client = rows(crowd), crowd.caller()
    body = {
        "kind": "other", "category": "urgent_help", "colour": "red", "source": "call", "place": PLACE,
        "description": "老人跌倒", "duplicate_checked": True,
    }  # fmt: skip
    answers = {
        "a number": client.get(f"/v1/people/{colleague.id}/contact", headers=headers),
        "an export with numbers": client.get("/v1/roster/export?full_numbers=true", headers=headers),
        "an export of disputes": client.get("/v1/disputes/export", headers=headers),
        "a search": client.post("/v1/disputes/searches", json={"phone": "13812345678"}, headers=headers),
        "an incident": client.post("/v1/incidents", json=body, headers={**headers, "Idempotency-Key": "s38-away"}),
    }
    shown = [name for name, answer in answers.items() if answer.status_code < 400]
    told = [name for name, answer in answers.items() if colleague.phone.encode() in answer.data]
    count("S38", "readings and writings without a trail", len(answers), len(answers) - len(shown))
    assert (shown, told) == ([], [])
    assert rows(crowd) == before


def test_with_the_trail_back_each_works(crowd: Crowd, chief) -> None:
    """What was refused is not lost: asked again under the same key it is done once."""
    headers, _, colleague = chief
    body = {
        "kind": "other", "category": "urgent_help", "colour": "red", "source": "call", "place": PLACE,
        "description": "老人跌倒", "duplicate_checked": True,
    }  # fmt: skip
    client = crowd.caller()
    statuses = [
        client.get(f"/v1/people/{colleague.id}/contact", headers=headers).status_code,
        client.post("/v1/incidents", json=body, headers={**headers, "Idempotency-Key": "s38"}).status_code,
        client.post("/v1/incidents", json=body, headers={**headers, "Idempotency-Key": "s38"}).status_code,
    ]
    count("S38", "the same with the trail back", len(statuses))
    assert statuses == [200, 201, 201]
