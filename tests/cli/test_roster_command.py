"""`flask roster import`: the same import, at the server."""

from pathlib import Path

import pytest
from flask import Flask

from api.cli.roster import roster
from api.grids.queries import members_of
from api.grids.types import MemberQuery
from api.plumbing.context import Ctx
from tests.builders.grids import make_station

CODE = "500102990000"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text("姓名,手机号,力量\n李梅,13800000001,medic\n王强,02372223333,medic\n", "gb18030")
    return path


def run(app: Flask, file: Path, *options: str, code: str = CODE):
    return app.test_cli_runner().invoke(roster, ["import", str(file), "--station", code, *options])


def test_bad_rows_are_told_and_nothing_is_applied_unless_asked(app: Flask, ctx: Ctx, file: Path) -> None:
    station = make_station(ctx, code=CODE)
    refused = run(app, file)
    assert refused.exit_code == 1
    assert "第 3 行，手机号：是固定电话" in refused.output
    assert "Row 3, phone is a landline" in refused.output
    assert "2 rows: 1 new, 0 changed, 0 unchanged, 1 bad; NOT applied" in refused.output
    assert "dry run" in run(app, file, "--dry-run").output
    assert "1 new, 0 changed, 0 unchanged, 1 bad; applied" in run(app, file, "--keep-good").output
    assert "0 new, 0 changed, 1 unchanged, 1 bad; applied" in run(app, file, "--keep-good").output
    [member] = members_of(ctx.session, station, MemberQuery(), after=None, limit=10)
    assert member.name == "李梅"


def test_a_good_file_exits_0(app: Flask, ctx: Ctx, file: Path) -> None:
    make_station(ctx, code=CODE)
    file.write_text("name,phone,force\n李梅,13800000001,medic\n", "utf-8")
    assert run(app, file).exit_code == 0


@pytest.mark.parametrize(("text", "words"), [("a,b\n1,2\n", "header"), ("", "cannot be read")])
def test_what_is_no_roster_is_refused(app: Flask, ctx: Ctx, file: Path, text: str, words: str) -> None:
    make_station(ctx, code=CODE)
    file.write_text(text)
    refused = run(app, file)
    assert refused.exit_code == 1
    assert words in refused.output


def test_a_station_nobody_founded_is_refused(app: Flask, ctx: Ctx, file: Path) -> None:
    assert "no station" in run(app, file, code="500102999999").output
