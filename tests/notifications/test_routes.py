"""The inbox, acknowledgements and the desk's view over HTTP."""

from flask.testing import FlaskClient

from api.identity.types import Role
from api.plumbing.context import Ctx
from tests.builders.grids import make_station
from tests.builders.identity import enroll, sign_in
from tests.builders.notifications import Reachable, make_reachable, message_row, queue_notice


def test_the_inbox_holds_one_s_own_messages_without_the_codes(app, client: FlaskClient, ctx: Ctx) -> None:
    somebody, other = make_reachable(ctx), make_reachable(ctx, phones=0)
    first, second = queue_notice(ctx, somebody), queue_notice(ctx, somebody, template="stand_down")
    queue_notice(ctx, other)
    code = {"template": "sign_in_code", "urgency": "otp", "variables": {"code": "123456"}}
    queue_notice(ctx, somebody, **code)
    headers = sign_in(app, ctx, somebody.person)
    items = client.get("/v1/inbox", headers=headers).json["items"]
    assert {item["id"] for item in items} == {str(first), str(second)}
    item = next(item for item in items if item["id"] == str(second))
    assert (item["type"], item["state"]) == ("stand_down", "queued")
    assert item["text"]["zh-CN"]["title"] == "人手已够"
    assert item["text"]["en"]["title"] == "Enough people are on the way"
    assert set(item["text"]["en"]) == {"title", "body"}


def test_the_inbox_pages_without_gap_or_repetition(app, client: FlaskClient, ctx: Ctx) -> None:
    somebody = make_reachable(ctx)
    ids = [str(queue_notice(ctx, somebody)) for _ in range(5)]
    headers, seen, cursor = sign_in(app, ctx, somebody.person), [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/inbox", headers=headers, query_string=query).json
        seen += [item["id"] for item in page["items"]]
        if not (cursor := page["next_cursor"]):
            break
    assert seen == sorted(ids, reverse=True)


def test_the_inbox_fills_in_counts(app, client: FlaskClient, ctx: Ctx) -> None:
    somebody = make_reachable(ctx)
    queue_notice(ctx, somebody, template="visit_due", urgency="normal", variables={"due": "3"})
    [item] = client.get("/v1/inbox", headers=sign_in(app, ctx, somebody.person)).json["items"]
    assert "3" in item["text"]["en"]["body"]
    assert "{" not in item["text"]["zh-CN"]["body"]


def acknowledge(client: FlaskClient, headers: dict[str, str], message: object, **changes: object):
    body = {"kind": "read", "occurred_at": "2026-01-01T00:00:00Z"} | changes
    return client.post(f"/v1/messages/{message}/acknowledgements", headers=headers, json=body)


def test_an_acknowledgement_may_be_sent_twice(app, client: FlaskClient, ctx: Ctx) -> None:
    somebody = make_reachable(ctx)
    message = queue_notice(ctx, somebody)
    headers = sign_in(app, ctx, somebody.person)
    assert [acknowledge(client, headers, message, client_seq=7).status_code for _ in range(2)] == [204, 204]
    assert acknowledge(client, headers, message, kind="received").status_code == 204
    assert message_row(ctx, message)["state"] == "read"


def test_somebody_else_s_message_is_as_unknown_as_a_random_one(app, client: FlaskClient, ctx: Ctx) -> None:
    message = queue_notice(ctx, make_reachable(ctx))
    headers = sign_in(app, ctx, make_reachable(ctx).person)
    answers = [acknowledge(client, headers, unknown) for unknown in (message, ctx.new_id())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert message_row(ctx, message)["state"] == "queued"


def test_an_acknowledgement_names_a_known_kind_and_a_moment_with_its_zone(app, client: FlaskClient, ctx: Ctx) -> None:
    somebody = make_reachable(ctx)
    headers = sign_in(app, ctx, somebody.person)
    for changes in ({"kind": "eaten"}, {"occurred_at": "2026-01-01T00:00:00"}, {"client_seq": -1}, {"extra": 1}):
        assert acknowledge(client, headers, ctx.new_id(), **changes).status_code == 422


def test_the_desk_sees_what_became_of_its_own_station_s_messages(app, client: FlaskClient, ctx: Ctx) -> None:
    station_id = make_station(ctx)
    desk = enroll(ctx, station_id=station_id, roles=[Role.DISPATCHER])
    own = make_reachable(ctx, station_id)
    message = queue_notice(ctx, own)
    foreign = queue_notice(ctx, make_reachable(ctx))
    headers = sign_in(app, ctx, desk)

    def states(message_id) -> list[tuple]:
        query = {"subject_id": str(message_row(ctx, message_id)["subject_id"])}
        items = client.get("/v1/messages", headers=headers, query_string=query).json["items"]
        return [(item["id"], item["state"], item["channel"]) for item in items]

    assert states(message) == [(str(message), "queued", "push")]
    assert states(foreign) == []


def test_a_volunteer_does_not_see_deliveries(app, client: FlaskClient, ctx: Ctx) -> None:
    somebody: Reachable = make_reachable(ctx)
    headers = sign_in(app, ctx, somebody.person)
    assert client.get(f"/v1/messages?subject_id={ctx.new_id()}", headers=headers).status_code == 403
