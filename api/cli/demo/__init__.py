"""`flask demo`: the invented station of Lizhi, for looking around. Only with GRIDLOOP_DEMO=1."""

from pathlib import Path

import click
import pyotp
from flask import current_app
from flask.cli import AppGroup

from api.cli.demo.design import design_station
from api.cli.demo.load import factor_secret, load_design
from api.cli.demo.papers import FOLDER, write_papers
from api.grids.queries import station_by_code
from api.grids.rules import station_day
from api.plumbing.context import SYSTEM, unit_of_work
from config import Settings

demo = AppGroup("demo", help="The demo station.")


@demo.command("load")
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), default=FOLDER, help="Where the files go.")
def load_once(into: Path) -> None:
    """Load the demo station once, and write how to sign in and which phones to simulate."""
    settings = _demo_settings()
    with unit_of_work(SYSTEM) as ctx:
        design = design_station(station_day(ctx.now))
        is_new = station_by_code(ctx.session, design.station["code"]) is None
        if is_new:
            load_design(ctx, design, settings.secret)
    written = write_papers(into, design, settings.secret, renew=is_new)
    state = "is loaded" if is_new else "is there already"
    click.echo(f"{design.station['name']} ({design.station['code']}) {state}.")
    for name in written:
        click.echo(f"wrote {into / name}")


@demo.command("code")
@click.argument("username")
def show_code(username: str) -> None:
    """Print the present second-factor code of a demo account."""
    settings = _demo_settings()
    with unit_of_work(SYSTEM) as ctx:
        now = ctx.now
        known = {staff.username for staff in design_station(station_day(now)).staff}
    if username not in known:
        raise click.ClickException(f"no demo account {username}; there are {', '.join(sorted(known))}")
    click.echo(pyotp.TOTP(factor_secret(settings.secret, username)).at(now))


def _demo_settings() -> Settings:
    settings: Settings = current_app.extensions["gridloop.settings"]
    if not settings.demo:
        raise click.ClickException("this is no demo installation: GRIDLOOP_DEMO is not 1")
    return settings
