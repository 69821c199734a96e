"""What board tests share: incidents filed over the API, and what a page shows of them."""

import math
import re
import socket
import uuid
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

from api.kernel.geo import Datum, Point, from_wgs84
from tests.cockpit.site import Site
from tests.journey.system import eventually

HERE = Point(29.7052, 107.3861)
REPORT = {
    "kind": "urgent_help", "category": "urgent_help", "colour": "yellow", "source": "call",
    "description": "老人在楼道跌倒",
    "requester": {"name": "李四", "phone": "13812345678"}, "needs": [{"wanted": 1}], "duplicate_checked": True,
}  # fmt: skip


def post(client: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    """POST a body under a key of its own; fails on a refusal."""
    answer = client.post(path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert answer.status_code < 300, answer.text
    return answer.json()


def file_incident(site: Site, *, at: Point = HERE, role: str = "dispatcher", **changes: Any) -> dict[str, Any]:
    """An incident another desk files."""
    place = {"lat": at.lat, "lon": at.lon, "datum": "wgs84"}
    with site.api(role) as client:
        return post(client, "/v1/incidents", **{**REPORT, "place": place, **changes})


def end_incidents(site: Site) -> None:
    """Cancel whatever other tests of this station have left open."""
    with site.api("supervisor") as client:
        for row in client.get("/v1/incidents/board").json()["items"]:
            post(client, f"/v1/incidents/{row['id']}/cancel", reason="other")


def row_of(page: Page, incident: dict[str, Any]) -> Locator:
    """The incident's row in the list."""
    return page.locator(f'.incident[data-id="{incident["id"]}"]')


def open_board(page: Page) -> Page:
    """Wait until everything is on the screen."""
    expect(page.locator("#board[data-ready=true]")).to_be_visible()
    return page


def await_stream(site: Site) -> None:
    """Wait until somebody listens where the stream is."""
    port = int(site.env["GRIDLOOP_STREAM_URL"].split(":")[2].split("/")[0])

    def is_there() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    eventually(is_there, within=60, what="the stream's process")


def expect_live(page: Page) -> None:
    """The page hears of changes, over the stream or, after a bad start of it, by long polls; and says so."""
    expect(page.locator("#board")).to_have_attribute("data-live", re.compile("^(open|polling)$"), timeout=60_000)


_SETTLED = """async () => {
  const map = document.getElementById("map");
  const look = () => JSON.stringify([map.dataset, map.clientWidth, map.clientHeight, map.className]);
  for (let same = 0, last = ""; same < 4; ) {
    await new Promise((done) => setTimeout(done, 120));
    same = look() === last ? same + 1 : 0;
    last = look();
  }
}"""


def settle(page: Page) -> None:
    """Wait until the map has stopped moving and growing: pixels are reckoned from where it stands."""
    page.evaluate(_SETTLED)


def world_pixel(place: tuple[float, float], zoom: float) -> tuple[float, float]:
    """Where a drawn (lat, lon) lies on the whole web-Mercator world of this zoom, in pixels."""
    lat, lon = place
    scale = 256 * 2**zoom
    y = 0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)
    return scale * (lon / 360 + 0.5), scale * y


def place_of(pixel: tuple[float, float], zoom: float) -> tuple[float, float]:
    """The other way round: the drawn (lat, lon) of a pixel."""
    scale = 256 * 2**zoom
    angle = 2 * math.atan(math.exp((0.5 - pixel[1] / scale) * 2 * math.pi)) - math.pi / 2
    return math.degrees(angle), (pixel[0] / scale - 0.5) * 360


def middle_of(page: Page) -> tuple[Point, float, tuple[float, float]]:
    """The map's middle in WGS-84, its zoom, and where the middle is on the screen."""
    settle(page)
    found = page.locator("#map")
    box = found.bounding_box()
    assert box
    lat, lon, zoom = (float(found.get_attribute(f"data-{name}") or "nan") for name in ("lat", "lon", "zoom"))
    return Point(lat, lon), zoom, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def on_screen(page: Page, place: Point, datum: Datum = Datum.WGS84) -> tuple[float, float]:
    """Where a WGS-84 place must be drawn on a page whose base map is in `datum`."""
    middle, zoom, (x, y) = middle_of(page)
    there, centre = (world_pixel(from_wgs84(each, datum), zoom) for each in (place, middle))
    return x + there[0] - centre[0], y + there[1] - centre[1]
