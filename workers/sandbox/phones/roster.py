"""Who has a simulated phone: var/demo-phones.json, written with the demo data."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.sandbox.phones.behaviour import WALKING_MPS, Behaviour
from workers.sandbox.phones.walking import Spot


@dataclass(frozen=True)
class Person:
    """The owner of a simulated phone."""

    phone: str
    home: Spot
    behaviour: Behaviour = Behaviour.MODEL
    duty: bool = True
    speed_mps: float = WALKING_MPS
    push: str = "fcm"
    """The push service of the phone: `fcm`, or `webpush` for one without Google's."""
    app: bool = True
    """Without it there are texts, links and calls only."""


def read_roster(path: Path) -> list[Person]:
    """The people of the file; ValueError says which entry is wrong and why."""
    entries = json.loads(path.read_text("utf-8"))
    people = [_person(index, entry) for index, entry in enumerate(entries)]
    if len({person.phone for person in people}) < len(people):
        raise ValueError(f"{path}: a number is listed twice")
    return people


def _person(index: int, entry: dict[str, Any]) -> Person:
    try:
        return Person(
            phone=str(entry["phone"]),
            home=Spot(float(entry["lat"]), float(entry["lon"])),
            behaviour=Behaviour(entry.get("behaviour", Behaviour.MODEL)),
            duty=bool(entry.get("duty", True)),
            speed_mps=float(entry.get("speed_mps", WALKING_MPS)),
            push=_push(entry.get("push", "fcm")),
            app=bool(entry.get("app", True)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"entry {index}: {error!r}") from error


def _push(kind: str) -> str:
    if kind not in ("fcm", "webpush"):
        raise ValueError(f"no push service {kind}")
    return kind
