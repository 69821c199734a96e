"""A real browser in front of a measured API, signed in: what a page weighs and how smoothly it moves."""

import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from api.cockpit.routes.session import COOKIE, PATH

# As on a station's computer without a graphics card.
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking")
WIDTH, HEIGHT = 1366, 768
PATIENCE_MS = 60_000
_FRAMES = """() => {
  window.frames_ = [];
  let last = performance.now();
  const tick = (now) => {
    window.frames_.push(now - last);
    last = now;
    window.ticking_ = requestAnimationFrame(tick);
  };
  window.ticking_ = requestAnimationFrame(tick);
}"""
_STOP = "() => (cancelAnimationFrame(window.ticking_), window.frames_.slice(1))"
_WEIGHT = """() => {
  const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  const sum = (name, some) => some.reduce((total, entry) => total + entry[name], 0);
  const data = all.filter((entry) => entry.name.includes("/v1/"));
  return {
    requests: all.length, sent: sum("transferSize", all), whole: sum("decodedBodySize", all),
    data: sum("decodedBodySize", data),
    people: sum("decodedBodySize", all.filter((entry) => entry.name.includes("duty/board"))),
  };
}"""


@dataclass(frozen=True)
class Frames:
    """Milliseconds between frames while something moved."""

    times: list[float]

    def at(self, share: float) -> float:
        """The time that this share of the frames does not exceed."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]

    @property
    def median(self) -> float:
        return statistics.median(self.times)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Chromium without a screen."""
    path = next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(OPTIONS))
        yield browser
        browser.close()


def open_profile(browser: Browser, url: str, refresh_token: str) -> BrowserContext:
    """An empty profile signed in by this session."""
    context = browser.new_context(base_url=url, viewport={"width": WIDTH, "height": HEIGHT}, locale="zh-CN")
    context.set_default_timeout(PATIENCE_MS)
    cookie = {"name": COOKIE, "value": refresh_token, "domain": "127.0.0.1", "path": PATH, "httpOnly": True}
    # The language is chosen, or the first page would load twice.
    chosen = {"name": "cockpit_language", "value": "zh-CN", "domain": "127.0.0.1", "path": PATH}
    context.add_cookies([{**cookie, "sameSite": "Strict"}, chosen])
    return context


def time_to_usable(page: Page) -> float:
    """Milliseconds from the navigation to a board that can be worked with."""
    page.goto("/cockpit/board")
    page.wait_for_selector("#board[data-ready=true]", state="attached")
    return float(page.evaluate("performance.getEntriesByName('board-usable')[0].startTime"))


def weigh(page: Page) -> dict[str, int]:
    """Requests and bytes of the page as it was loaded."""
    found: dict[str, int] = page.evaluate(_WEIGHT)
    return found


def frames_of(page: Page, move: Any) -> Frames:
    """The frames while `move` goes on."""
    page.evaluate(_FRAMES)
    move()
    return Frames(page.evaluate(_STOP))


def pan(page: Page) -> None:
    """Drag the map to and fro."""
    box = page.locator("#map").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(60):
        page.mouse.move(x + 180 * ((step % 20) / 10 - 1) * (-1) ** (step // 20), y + 90 * ((step % 15) / 7.5 - 1))
        page.wait_for_timeout(16)
    page.mouse.up()
    page.wait_for_timeout(300)


def zoom(page: Page) -> None:
    """In and out again by the wheel."""
    box = page.locator("#map").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for direction in (-1, -1, -1, 1, 1, 1):
        page.mouse.wheel(0, direction * 180)
        page.wait_for_timeout(450)
