"""Commands for the person at the server: `flask --app wsgi <group> <command>`."""

from flask import Flask

from api.cli.audit import audit
from api.cli.demo import demo
from api.cli.policies import policies
from api.cli.releases import contracts
from api.cli.restore import restore
from api.cli.roster import roster
from api.cli.stations import station

GROUPS = (audit, contracts, demo, policies, restore, roster, station)


def register_commands(app: Flask) -> None:
    """Attach every command group."""
    for group in GROUPS:
        app.cli.add_command(group)
