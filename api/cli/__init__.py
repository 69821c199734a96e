"""Commands for the person at the server: `flask --app wsgi <group> <command>`."""

from flask import Flask

from api.cli.audit import audit
from api.cli.contracts import contracts

GROUPS = (audit, contracts)


def register_commands(app: Flask) -> None:
    """Attach every command group."""
    for group in GROUPS:
        app.cli.add_command(group)
