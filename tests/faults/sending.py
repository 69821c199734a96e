"""What the provider faults have in common: people to tell, and the count of what became of each."""

import json
from collections import Counter
from typing import Any

from api.notifications.service import queue_notices
from tests.builders.grids import make_station
from tests.builders.notifications import Reachable, make_notice, make_reachable
from tests.pusher.conftest import Station, wait_until

OPEN = "SELECT count(*)::int AS open FROM outbox WHERE state IN ('queued', 'leased', 'unknown')"


def tell(station: Station, count: int, *, phones: int, **changes: Any) -> list[Reachable]:
    """So many people, each told one thing in one transaction."""

    def queue(ctx) -> list[Reachable]:
        place = make_station(ctx)
        people = [make_reachable(ctx, place, phones=phones) for _ in range(count)]
        queue_notices(ctx, [make_notice(ctx, somebody, **changes) for somebody in people])
        return people

    return station.do(queue)


def still_open(station: Station) -> int:
    return int(station.rows(OPEN)[0].open)


def wait_for_end(station: Station, seconds: float) -> None:
    """Until every message has come to some end."""
    wait_until(lambda: still_open(station) == 0, seconds, lambda: f"{still_open(station)} open")


def reached(people: list[Reachable], *providers: Any) -> Counter[Any]:
    """How often a provider took something for each person, over all of them."""
    owner = {address: p.id for p in people for address in (p.person.phone, *p.tokens)}
    entries = [entry for provider in providers for entry in provider.ledger()]
    return Counter(owner[entry["to"]] for entry in entries if entry["to"] in owner)


def doubles(people: list[Reachable], *providers: Any) -> int:
    """Calls beyond the first one that were taken, per message and address, over all providers of a channel."""
    addresses = {address for p in people for address in (p.person.phone, *p.tokens)}
    entries = [entry for provider in providers for entry in provider.ledger() if entry["to"] in addresses]
    calls = Counter((message_of(entry), entry["to"]) for entry in entries)
    return calls.total() - len(calls)


def message_of(entry: dict[str, Any]) -> str:
    """Our message id of a ledger's line; Twilio's stands in the callback."""
    if entry.get("callback"):
        return str(entry["callback"].rpartition("m=")[2].partition(".")[0])
    return str(entry["msg_id"]).replace("-", "")


def outcomes(station: Station) -> Counter[tuple[str, str]]:
    """Attempts by provider and outcome."""
    rows = station.rows("SELECT provider, outcome, count(*)::int AS n FROM message_attempts GROUP BY 1, 2")
    return Counter({(row.provider, row.outcome): row.n for row in rows})


def tell_counts(test: str, **counts: Any) -> None:
    """One line of JSON."""
    print(json.dumps({"test": test} | counts))
