"""S07: having codes sent for the money in it: what is sent, to whom, up to how much, and who hears of it."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from api.identity.rules.conversion import FEWEST, is_pumped
from api.identity.rules.limits import CODES_PER_ADDRESS, CODES_PER_SEGMENT, CODES_PER_STATION
from api.identity.service import watch_codes
from api.notifications.rules.spending import CODES_CAPS
from api.notifications.service.claims import ClaimOrder, claim_letters
from api.notifications.service.settling import settle_attempts
from api.notifications.types import Attempt, Channel, Outcome, OutcomeKind, Provider, Urgency
from api.plumbing.context import Ctx
from tests.attacks.arena import Arena
from tests.attacks.crowd import Crowd, ask, codes_of, some_address, verify
from tests.attacks.ledger import LONG, count
from tests.builders.grids import make_station
from tests.builders.identity import enroll

SEGMENT = "+861991234"
FROM_ONE, FROM_MANY = (500, 100) if LONG else (40, 20)
# Foreign, premium, toll-free, short, satellite, and landlines that get no text.
ELSEWHERE = (
    "+12025550123", "+882161234567", "+8816123456789", "+979123456789", "+442079460000", "+37012345678",
    "+2250123456789", "+9647912345678", "+861660100000000", "+8616812345", "+864008001234", "110", "+86110", "12520",
    "95588", "+862312345678",
)  # fmt: skip


@pytest.fixture
def no_waiting(crowd: Crowd):
    """Empty the counters of single numbers and addresses, so that the one limit under test stands alone."""
    return lambda: crowd.write("DELETE FROM attempt_counters WHERE name ~ '^code[.](phone|address)'")


def sent(crowd: Crowd) -> int:
    return crowd.read("SELECT count(*) FROM outbox WHERE template = 'sign_in_code'")


def test_hundreds_of_requests_over_one_block_of_numbers_send_nothing(crowd: Crowd) -> None:
    """Numbers nobody enrolled: no money is spent, and nobody's limit but the asker's is used up."""
    used_up = "SELECT count(*) FROM attempt_counters WHERE name IN ('code.segment.hour', 'code.station.day')"
    before, limits_before = sent(crowd), crowd.read(used_up)
    address, left = some_address(), CODES_PER_ADDRESS.most
    if not LONG:
        # As if the address had asked for all but thirty before.
        ask(crowd.caller(address), f"{SEGMENT}9999")
        left = 30
        asked = "UPDATE attempt_counters SET count = :asked WHERE name = :name"
        crowd.write(asked, asked=CODES_PER_ADDRESS.most - left, name=CODES_PER_ADDRESS.name)
    one = crowd.at_once(FROM_ONE, lambda client, n: ask(client, f"{SEGMENT}{n:04d}").status_code, address)
    many = crowd.at_once(FROM_MANY, lambda client, n: ask(client, f"{SEGMENT}{5000 + n:04d}").status_code)
    statuses = Counter(one + many)
    count(
        "S07", "unknown numbers of one block", FROM_ONE + FROM_MANY, sent=sent(crowd) - before, statuses=dict(statuses)
    )
    assert Counter(one) == {202: left, 429: FROM_ONE - left}
    assert Counter(many) == {202: FROM_MANY}
    assert sent(crowd) == before
    assert crowd.read(used_up) == limits_before


def test_numbers_of_other_countries_and_dear_ones_are_refused(crowd: Crowd) -> None:
    before = sent(crowd)
    statuses = Counter(ask(crowd.caller(), number).status_code for number in ELSEWHERE)
    count("S07", "foreign, premium, short and land numbers", len(ELSEWHERE), statuses[422], sent=sent(crowd) - before)
    assert statuses == {422: len(ELSEWHERE)}
    assert sent(crowd) == before


def test_one_enrolled_number_gets_one_code_a_minute_however_many_ask(crowd: Crowd) -> None:
    [person] = crowd.people(1)
    statuses = Counter(crowd.at_once(60, lambda client, _: ask(client, person.phone).status_code))
    with crowd.inside() as ctx:
        codes = len(codes_of(ctx, person))
    count("S07", "one enrolled number asked for from many addresses", 60, codes=codes, statuses=dict(statuses))
    assert (codes, statuses) == (1, Counter({202: 1, 429: 59}))


@pytest.mark.parametrize(
    ("limit", "subject"),
    [(CODES_PER_SEGMENT, "block of numbers"), (CODES_PER_STATION, "station")],
    ids=["block", "station"],
)
def test_what_is_sent_ends_at_the_limit_and_the_answer_does_not_say_so(
    crowd: Crowd, no_waiting, limit, subject
) -> None:
    people = crowd.people(12)
    ask(crowd.caller(), people[0].phone)
    # As if all but four of the limit were sent before.
    crowd.write(
        "UPDATE attempt_counters SET count = :so_far WHERE name = :name", name=limit.name, so_far=limit.most - 4
    )
    no_waiting()
    before = sent(crowd)
    answers = crowd.at_once(11, lambda client, n: ask(client, people[n + 1].phone))
    count("S07", f"enrolled numbers of one {subject} near its limit", 11, sent=sent(crowd) - before)
    assert sent(crowd) - before == 4
    assert {(answer.status_code, answer.data) for answer in answers} == {(202, answers[0].data)}
    crowd.write("DELETE FROM attempt_counters")


def claimed(ctx: Ctx) -> tuple[list[str], int]:
    """What a pusher would call about, and how many it would not, all of it settled."""
    order = ClaimOrder((Urgency.OTP,), Channel.SMS, 100, timedelta(seconds=20), (Provider.TWILIO,))
    letters = claim_letters(ctx, order).letters
    stops = [letter.carriage.stop for letter in letters if letter.carriage]
    taken = Outcome(OutcomeKind.ACCEPTED, provider_ref="x")
    settle_attempts(
        ctx, [Attempt(x, Provider.TWILIO, s or taken, 5, 0.5, 1) for x, s in zip(letters, stops, strict=True)]
    )
    return [stop.code for stop in stops if stop], stops.count(None)


def test_a_station_s_codes_cost_no_more_than_its_day_allows(arena: Arena) -> None:
    """The station whose money is spent sends none more; its neighbour does, and alerts are not meant."""
    ctx = arena.ctx
    ours, theirs = make_station(ctx), make_station(ctx)
    client = arena.app.test_client()
    charge = text("""
        INSERT INTO message_charges (message_id, number, station_id, subject_kind, channel, provider, urgency, template,
            parts, currency, amount, certain, charged_at)
        VALUES (gen_random_uuid(), 1, :station, 'sign_in_code', 'sms', 'twilio', :urgency, 'sign_in_code', 1, 'USD',
            :amount, true, :at)
    """)
    cap = CODES_CAPS["USD"]
    rows = [
        ("otp", cap - Decimal("0.01"), ctx.now),
        ("alert", cap * 9, ctx.now),
        ("otp", cap, ctx.now - timedelta(days=2)),
    ]
    for urgency, amount, at in rows:
        ctx.session.execute(charge, {"station": ours, "urgency": urgency, "amount": amount, "at": at})

    def ask_anew(station_id):
        client.environ_base["REMOTE_ADDR"] = some_address()
        assert ask(client, enroll(arena.ctx, station_id=station_id).phone).status_code == 202
        return claimed(arena.ctx)

    with arena.undone():
        for _ in range(20):  # codes that other tests asked for
            if claimed(arena.ctx) == ([], 0):
                break
        below, last = ask_anew(ours), ask_anew(ours)
        neighbour = ask_anew(theirs)
    count(
        "S07", "codes claimed around a station's daily money", 3, below=below[1], above=last[1], neighbour=neighbour[1]
    )
    assert below == ([], 1)  # below the cap; its price is charged as it is settled
    assert last == (["codes_cap"], 0)
    assert neighbour == ([], 1)


def test_the_cap_knows_what_was_paid_in_each_currency() -> None:
    assert set(CODES_CAPS) == {"CNY", "USD"}
    assert not is_pumped(FEWEST - 1, 0)
    assert is_pumped(FEWEST, 5)
    assert not is_pumped(FEWEST, 6)


def test_codes_that_nobody_uses_raise_an_alarm(arena: Arena) -> None:
    ctx = arena.ctx
    pumped, honest = make_station(ctx), make_station(ctx)
    client = arena.app.test_client()
    for station_id, users in ((pumped, 4), (honest, 8)):
        for number in range(FEWEST):
            client.environ_base["REMOTE_ADDR"] = some_address()
            person = enroll(arena.ctx, station_id=station_id)
            ask(client, person.phone)
            if number < users:
                assert verify(client, person.phone, codes_of(arena.ctx, person)[0]).status_code == 200
    assert watch_codes(arena.ctx) == []  # a code that was just sent may still be used
    # Twenty minutes later: the slot's number stands behind the station's sixteen bytes.
    later = """
        UPDATE attempt_counters SET subject = overlay(subject PLACING
            int4send(('x' || encode(substr(subject, 17), 'hex'))::bit(32)::int - 4) FROM 17)
        WHERE name IN ('code.sent', 'code.used')
    """
    arena.ctx.session.execute(text(later))
    assert watch_codes(arena.ctx) == watch_codes(arena.ctx) == [pumped]
    red = client.get("/healthz/deep").json["problems"]
    told = arena.ctx.session.execute(
        text("SELECT station_id, details FROM audit_entries WHERE action = 'sign_in.codes_unused'")
    ).all()
    arena.ctx.session.execute(text("UPDATE attempt_counters SET count = 20 WHERE name = 'code.used'"))
    assert watch_codes(arena.ctx) == []
    green = client.get("/healthz/deep").json["problems"]
    count("S07", "stations with 20 codes, 4 and 8 of them used", 2, alarms=len(told))
    assert [tuple(row) for row in told] == [(pumped, {"sent": 20, "used": 4})]
    assert ("sign_in_codes_unused" in red, "sign_in_codes_unused" in green) == (True, False)
