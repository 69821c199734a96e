"""`flask audit`: the trail."""

import click
from flask.cli import AppGroup

from api.audit.queries import find_chain_fault
from api.plumbing.context import SYSTEM, unit_of_work

audit = AppGroup("audit", help="The trail.")


@audit.command("verify")
def verify_chain() -> None:
    """Recompute the hash chain over the whole trail; exit 1 at the first broken link."""
    with unit_of_work(SYSTEM) as ctx:
        fault = find_chain_fault(ctx.session)
    if fault:
        raise click.ClickException(f"link {fault.position} (entry {fault.entry_id}): {fault.reason}")
    click.echo("The chain holds.")
