"""C1: the board of a station with 10,000 people on duty and 500 open incidents, in a real browser."""

import sys
from collections.abc import Callable

from playwright.sync_api import Page
from sqlalchemy import text

from api.identity.service import enroll_people, open_session
from api.identity.types import NewPerson, Role
from api.incidents.service import dispatch_incident, report_incident
from api.incidents.types import Category, Colour, DispatchOrder, IncidentKind, NeedOrder, NewIncident, Source
from api.kernel.geo import Datum, Point
from api.plumbing.context import Actor, unit_of_work
from bench.browser import Frames, frames_of, open_browser, open_profile, pan, time_to_usable, weigh, zoom
from bench.measuring import Check, Figure, Report
from bench.rows.row import Bench, Row
from bench.running import Api, Process
from deploy.local.ports import choose_port

PEOPLE, INCIDENTS, SENT = 10_000, 500, 60
USABLE_MS, PEOPLE_BYTES = 2_000, 500_000
_BUSIEST = text("SELECT station_id FROM duty_live WHERE on_duty GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
# Everybody else on duty is lent to this station until it has enough; it is only looked at.
_LEND = text("""
    UPDATE duty_live SET station_id = :station WHERE member_id IN (
        SELECT member_id FROM duty_live WHERE on_duty AND position IS NOT NULL AND station_id <> :station
        ORDER BY position <-> (
            SELECT position FROM duty_live WHERE station_id = :station AND position IS NOT NULL LIMIT 1)
        LIMIT greatest(0, :people - (SELECT count(*) FROM duty_live WHERE on_duty AND station_id = :station)))
""")
_SEEN = text("UPDATE duty_live SET fix_at = now() WHERE on_duty AND station_id = :station AND position IS NOT NULL")
_HOMES = text("""
    SELECT ST_Y(position::geometry), ST_X(position::geometry) FROM duty_live
    WHERE on_duty AND position IS NOT NULL AND station_id = :station ORDER BY md5(member_id::text) LIMIT :count
""")
_COUNT = text("SELECT count(*) FROM duty_live WHERE on_duty AND station_id = :station")


def measure(bench: Bench) -> Report:
    """Loads of the page in an empty profile and again, then the map moved by hand."""
    refresh = _station(bench)
    stream_port = choose_port(18_180)
    address = {"GRIDLOOP_STREAM_URL": f"http://127.0.0.1:{stream_port}/v1/stream", "GRIDLOOP_STREAM_PER_PERSON": "50"}
    first, again, weights = [], [], []
    with Api(bench.environment(**address), bench.folder) as api:
        url = f"http://127.0.0.1:{api.port}"
        stream = bench.environment(**address, GRIDLOOP_PUBLIC_URL=url)
        command = [sys.executable, "-m", "workers.stream", "--host", "127.0.0.1", "--port", str(stream_port)]
        with Process("stream", command, stream, bench.folder), open_browser() as browser:
            for turn in range(bench.rounds + 1):
                context = open_profile(browser, url, refresh(turn))
                page = context.new_page()
                first.append(time_to_usable(page))
                weights.append(weigh(page))
                again.append(time_to_usable(page))
                if turn == bench.rounds:
                    shown = page.locator(".board-tally").text_content() or ""
                    moves = _move(page)
                context.close()
    return _report(first[1:], again[1:], weights[-1], moves, shown)


def _station(bench: Bench) -> Callable[[int], str]:
    """Fill a station with people and incidents; returns the way to fresh sessions of its dispatchers."""
    with bench.app.app_context(), unit_of_work(Actor(kind="system")) as ctx:
        station = ctx.session.scalar(_BUSIEST)
        ctx.session.execute(_LEND, {"station": station, "people": PEOPLE})
        ctx.session.execute(_SEEN, {"station": station})
        found = ctx.session.scalar(_COUNT, {"station": station}) or 0
        homes = [Point(*row) for row in ctx.session.execute(_HOMES, {"station": station, "count": INCIDENTS})]
    if found < PEOPLE:
        raise SystemExit(f"only {found} people on duty in this world; run with --on-duty {PEOPLE} or more")
    desk = Actor(kind="system", station_id=station)
    people = [NewPerson("值班员", f"+86199000020{n:02d}", (Role.DISPATCHER,)) for n in range(bench.rounds + 1)]
    with bench.app.app_context(), unit_of_work(desk) as ctx:
        ids = list(enroll_people(ctx, people).values())
    _fill(bench, desk, homes)

    def refresh(turn: int) -> str:
        with bench.app.app_context(), unit_of_work(desk) as ctx:
            return open_session(ctx, person_id=ids[turn], method="password").refresh_token

    return refresh


def _fill(bench: Bench, desk: Actor, homes: list[Point]) -> None:
    colours, kinds = list(Colour), list(IncidentKind)
    with bench.app.app_context(), unit_of_work(desk) as ctx:
        filed = [
            report_incident(
                ctx,
                NewIncident(
                    kind=kinds[number % len(kinds)],
                    category=Category.URGENT_HELP,
                    colour=colours[number % len(colours)],
                    source=Source.CALL,
                    place=home,
                    datum=Datum.WGS84,
                    description="测试",
                    needs=(NeedOrder(2),),
                    duplicate_checked=True,
                ),
            )
            for number, home in enumerate(homes)
        ]
    with bench.app.app_context(), unit_of_work(desk) as ctx:
        for incident in filed[:SENT]:
            dispatch_incident(ctx, DispatchOrder(incident))


def _move(page: Page) -> dict[str, Frames]:
    return {"pan": frames_of(page, lambda: pan(page)), "zoom": frames_of(page, lambda: zoom(page))}


def _report(
    first: list[float], again: list[float], weight: dict[str, int], moves: dict[str, Frames], shown: str
) -> Report:
    usable = Figure("usable board, empty profile", "ms", tuple(first))
    figures = [
        usable,
        Figure("usable board, second time", "ms", tuple(again)),
        Figure("over the wire, empty profile", "kB", (weight["sent"] / 1000,)),
        Figure("unpacked", "kB", (weight["whole"] / 1000,)),
        Figure("of which data", "kB", (weight["data"] / 1000,)),
        Figure("of which people", "kB", (weight["people"] / 1000,)),
    ]
    for name, frames in moves.items():
        figures += [
            Figure(f"{name}: time of a frame, median", "ms", (frames.median,)),
            Figure(f"{name}: time of a frame, p95", "ms", (frames.at(0.95),)),
            Figure(f"{name}: the longest frame", "ms", (max(frames.times),)),
        ]
    checks = [
        Check(f"usable board < {USABLE_MS} ms", f"{usable.median:.0f} ms", usable.median < USABLE_MS),
        Check(
            f"people < {PEOPLE_BYTES // 1000} kB", f"{weight['people'] / 1000:.0f} kB", weight["people"] < PEOPLE_BYTES
        ),
        Check(
            "pan and zoom: p95 of frames <= 50 ms", _words(moves), all(each.at(0.95) <= 50 for each in moves.values())
        ),
    ]
    notes = [
        f"{weight['requests']} requests; on the map: {shown.strip()}.",
        "Chromium without a graphics card, 1366 x 768, server and browser on the same two cores. From the navigation to"
        " the moment when ground, people, incidents and list are on the screen and can be worked with.",
    ]
    return Report(figures, checks, notes)


def _words(moves: dict[str, Frames]) -> str:
    return ", ".join(f"{name} {frames.at(0.95):.0f} ms" for name, frames in moves.items())


ROW = Row("C1", "the board with 10,000 people and 500 open incidents", measure)
