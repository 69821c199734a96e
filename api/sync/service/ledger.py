"""What was applied, with what its phone's clock was worth; and dropping what nobody will ask for."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from api.plumbing.changes import CURSOR_LIVES
from api.plumbing.context import Ctx
from api.sync.models import PhoneCommand, SyncPoint
from api.sync.rules import offset_ms
from api.sync.types import Command

COMMANDS_LIVE = timedelta(days=30)


def note_command(ctx: Ctx, command: Command) -> None:
    """Keep when a command happened and came, beside its effect. A name that is used again keeps its first line."""
    values = {
        "person_id": ctx.actor.person,
        "command_id": command.command_id,
        "station_id": ctx.actor.station,
        "type": command.type,
        "target_id": command.target_id,
        "occurred_at": command.occurred_at,
        "received_at": ctx.now,
        "offset_ms": offset_ms(command, ctx.now),
    }
    ctx.session.execute(insert(PhoneCommand).values(values).on_conflict_do_nothing())


def prune_sync(ctx: Ctx) -> None:
    """Drop commands after a month, and points whose cursor says nothing any more."""
    ctx.session.execute(delete(PhoneCommand).where(PhoneCommand.received_at < ctx.now - COMMANDS_LIVE))
    ctx.session.execute(delete(SyncPoint).where(SyncPoint.made_at < ctx.now - CURSOR_LIVES))
