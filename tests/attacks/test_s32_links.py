"""S32: a caller's Host header and addresses in requests: no link, redirect or text is built from them."""

from itertools import product

import pytest
from sqlalchemy import text

from api.plumbing.outbox import OutboxMessage
from tests.attacks.arena import NO_SIGN_IN, Arena, routes_of
from tests.attacks.ledger import count
from tests.attacks.test_s02_other_station import QUERIES
from tests.attacks.world import World, make_world

EVIL = "evil.example"
HEADERS = {
    "Host": EVIL, "X-Forwarded-Host": EVIL, "X-Forwarded-Server": EVIL, "X-Host": EVIL, "Origin": f"https://{EVIL}",
    "Forwarded": f"host={EVIL};proto=https", "X-Original-URL": f"https://{EVIL}/", "X-Rewrite-URL": f"https://{EVIL}/",
    "Referer": f"https://{EVIL}/", "X-Forwarded-Prefix": f"//{EVIL}", "X-Forwarded-Proto": "gopher",
}  # fmt: skip
# Ways in which a path has become a redirect to somewhere else.
PATHS = (
    f"//{EVIL}", f"//{EVIL}/", f"///{EVIL}/", f"/\\{EVIL}", f"/%2f%2f{EVIL}", f"/v1//{EVIL}/..", f"/.{EVIL}",
    f"/v1/me/?next=https://{EVIL}", "/v1/me/", "//v1/me", "/v1//me", f"/v1/file-links/https:%2f%2f{EVIL}", "/cockpit",
    f"/t/https:%2f%2f{EVIL}", f"/v1/enums/..;/{EVIL}", f"/%0d%0aLocation:{EVIL}", f"//{EVIL}/%2e%2e/cockpit",
)  # fmt: skip
SEEMING_US = ("localhost", EVIL)


@pytest.fixture(scope="module")
def world(arena: Arena) -> World:
    return make_world(arena)


def leads_away(answer) -> bool:
    """Whether a redirect leaves the host the caller is at: an address, or a path that begins like one."""
    location = answer.headers.get("Location", "/")
    return not location.startswith("/") or location.startswith(("//", "/\\"))


def repeats(answer) -> bool:
    return EVIL.encode() in answer.data or EVIL in str(answer.headers)


def test_no_answer_repeats_a_caller_s_host(arena: Arena, world: World) -> None:
    routes = [route for route in routes_of(arena.app) if "/day-list" not in route.path and "/papers/" not in route.path]
    told = []
    for route in routes:
        who = {} if (route.guard or "").startswith(NO_SIGN_IN) else world.chief
        query = QUERIES.get(str(route), {}) if route.method == "GET" else {}
        how = {"json": world.bodies.get(str(route), {})} if route.method != "GET" else {}
        answer = arena.send(route, {**who, **HEADERS}, url=route.url(**world.ids), query_string=query, **how)
        if repeats(answer) or leads_away(answer):
            told.append(f"{route}: {answer.status_code} {answer.headers.get('Location')}")
    count("S32", "routes asked under another host's name", len(routes), len(routes) - len(told))
    assert told == []


def test_no_path_leads_elsewhere(arena: Arena, world: World) -> None:
    led = []
    for path in PATHS:
        for method, host in product(("GET", "POST"), SEEMING_US):
            answer = arena.client.open(path, method=method, headers={**world.chief, "Host": host})
            if answer.status_code >= 500 or leads_away(answer):
                led.append(f"{method} {path} at {host}: {answer.status_code} {answer.headers.get('Location')}")
    cells = 2 * len(PATHS) * len(SEEMING_US)
    count("S32", "paths that might redirect", cells, cells - len(led))
    assert led == []


def test_links_in_what_is_sent_are_paths_and_the_host_is_the_setting_s(arena: Arena, world: World) -> None:
    """What waits to be sent holds a path alone; the host is put before it where it is sent, out of the settings."""
    del world
    rows = arena.ctx.session.execute(text("SELECT count(*) FROM outbox")).scalar_one()
    links = [row.variables["_link"] for row in arena.ctx.session.query(OutboxMessage) if "_link" in row.variables]
    count("S32", f"links in {rows} waiting messages", len(links))
    assert links
    assert [link for link in links if not link.startswith(("/t/", "/r/"))] == []
