"""S27: a phone that changes hands, and two accounts on one phone: who is rung, and who must not be."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from api.identity.queries import live_registrations
from api.notifications.service import queue_notices
from api.notifications.service.claims import ClaimOrder, claim_letters
from api.notifications.types import Channel, Urgency
from tests.attacks.arena import Arena
from tests.attacks.ledger import count
from tests.builders.grids import make_station
from tests.builders.identity import Enrolled, bearer, enroll, open_session
from tests.builders.notifications import Reachable, make_notice

HAND, SECOND = "install-of-the-hand", "install-of-the-second"


class Phones:
    """Accounts, their sessions, and what they register."""

    def __init__(self, arena: Arena) -> None:
        self.arena = arena
        self.station = make_station(arena.ctx)

    def account(self) -> tuple[Enrolled, dict[str, str]]:
        person = enroll(self.arena.ctx, station_id=self.station)
        return person, bearer(open_session(self.arena.ctx, person))

    def register(self, headers: dict[str, str], token: str, install: str) -> None:
        body = {"install_id": install, "provider": "fcm", "token": token, "platform": "android"}
        assert self.arena.client.post("/v1/devices", json=body, headers=headers).status_code == 200

    def ringing(self, person: Enrolled) -> list[str]:
        return sorted(found.token for found in live_registrations(self.arena.ctx.session, [person.id]))


@pytest.fixture
def phones(arena: Arena) -> Phones:
    return Phones(arena)


def given_on(phones: Phones, heir, headers) -> None:
    """The app was never signed out; the heir installs it anew, and the provider gives the same token."""
    phones.register(headers, "s27-one-token", SECOND)


def same_app(phones: Phones, heir, headers) -> None:
    """The heir signs in in the same installation, which by now has another token."""
    phones.register(headers, "s27-another-token", HAND)


def same_everything(phones: Phones, heir, headers) -> None:
    phones.register(headers, "s27-one-token", HAND)


@pytest.mark.parametrize("way", [given_on, same_app, same_everything], ids=lambda way: way.__name__)
def test_only_the_newest_owner_is_rung(phones: Phones, way) -> None:
    (first, theirs), (heir, headers) = phones.account(), phones.account()
    phones.register(theirs, "s27-one-token", HAND)
    way(phones, heir, headers)
    count("S27", f"a phone handed on: {way.__name__.replace('_', ' ')}", 2)
    assert phones.ringing(first) == []
    assert len(phones.ringing(heir)) == 1


def test_back_and_forth_one_rings_at_a_time(phones: Phones) -> None:
    accounts = [phones.account() for _ in range(3)]
    rung = []
    for turn in range(9):
        _, headers = accounts[turn % 3]
        phones.register(headers, "s27-shared", HAND)
        rung.append([len(phones.ringing(person)) for person, _ in accounts])
    count("S27", "three accounts by turns on one phone", len(rung))
    assert rung == [[int(n == turn % 3) for n in range(3)] for turn in range(9)]


def test_signing_out_takes_the_registration_along_and_the_next_one_is_not_told(phones: Phones) -> None:
    (first, theirs), (heir, headers) = phones.account(), phones.account()
    phones.register(theirs, "s27-left", HAND)
    assert phones.arena.client.post("/v1/sign-out", headers=theirs).status_code == 204
    count("S27", "signed out, then another one signs in", 2)
    assert phones.ringing(first) == []
    phones.register(headers, "s27-left", HAND)
    assert (phones.ringing(first), phones.ringing(heir)) == ([], ["s27-left"])


def test_what_was_queued_for_the_first_owner_is_not_sent_to_the_heir(phones: Phones) -> None:
    """The message names the registration, not the token: retired with its owner's, it has no address any more."""
    arena = phones.arena
    (first, theirs), (_, headers) = phones.account(), phones.account()
    phones.register(theirs, "s27-queued", HAND)
    somebody = Reachable(first, ("s27-queued",))
    ids = queue_notices(arena.ctx, [make_notice(arena.ctx, somebody)])
    phones.register(headers, "s27-queued", HAND)
    order = ClaimOrder((Urgency.ALERT,), Channel.PUSH, 500, timedelta(seconds=20))
    letters = [one for one in claim_letters(arena.ctx, order).letters if one.person_id == first.id]
    owners = arena.ctx.session.scalar(
        text("SELECT count(*) FROM outbox WHERE id = ANY(:ids) AND channel = 'push'"), {"ids": list(ids)}
    )
    count(
        "S27",
        "a push queued before the phone was handed on",
        len(letters),
        addresses=sum(bool(x.address) for x in letters),
    )
    assert owners == len(letters) == 1
    assert [one.address for one in letters] == [None]


def test_somebody_else_s_registration_is_neither_seen_nor_removed(phones: Phones) -> None:
    (_, theirs), (_, headers) = phones.account(), phones.account()
    phones.register(theirs, "s27-mine", HAND)
    [mine] = phones.arena.client.get("/v1/devices", headers=theirs).json["items"]
    statuses = [
        phones.arena.client.delete(f"/v1/devices/{mine['id']}", headers=headers).status_code,
        len(phones.arena.client.get("/v1/devices", headers=headers).json["items"]),
    ]
    count("S27", "another account's registration", 2)
    assert statuses == [404, 0]
    assert "token" not in mine
