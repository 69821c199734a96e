"""Pictures of every page with the demo station: `make screens`. Not a test; pytest only gives it its servers.

In both languages, at a desk and on a phone. `SCREENS` says what is on a picture; a page of the table without a row here
is photographed as it opens, by somebody who may see it. `SCREENS_ONLY=people,board` makes a few, `SCREENS_INTO=folder`
puts them elsewhere.
"""

import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page

from api.app import create_app
from api.cockpit.routes.session import COOKIE, PATH
from api.cockpit.rules.pages import PAGES
from api.identity import service
from api.identity.rules import MATRIX
from api.identity.types import Role
from api.plumbing.context import SYSTEM, unit_of_work
from api.plumbing.db import db
from config import Settings
from deploy.local.redis_server import ensure_redis
from tests.cockpit.conftest import Driver
from tests.cockpit.staging import PERSON, Stage, set_the_stage
from tests.conftest import ROOT
from tests.journey.system import System, running_system

INTO = Path(os.environ.get("SCREENS_INTO", ROOT / "docs" / "screens"))
ONLY = set(filter(None, os.environ.get("SCREENS_ONLY", "").split(",")))
SIZES = {"desk": (1366, 768), "phone": (390, 844)}
LANGUAGES = ("zh-CN", "en")
MOST_BYTES = 150_000
COLOURS = 96
SETTLES_MS = 1500
STAFF = {
    Role.DISPATCHER: "dispatcher",
    Role.SUPERVISOR: "supervisor",
    Role.STATION_ADMIN: "admin",
    Role.AUDITOR: "auditor",
}


@dataclass(frozen=True)
class Screen:
    """One picture: who looks at which page, what they opened on it (`open`), and how the address ends (`query`)."""

    page: str
    role: Role | None = None
    name: str = ""
    query: Callable[[Stage], str] = field(default=lambda stage: "")
    open: Callable[[Page, Stage], Any] = field(default=lambda page, stage: None)


def first_row(page: Page, stage: Stage) -> None:
    """Open the first line of a table."""
    page.locator("tr.opens").first.click()


def case_of(stage: Stage, state: str) -> str:
    """A dispute that has come this far."""
    return str(stage.get("supervisor", "/v1/disputes", state=state)["items"][0]["id"])


NOTICES = "/v1/station/notices"
SCREENS = (
    Screen("sign-in"),
    Screen("people", open=first_row),
    Screen("policies", open=first_row),
    Screen("templates", open=first_row),
    Screen("phones", Role.DISPATCHER),
    Screen("grids", Role.STATION_ADMIN, query=lambda stage: f"?id={stage.grid_id}"),
    Screen("duty"),
    Screen("duty", name="duty-hours", query=lambda stage: "?tab=coverage"),
    Screen("disputes", query=lambda stage: "?tab=all"),
    Screen("dispute", Role.SUPERVISOR, query=lambda stage: f"?id={case_of(stage, 'mediating')}"),
    Screen("dispute", Role.SUPERVISOR, "dispute-visits", lambda stage: f"?id={case_of(stage, 'settled')}&tab=visits"),
    Screen("notices"),
    Screen("notice", Role.SUPERVISOR, query=lambda stage: f"?id={stage.get('supervisor', NOTICES)['items'][0]['id']}"),
    Screen("notice", Role.SUPERVISOR, "notice-writing"),
    Screen("reports"),
    Screen("reports", Role.SUPERVISOR, "reports-disputes", lambda stage: "?tab=disputes&first=2025-01-01"),
)


@pytest.fixture
def system(tmp_path: Path, clone_database: Callable[[], str]) -> Iterator[System]:
    redis_url = ensure_redis("test").url.replace("db=0", "db=11")
    with running_system(tmp_path, clone_database(), redis_url) as running:
        port = running.port + 1
        running.env["GRIDLOOP_STREAM_URL"] = f"http://127.0.0.1:{port}/v1/stream"
        running.env["GRIDLOOP_SANDBOX_DIR"] = str(tmp_path)
        running.flask("demo", "load", "--into", str(tmp_path))
        running.start()
        running.run("stream", sys.executable, "-m", "workers.stream", "--host", "127.0.0.1", "--port", str(port))
        yield running


def test_take_pictures(system: System, driver: Driver, make_settings: Callable[..., Settings]) -> None:
    app = create_app(make_settings(system.env["GRIDLOOP_DATABASE_URL"], redis_url=system.redis_url, demo=True))
    stage = set_the_stage(system, app)
    driver.enter()
    known = {screen.page for screen in SCREENS}
    wanted = [*SCREENS, *(Screen(page.name) for page in PAGES if page.name not in known)]
    for screen in wanted:
        if ONLY and screen.page not in ONLY:
            continue
        for language in LANGUAGES:
            for size, (width, height) in SIZES.items():
                context = driver.browser.new_context(
                    base_url=system.url, viewport={"width": width, "height": height}, locale=language
                )
                sign_in(context, app, screen, language)
                take(context, screen, stage, INTO / f"{screen.name or screen.page}-{language[:2]}-{size}.png")
                context.close()
    driver.leave()
    with app.app_context():
        db.engine.dispose()


def sign_in(context: BrowserContext, app: Any, screen: Screen, language: str) -> None:
    """A session of somebody who may see the page."""
    place = {"domain": "127.0.0.1", "path": "/cockpit"}
    context.add_cookies([{"name": "cockpit_language", "value": language, **place}])
    if screen.page == "sign-in":
        return
    permission = next(page.permission for page in PAGES if page.name == screen.page)
    role = screen.role or next(role for role in STAFF if permission in MATRIX[role])
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        person_id = ctx.session.execute(PERSON, {"username": STAFF[role]}).scalar_one()
        token = service.open_session(ctx, person_id=person_id, method="password").refresh_token
    context.add_cookies([{"name": COOKIE, "value": token, "domain": "127.0.0.1", "path": PATH, "httpOnly": True}])


def take(context: BrowserContext, screen: Screen, stage: Stage, path: Path) -> None:
    """Open, let it settle, keep."""
    page = context.new_page()
    page.goto(f"/cockpit/{screen.page}{screen.query(stage)}")
    page.wait_for_load_state("networkidle") if screen.page == "sign-in" else page.wait_for_timeout(SETTLES_MS)
    screen.open(page, stage)
    page.wait_for_timeout(SETTLES_MS)
    keep(page.screenshot(), path)


def keep(png: bytes, path: Path) -> None:
    """With a palette: a page has few colours, and a repository no room for the others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    colours = COLOURS
    while True:
        image = Image.open(io.BytesIO(png)).convert("RGB").quantize(colours, method=Image.Quantize.MEDIANCUT, dither=0)
        image.save(path, optimize=True)
        if path.stat().st_size < MOST_BYTES or colours <= 16:
            break
        colours //= 2
    print(json.dumps({"file": path.name, "bytes": path.stat().st_size, "colours": colours}))
