"""What messages cost: counted by part and provider, told by call-out, by month, and stopped at the daily cap."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from api.identity.types import Role
from api.notifications.queries.costs import costs_about, costs_between
from api.notifications.rules.spending import day_of, month_of, used_up
from api.notifications.service.claims import ClaimOrder, claim_letters
from api.notifications.service.settling import settle_attempts
from api.notifications.types import Attempt, Channel, Outcome, OutcomeKind, Provider, Urgency
from api.plumbing.context import Ctx
from tests.builders.grids import make_station
from tests.builders.identity import bearer, enroll, open_session
from tests.builders.incidents import dispatch, make_scene, offers, report
from tests.builders.notifications import make_reachable, queue_notice

LEASE = timedelta(seconds=20)
EVERY = (Urgency.ALERT, Urgency.OTP, Urgency.NORMAL)
K = OutcomeKind


def settle_all(ctx: Ctx, provider: Provider, kind: OutcomeKind = K.ACCEPTED, parts: int = 1) -> int:
    """Send everything that is due over texts, as a pusher would; how many."""
    order = ClaimOrder(EVERY, Channel.SMS, 100, LEASE, (Provider.TWILIO, Provider.ALIYUN))
    letters = claim_letters(ctx, order).letters
    ref = {"provider_ref": f"x{ctx.new_id()}"} if kind is K.ACCEPTED else {}
    attempts = [Attempt(x, provider, Outcome(kind, **ref), 5, 0.5, parts) for x in letters]
    settle_attempts(ctx, attempts)
    return len(letters)


@pytest.mark.unit
def test_a_day_and_a_month_are_those_of_whoever_pays() -> None:
    late = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    assert day_of(late).isoformat() == "2027-01-01"
    since, until = month_of("2026-12")
    assert since <= datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert until == datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert used_up({"CNY": Decimal("9.99")}, {"CNY": Decimal(10), "USD": Decimal(1)}) == []
    assert used_up({"CNY": Decimal(10)}, {"CNY": Decimal(10)}) == ["CNY"]


def test_each_part_has_the_price_of_its_provider_country_and_day(ctx: Ctx) -> None:
    station = make_station(ctx)
    for _ in range(2):
        queue_notice(ctx, make_reachable(ctx, station, phones=0))
    assert settle_all(ctx, Provider.ALIYUN, parts=3) == 2
    new = "INSERT INTO message_prices VALUES ('aliyun', 'sms', '+86', now() - interval '1 second', 'CNY', 0.1)"
    ctx.session.execute(text(new))
    queue_notice(ctx, make_reachable(ctx, station, phones=0))
    settle_all(ctx, Provider.ALIYUN)
    [cost] = costs_between(ctx.session, station, ctx.now - timedelta(hours=1), ctx.now + timedelta(hours=1))
    assert (cost.currency, cost.messages, cost.parts, cost.amount) == ("CNY", 3, 7, Decimal("0.37"))


def test_what_was_refused_costs_nothing_and_what_nobody_knows_is_marked(ctx: Ctx) -> None:
    station = make_station(ctx)
    refused = make_reachable(ctx, station, phones=0)
    queue_notice(ctx, refused, urgency="normal")
    settle_all(ctx, Provider.TWILIO, K.PERMANENT)
    message = queue_notice(ctx, make_reachable(ctx, station, phones=0))
    settle_all(ctx, Provider.TWILIO, K.UNKNOWN)
    settle_all(ctx, Provider.TWILIO)
    subject = ctx.session.execute(text("SELECT subject_id FROM outbox WHERE id = :id"), {"id": message}).scalar_one()
    [cost] = costs_about(ctx.session, station, [subject])
    assert (cost.messages, cost.parts, cost.amount) == (1, 2, Decimal("0.1016"))
    assert cost.uncertain == Decimal("0.0508")


def test_a_call_settled_twice_is_charged_once(ctx: Ctx) -> None:
    station = make_station(ctx)
    queue_notice(ctx, make_reachable(ctx, station, phones=0))
    order = ClaimOrder(EVERY, Channel.SMS, 100, LEASE)
    [letter] = claim_letters(ctx, order).letters
    attempt = Attempt(letter, Provider.TWILIO, Outcome(K.ACCEPTED, provider_ref="x"), 5, 0.5, 1)
    settle_attempts(ctx, [attempt])
    settle_attempts(ctx, [attempt])
    assert ctx.session.execute(text("SELECT sum(amount) FROM daily_spend")).scalar() == Decimal("0.0508")


def test_ask_11_cost_per_call_out(client, ctx: Ctx, make_ctx) -> None:
    """The desk sees what asking for help has cost, for the incident, for each dispatch and for each person asked."""
    scene = make_scene(ctx)
    incident_id = report(scene)
    dispatch_id = dispatch(scene, incident_id)
    asked = offers(scene, dispatch_id)
    ctx = make_ctx()  # later than the dispatch
    sent = settle_all(ctx, Provider.ALIYUN)
    assert sent >= len(asked) > 0
    chief = enroll(ctx, station_id=scene.station_id, roles=[Role.DISPATCHER, Role.SUPERVISOR])
    headers = bearer(open_session(ctx, chief))
    answer = client.get(f"/v1/incidents/{incident_id}/costs", headers=headers)
    assert answer.status_code == 200, answer.json
    [only] = answer.json["dispatches"]
    assert (only["dispatch_id"], only["asked"]) == (str(dispatch_id), len(asked))
    [cost] = only["costs"]
    assert (cost["provider"], cost["currency"], cost["messages"]) == ("aliyun", "CNY", sent)
    assert Decimal(cost["amount"]) == Decimal("0.045") * sent
    assert Decimal(only["per_person"]["CNY"]) == round(Decimal("0.045") * sent / len(asked), 6)
    assert answer.json["total"] == only["costs"]
    month = day_of(ctx.now).strftime("%Y-%m")
    whole = client.get(f"/v1/message-costs?month={month}", headers=headers)
    assert whole.json["items"] == answer.json["total"]
    other = bearer(open_session(ctx, enroll(ctx, station_id=make_station(ctx), roles=[Role.DISPATCHER])))
    assert client.get(f"/v1/incidents/{incident_id}/costs", headers=other).status_code == 404
    assert client.get(f"/v1/message-costs?month={month}", headers=other).json["items"] == []


def test_over_the_cap_only_what_must_go_is_claimed(ctx: Ctx) -> None:
    station = make_station(ctx)
    for urgency in ("alert", "normal"):
        queue_notice(ctx, make_reachable(ctx, station, phones=0), urgency=urgency)
    spent = "INSERT INTO daily_spend VALUES (:day, 'CNY', 10)"
    ctx.session.execute(text(spent), {"day": day_of(ctx.now)})
    for cap, claimed in ((Decimal(10), ["alert"]), (Decimal(11), ["normal"])):
        order = ClaimOrder(EVERY, Channel.SMS, 100, LEASE, (), {"CNY": cap})
        assert [letter.urgency.value for letter in claim_letters(ctx, order).letters] == claimed


def test_the_desk_hears_of_a_cap_that_is_used_up(client, ctx: Ctx, monkeypatch: pytest.MonkeyPatch) -> None:
    extensions = client.application.extensions
    capped = extensions["gridloop.settings"].model_copy(update={"sms_daily_caps": "CNY:10"})
    monkeypatch.setitem(extensions, "gridloop.settings", capped)
    assert client.get("/healthz/deep").json["problems"] == []
    ctx.session.execute(text("INSERT INTO daily_spend VALUES (:day, 'CNY', 10)"), {"day": day_of(ctx.now)})
    answer = client.get("/healthz/deep")
    assert answer.json["problems"] == ["sms_daily_cap_CNY"]
    assert answer.status_code == 503
