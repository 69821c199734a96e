"""Phones without the app: they text back, open the page behind a link, and take calls."""

import asyncio
from typing import Any

import pytest

from tests.sandboxes import RunningTwilio
from workers.sandbox.phones.behaviour import Behaviour
from workers.sandbox.phones.plain import PlainPhone
from workers.sandbox.phones.roster import Person
from workers.sandbox.phones.walking import Spot
from workers.sandbox.phones.world import World

LINK = "https://grid.example/t/" + "A" * 35


class Notes:
    """Doors that write down who came through."""

    def __init__(self) -> None:
        self.seen: list[tuple[Any, ...]] = []

    async def answer_page(self, link: str, *, yes: bool) -> None:
        self.seen.append(("page", link, yes))

    async def text(self, number: str, body: str) -> None:
        self.seen.append(("text", number, body))

    async def pick_up(self, number: str, keys: str) -> None:
        self.seen.append(("call", number, keys))


def phone(behaviour: Behaviour, notes: Notes) -> PlainPhone:
    person = Person("+6591230001", Spot(29.7, 107.4), behaviour, app=False)
    return PlainPhone(person, notes, World(seed=1, speed=10_000))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (Behaviour.WILLING, [("page", LINK, True), ("text", "+6591230001", "27去"), ("call", "+6591230001", "1")]),
        (Behaviour.REFUSING, [("page", LINK, False), ("text", "+6591230001", "27不去"), ("call", "+6591230001", "2")]),
        (Behaviour.SILENT, []),
    ],
)
def test_they_answer_as_the_message_says_one_can(behaviour: Behaviour, expected: list[Any]) -> None:
    notes = Notes()

    async def live() -> None:
        somebody = phone(behaviour, notes)
        for body in (f"请打开链接答复：{LINK}", f"请打开链接答复：{LINK} 或回复27去、27不去", "验证码 123456"):
            somebody.receive_sms(body)
        somebody.receive_call("CA1")
        await asyncio.sleep(0.2)

    asyncio.run(live())
    assert sorted(notes.seen) == sorted(expected)


def test_the_stand_in_rings_until_somebody_takes_the_call(twilio: RunningTwilio) -> None:
    assert not twilio.pick_up("+6591230001", "1"), "nothing rings"
