"""A server per worker, one browser, and a fresh context for every test; a page that complains fails its test."""

import asyncio
import json
import shutil
import socket
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from api.cockpit.routes.session import COOKIE, PATH
from api.identity.types import Role
from api.plumbing.db import db
from config import Settings
from deploy.local.assets import AXE
from tests.cockpit.site import Site, open_site, python
from tests.journey.system import eventually, free_port

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), "/usr/bin/chromium"
)
OPTIONS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--force-color-profile=srgb",
)  # fmt: skip
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)  # a slow machine is no fault of a page


@pytest.fixture(scope="session")
def site(
    tmp_path_factory: pytest.TempPathFactory,
    clone_database: Callable[[], str],
    make_settings: Callable[..., Settings],
) -> Iterator[Site]:
    """One running installation per worker."""
    made = open_site(tmp_path_factory.mktemp("site"), clone_database(), make_settings, free_port())
    yield made
    made.stop()
    with made.app.app_context():
        db.engine.dispose()


@pytest.fixture
def stream(site: Site) -> Site:
    """The same installation with the event stream's process running."""
    port = site.env["GRIDLOOP_STREAM_URL"].split(":")[2].split("/")[0]
    site.start("stream", *python("workers.stream", "--host", "127.0.0.1", "--port", port))
    eventually(lambda: listens(int(port)), within=60, what="the event stream to listen")
    return site


def listens(port: int) -> bool:
    """Whether something takes connections there."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


class Driver:
    """Playwright's event loop, which its synchronous interface leaves marked as running between calls.

    Other tests of this worker run loops of their own in the same thread; so the mark is only there during ours.
    """

    def __init__(self) -> None:
        self._playwright = sync_playwright().start()
        self.browser: Browser = self._playwright.chromium.launch(executable_path=CHROMIUM, args=list(OPTIONS))
        self._loop = asyncio.get_running_loop()

    def enter(self) -> None:
        asyncio._set_running_loop(self._loop)

    def leave(self) -> None:
        asyncio._set_running_loop(None)

    def close(self) -> None:
        self.enter()
        self.browser.close()
        self._playwright.stop()


@pytest.fixture(scope="session")
def driver() -> Iterator[Driver]:
    made = Driver()
    made.leave()
    yield made
    made.close()


@pytest.fixture
def browser(driver: Driver) -> Iterator[Browser]:
    """The worker's browser."""
    driver.enter()
    yield driver.browser
    driver.leave()


class Quiet:
    """What pages complained about. `allow` names what a test provokes on purpose (a status, a piece of the text)."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._allowed: list[str] = []

    def allow(self, *pieces: str | int) -> None:
        self._allowed += [str(piece) for piece in pieces]

    def listen(self, context: BrowserContext) -> None:
        context.on("console", lambda message: message.type == "error" and self.said.append(message.text))
        context.on("weberror", lambda error: self.said.append(str(error.error)))

    def complaints(self) -> list[str]:
        return [line for line in self.said if not any(piece in line for piece in self._allowed)]


@pytest.fixture
def quiet() -> Iterator[Quiet]:
    """Fails the test when a page broke, or broke its content policy."""
    heard = Quiet()
    yield heard
    assert heard.complaints() == []


@pytest.fixture
def new_context(browser: Browser, quiet: Quiet, site: Site) -> Iterator[Callable[..., BrowserContext]]:
    """A browser profile of its own, signed in by nobody; closed at the end of the test."""
    made: list[BrowserContext] = []

    def make(*, language: str = "zh-CN", width: int = 1366, height: int = 768, theme: str = "dark") -> BrowserContext:
        context = browser.new_context(
            base_url=site.url, viewport={"width": width, "height": height}, locale=language, timezone_id="Europe/Paris"
        )
        context.set_default_timeout(PATIENCE_MS)
        chosen = {"cockpit_language": language, "cockpit_theme": theme}
        place = {"domain": "127.0.0.1", "path": "/cockpit"}
        context.add_cookies([{"name": name, "value": value, **place} for name, value in chosen.items()])
        quiet.listen(context)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def page_as(new_context: Callable[..., BrowserContext], site: Site) -> Callable[..., Page]:
    """A page signed in as somebody with this role, on a session of its own."""

    def open_page(role: Role | str, path: str = "/cockpit/", **options: object) -> Page:
        context = new_context(**options)
        sign_in(context, site, role)
        page = context.new_page()
        page.goto(path)
        return page

    return open_page


def sign_in(context: BrowserContext, site: Site, role: Role | str) -> None:
    """Give the profile the cookie of a new session of this person."""
    token = site.session_of(role).refresh_token
    cookie = {"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": PATH, "httpOnly": True}
    context.add_cookies([{**cookie, "sameSite": "Strict"}])


def assert_accessible(page: Page, *, leave_out: tuple[str, ...] = ()) -> None:
    """axe-core finds nothing serious or critical on the page as it is now. `leave_out`: selectors, with a reason."""
    # Evaluated by the debugger, which the content policy does not hold back.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    context = json.dumps({"exclude": [[selector] for selector in leave_out]} if leave_out else None)
    found = page.evaluate(f"axe.run({context} ?? document, {{resultTypes: ['violations']}})")
    bad = [
        f"{violation['id']} ({violation['impact']}): {node['html'][:200]} -- {node['failureSummary'][:300]}"
        for violation in found["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]
    assert not bad, "\n".join(bad)
