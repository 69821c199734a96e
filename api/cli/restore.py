"""`flask restore`: what to do with messages after a backup was put back; docs/operations.md tells when."""

from datetime import UTC, datetime
from uuid import UUID

import click
from flask.cli import AppGroup
from sqlalchemy import text

from api.notifications.queries.restored import count_restored
from api.notifications.service.restoring import hold_restored, resend_restored
from api.plumbing.context import SYSTEM, unit_of_work

restore = AppGroup("restore", help="After a backup was put back.")
_DUE = text("SELECT count(*) FROM timers WHERE state = 'waiting' AND due_at <= :until")


@restore.command("hold")
@click.option("--until", type=click.DateTime(["%Y-%m-%dT%H:%M:%S"]), help="When the lost system stopped (UTC). Now.")
def hold(until: datetime | None) -> None:
    """Hold what providers may have had already. Before any process is started on the restored database."""
    with unit_of_work(SYSTEM) as ctx:
        moment = until.replace(tzinfo=UTC) if until else ctx.now
        held = hold_restored(ctx, until=moment)
        due = ctx.session.scalar(_DUE, {"until": moment})
    click.echo(f"{held} messages are held as unknown: nothing sends them until `restore resend`.")
    click.echo(f"{due} timers came due meanwhile and run once the relay is started; some may have run before.")


@restore.command("report")
def report() -> None:
    """What became of the messages that were held."""
    with unit_of_work(SYSTEM) as ctx:
        rows = count_restored(ctx.session)
    for row in rows:
        click.echo(f"{row.count:6} {row.urgency:7} {row.channel:6} {row.state}")
    click.echo(f"{sum(row.count for row in rows)} messages in all")


@restore.command("resend")
@click.argument("ids", nargs=-1, type=click.UUID)
@click.option("--all", "every", is_flag=True, help="All that nothing has proved.")
def resend(ids: tuple[UUID, ...], every: bool) -> None:
    """Send held messages after all; whoever had one before gets it twice, under the same id."""
    if every == bool(ids):
        raise click.UsageError("Name messages, or say --all.")
    with unit_of_work(SYSTEM) as ctx:
        sent = resend_restored(ctx, message_ids=None if every else ids)
    click.echo(f"{sent} messages will be sent.")
