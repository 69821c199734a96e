"""S22: cells that a spreadsheet would run: in names and words of every kind, in every sheet that can be downloaded."""

import csv
import io
import re
import zipfile

import openpyxl
import pytest
from sqlalchemy import text

from api.grids.rules.sheets import read_sheet
from api.plumbing.crypto import Sealed
from tests.attacks.arena import Arena, Route
from tests.attacks.ledger import count
from tests.attacks.world import World, make_world
from tests.builders.grids import make_member
from tests.builders.identity import enroll

EVIL = (
    "=cmd|' /C calc'!A0", "=HYPERLINK(\"http://evil.example\",\"x\")", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1",
    "\n=1", "＝1+1", "|=1", "%0A=1", "=DDE(\"cmd\";\"/C calc\";\"x\")", "'=1", "\"=1", ";=1", ",=1",
)  # fmt: skip
DANGEROUS = re.compile(r"^[=+\-@\t\r\n＝＋－＠]")
DAYS = {"from": "2026-11-01", "to": "2026-11-30"}


@pytest.fixture(scope="module")
def world(arena: Arena) -> World:
    """Two stations whose people, units and cases are all called something a spreadsheet would run."""
    made = make_world(arena)
    ctx = arena.ctx
    for table, name in (("incidents", "incident_id"), ("disputes", "dispute_id")):
        station = ctx.session.scalar(text(f"SELECT station_id FROM {table} WHERE id = :id"), {"id": made.ids[name]})
        for evil in EVIL:
            make_member(arena.ctx, station, enroll(arena.ctx, station_id=station, name=evil).id)
        ctx.session.execute(
            text("UPDATE units SET name = :evil WHERE station_id = :station"), {"evil": EVIL[0], "station": station}
        )
    title = Sealed("disputes.title").process_bind_param(EVIL[0], None)
    ctx.session.execute(text("UPDATE disputes SET title = :title WHERE title IS NOT NULL"), {"title": title})
    return made


def sheets(arena: Arena, routes: list[Route], world: World) -> dict[str, tuple[str, bytes]]:
    """Every sheet there is, by route, kind and reader: out of the URL map."""
    found = {}
    for route in routes:
        if route.method != "GET" or not re.search(r"/(export|template)$", route.path):
            continue
        for who in ("chief", "clerk"):
            for query in (
                {},
                {"format": "csv"},
                {"format": "xlsx"},
                {**DAYS},
                {"month": "2026-11"},
                {"by": "unit", **DAYS},
            ):
                answer = arena.send(route, world.insiders[who], url=route.url(**world.ids), query_string=query)
                if answer.status_code == 200:
                    kind = "xlsx" if answer.data.startswith(b"PK") else "csv"
                    found[f"{route} {who} {kind} {sorted(query)}"] = (kind, answer.data)
    return found


def cells_of(kind: str, data: bytes) -> list[tuple[str, bool]]:
    """Each cell's text, and whether it could be run."""
    if kind == "csv":
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        return [(cell, bool(DANGEROUS.match(cell))) for row in rows for cell in row]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        formulas = any(b"<f>" in archive.read(name) or b"<f " in archive.read(name) for name in archive.namelist())
        linked = any("externalLink" in name or "vba" in name.lower() for name in archive.namelist())
    book = openpyxl.load_workbook(io.BytesIO(data))
    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    return [(str(cell.value), formulas or linked or cell.data_type == "f") for cell in found]


def test_no_cell_of_any_sheet_is_run(arena: Arena, routes, world: World) -> None:
    found = sheets(arena, routes, world)
    cells = {name: cells_of(*sheet) for name, sheet in found.items()}
    evil = [(name, shown) for name, rows in cells.items() for shown, runs in rows if runs]
    total = sum(len(rows) for rows in cells.values())
    carried = sum(any(word.strip() in shown for word in EVIL) for rows in cells.values() for shown, _ in rows)
    routes_seen = {name.split(" ")[1] for name in found}
    count(
        "S22", f"cells of {len(found)} sheets of {len(routes_seen)} routes", total, total - len(evil), hostile=carried
    )
    assert evil == []
    assert carried > len(EVIL)
    assert {"/v1/roster/export", "/v1/disputes/export", "/v1/contact-failures/export"} <= routes_seen


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_name_opened_back_is_the_name_it_was(arena: Arena, routes, world: World, kind: str) -> None:
    [route] = [route for route in routes if str(route) == "GET /v1/roster/export"]
    answer = arena.send(route, world.chief, query_string={"format": kind})
    names = {
        row[0].replace("\r", "\n").replace("_x000D_", "\n") for _, row in read_sheet(f"r.{kind}", answer.data).rows
    }
    want, got = ({name.replace("\r", "\n").strip() for name in all_} for all_ in (EVIL, names))
    count("S22", f"hostile names opened back from {kind}", len(want), len(want & got))
    assert want <= got
