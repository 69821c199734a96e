"""The process: an application that serves, a feed that reads, a watch; and a tidy end."""

import asyncio
import contextlib
import ipaddress
from pathlib import Path

import structlog
from aiohttp import web
from flask import Flask
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.http.minimums import read_minimums
from api.kernel.errors import NotFound
from api.live.types import EndReason
from api.plumbing.db import db
from api.plumbing.logs import configure_logs
from api.plumbing.signing import signer
from config import Settings
from workers.pusher.database import Database
from workers.stream.answering import MINIMUMS, READERS, add_headers, allow_origin, refuse_in_words
from workers.stream.feed import Feed
from workers.stream.hub import Hub
from workers.stream.options import Options
from workers.stream.serving import Listening
from workers.stream.watching import Watch

log = structlog.get_logger(__name__)
PATH = "/v1/stream"
# Everybody is told to come back; who does not take that in by then is cut.
GOODBYE_S = 5.0


def bare_app(settings: Settings) -> Flask:
    """What the database handle needs of an app, and no more: the whole web side would be a hundred megabytes."""
    app = Flask("gridloop-stream", static_folder=None)
    app.config.update(settings.flask())
    configure_logs(settings.log_level)
    signer.load(settings.secret)
    db.init_app(app)
    return app


class StreamProcess:
    """One process. Make it inside a running event loop, and run it there."""

    def __init__(self, settings: Settings, options: Options) -> None:
        self._settings = settings
        self._database = Database(bare_app(settings))
        self._hub = Hub(settings.stream_per_person)
        conninfo = settings.database_url.replace("postgresql+psycopg", "postgresql", 1)
        self._feed = Feed(self._hub, self._database, conninfo)
        self._listening = Listening(self._hub, self._feed, self._database, options, settings.stream_most)
        self._watch = Watch(self._hub, self._database, options, (self._listening.connects, self._listening.polls))
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Ask it to end."""
        self._stop.set()

    async def run(self, host: str, port: int, port_file: Path | None = None) -> None:
        """Serve until stopped."""
        await self._feed.open()
        tasks = [
            asyncio.create_task(work)
            for work in (
                self._feed.run(), self._feed.listen(), self._watch.look(), self._watch.check_standing(),
                self._watch.give_signs(),
            )
        ]  # fmt: skip
        runner = web.AppRunner(self._application(), access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, host, port, backlog=1024)
        await site.start()
        if port_file is not None:
            _write_whole(port_file, str(runner.addresses[0][1]))
        log.info("started", process="stream")
        await self._stop.wait()
        await site.stop()
        await self._say_goodbye()
        await runner.cleanup()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._database.close()
        log.info("stopped", process="stream")

    async def _say_goodbye(self) -> None:
        self._hub.end_all(EndReason.RESTARTING)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                while len(self._hub):
                    await asyncio.sleep(0.02)

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[refuse_in_words])
        app[READERS] = self._settings.stream_readers
        app[MINIMUMS] = read_minimums(self._settings.minimum_apps)
        app.on_response_prepare.append(add_headers)
        for path, handler in ((PATH, self._listening.stream), (f"{PATH}/poll", self._listening.poll)):
            app.router.add_get(path, handler, allow_head=False)
            app.router.add_options(path, allow_origin)
        app.router.add_get("/healthz/live", self._live)
        app.router.add_get("/healthz/ready", self._ready)
        app.router.add_get("/metrics", self._metrics)
        return app

    async def _live(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _ready(self, _: web.Request) -> web.Response:
        fresh = self._feed.is_fresh
        return web.json_response({"status": "ok" if fresh else "not reading"}, status=200 if fresh else 503)

    async def _metrics(self, request: web.Request) -> web.Response:
        """As the API's own: for who has the metrics token, or from this machine when none is set."""
        token = self._settings.metrics_token.get_secret_value()
        near = ipaddress.ip_address(request.remote or "0.0.0.0").is_loopback  # noqa: S104 - a fallback, not loopback
        if request.headers.get("Authorization") != f"Bearer {token}" if token else not near:
            raise NotFound
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that no reader ever sees half of it."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, "utf-8")
    draft.replace(path)
