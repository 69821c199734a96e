"""What the map's modules reckon: the datums as the kernel has them, and ids out of the board's columns."""

import base64
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.cockpit.routes.assets import STATIC
from api.kernel.geo import Datum, Point, distance_m, from_wgs84, to_wgs84

pytestmark = pytest.mark.unit
MAP = STATIC / "js" / "map"


def run(module: Path, program: str, given: Any) -> Any:
    """What a program over a module's exports (`m`) and the given value (`given`) returns."""
    # The one that came with the tests' requirements before that of the machine.
    node = shutil.which("node", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    assert node, "the set-up brings node"
    script = (
        f"import * as m from {json.dumps(module.as_uri())};\n"
        "let text = ''; for await (const part of process.stdin) text += part;\n"
        f"const given = JSON.parse(text);\nprocess.stdout.write(JSON.stringify({program}));"
    )
    done = subprocess.run(
        [node, "--input-type=module", "-e", script], input=json.dumps(given), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def places() -> list[Point]:
    """All over China, its edges, and the rest of the world."""
    draw = random.Random(7)
    inside = [Point(draw.uniform(4, 53), draw.uniform(74, 135)) for _ in range(300)]
    outside = [
        Point(48.85, 2.35),
        Point(-33.9, 151.2),
        Point(0, 0),
        Point(60, 100),
        Point(3.86, 100),
        Point(30, 135.05),
    ]
    return [Point(29.703100, 107.389700), *inside, *outside]


def test_a_place_is_drawn_where_the_kernel_puts_it(places: list[Point]) -> None:
    drawn = run(MAP / "datum.js", "given.map(([lat, lon]) => m.datumOf('gcj02').to(lat, lon))", pairs(places))
    for place, found in zip(places, drawn, strict=True):
        assert found == pytest.approx(from_wgs84(place, Datum.GCJ02), abs=1e-9)
    assert drawn[0] == pytest.approx((29.700620, 107.394329), abs=1e-6)


def test_a_click_on_a_shifted_map_is_where_it_seems(places: list[Point]) -> None:
    clicked = [from_wgs84(place, Datum.GCJ02) for place in places]
    found = run(MAP / "datum.js", "given.map(([lat, lon]) => m.datumOf('gcj02').from(lat, lon))", clicked)
    for place, click, (lat, lon) in zip(places, clicked, found, strict=True):
        # At the edge of the mainland a shifted place may lie outside, where nothing is shifted back.
        assert distance_m(Point(lat, lon), to_wgs84(*click, Datum.GCJ02)) < 0.02
        if 4 < place.lat < 53 and 74 < place.lon < 135 and 5 < click[0] < 52 and 75 < click[1] < 134:
            assert distance_m(Point(lat, lon), place) < 0.02


def test_without_a_shift_nothing_moves(places: list[Point]) -> None:
    both = "given.map(([lat, lon]) => [m.datumOf('wgs84').to(lat, lon), m.datumOf(undefined).from(lat, lon)])"
    for (lat, lon), (there, back) in zip(pairs(places), run(MAP / "datum.js", both, pairs(places)), strict=True):
        assert there == back == [lat, lon]


def test_a_base_map_nobody_can_draw_is_refused() -> None:
    program = "(() => { try { m.datumOf(given); return 'drawn'; } catch (error) { return error.message; } })()"
    assert "bd09" in run(MAP / "datum.js", program, "bd09")


def test_metres_are_the_kernels(places: list[Point]) -> None:
    near = [(a, Point(a.lat + 0.01, a.lon - 0.02)) for a in places[:50]]
    found = run(
        MAP / "datum.js", "given.map((p) => m.metresBetween(...p))", [[a.lat, a.lon, b.lat, b.lon] for a, b in near]
    )
    for (a, b), metres in zip(near, found, strict=True):
        assert metres == pytest.approx(distance_m(a, b), rel=1e-9)


def test_ids_come_out_of_the_columns_as_they_went_in() -> None:
    draw = random.Random(11)
    ids = [UUID(int=draw.getrandbits(128)) for _ in range(200)]
    packed = base64.b64encode(b"".join(each.bytes for each in ids)).decode()
    assert run(MAP / "ids.js", "m.unpackIds(given)", packed) == [str(each) for each in ids]
    assert run(MAP / "ids.js", "m.unpackIds(given)", "") == []


def pairs(places: list[Point]) -> list[list[float]]:
    return [[place.lat, place.lon] for place in places]
