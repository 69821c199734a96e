"""`flask demo`: the invented station of Lizhi, for looking around. Only with GRIDLOOP_DEMO=1."""

from pathlib import Path

import click
import pyotp
from flask import current_app
from flask.cli import AppGroup

from api.cli.demo.design import STAFF, design_station, read_data
from api.cli.demo.load import factor_secret, load_design
from api.cli.demo.papers import FOLDER, papers_missing, write_papers
from api.cli.demo.texts import register_texts, write_texts
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
    station = read_data("lizhi.json")["station"]
    with unit_of_work(SYSTEM) as ctx:
        today, is_new = station_day(ctx.now), station_by_code(ctx.session, station["code"]) is None
        if is_new:
            load_design(ctx, design_station(today), settings.secret)
        texts = register_texts(ctx, settings.public_url)
    click.echo(f"{station['name']} ({station['code']}) {'is loaded' if is_new else 'is there already'}.")
    write_texts(into, texts)
    if is_new or papers_missing(into):
        for path in write_papers(into, design_station(today), settings.secret, renew=is_new):
            click.echo(f"wrote {path}")


@demo.command("code")
@click.argument("username")
def show_code(username: str) -> None:
    """Print the present second-factor code of a demo account."""
    settings = _demo_settings()
    if username not in STAFF:
        raise click.ClickException(f"no demo account {username}; there are {', '.join(STAFF)}")
    with unit_of_work(SYSTEM) as ctx:  # the code must fit the clock it will be checked by
        now = ctx.now
    click.echo(pyotp.TOTP(factor_secret(settings.secret, username)).at(now))


def _demo_settings() -> Settings:
    settings: Settings = current_app.extensions["gridloop.settings"]
    if not settings.demo:
        raise click.ClickException("this is no demo installation: GRIDLOOP_DEMO is not 1")
    return settings
