"""The mailboxes of the stand-ins for providers: what has arrived on simulated phones. Only where stand-ins run."""

from collections.abc import Iterable
from typing import Any

import structlog

from api.cockpit.types import Arrival, StandIn
from api.kernel.later import import_later

httpx = import_later("httpx")
log = structlog.get_logger(__name__)
WAITS_S = 3.0
KEY_HEADER = "X-Control-Key"


def read_mailboxes(stand_ins: Iterable[StandIn], *, latest: int) -> list[Arrival]:
    """The latest arrivals at each stand-in, the newest first; one that does not answer is left out."""
    found: list[Arrival] = []
    # This machine or its containers, whatever proxy the environment names.
    with httpx.Client(timeout=WAITS_S, trust_env=False, follow_redirects=False) as client:
        for stand_in in stand_ins:
            try:
                found += _read(client, stand_in, latest)
            except (httpx.HTTPError, ValueError, KeyError) as error:
                log.info("stand_in_silent", stand_in=stand_in.name, error=type(error).__name__)
    return sorted(found, key=lambda arrival: arrival.at, reverse=True)


def _read(client: Any, stand_in: StandIn, latest: int) -> list[Arrival]:
    url, headers = f"{stand_in.base_url}/_phones/messages", {KEY_HEADER: stand_in.key}
    newest = client.get(url, params={"after": "now"}, headers=headers).raise_for_status().json()["next"]
    after = max(0, int(newest) - latest)
    page = client.get(url, params={"after": after}, headers=headers).raise_for_status().json()
    return [Arrival(stand_in.name, each["address"], each["at"], each["message"]) for each in page["messages"]]
