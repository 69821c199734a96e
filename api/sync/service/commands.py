"""Commands of a phone that was offline: in order, each in a transaction of its own, each with a result.

One that cannot be applied never stops the others. Applied is remembered with its result in the transaction of the
effect, so the same command sent again, whenever, has one effect and the same answer.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import structlog
from sqlalchemy.exc import OperationalError

from api.kernel.errors import DomainError, Forbidden, Kind, Unavailable
from api.plumbing.context import Actor, Ctx, unit_of_work
from api.plumbing.idempotency import StoredAnswer, claim_key, store_answer
from api.sync.errors import UnknownCommand
from api.sync.service.deeds import DEEDS, Deed
from api.sync.service.ledger import note_command
from api.sync.types import Command, CommandResult, CommandStatus

log = structlog.get_logger(__name__)

Read = Callable[[Command], Mapping[str, Any]]
"""Turns a command's payload into values; raises Invalid."""


def apply_commands(actor: Actor, commands: Sequence[Command], read: Read, *, request_id: str) -> list[CommandResult]:
    """Apply the commands in order. No transaction may be open; every one opens its own."""
    return [_result(actor, command, read, request_id) for command in commands]


def reject_command(command_id: str, refusal: DomainError) -> CommandResult:
    """The result of a command that cannot even be read."""
    return CommandResult(command_id, CommandStatus.REJECTED, problem=_problem(refusal))


def _result(actor: Actor, command: Command, read: Read, request_id: str) -> CommandResult:
    try:
        deed = _deed(actor, command)
        values = read(command)
        with unit_of_work(actor, request_id=request_id) as ctx:
            return _once(ctx, command, deed, values)
    except DomainError as refusal:
        return _refused(actor, command, refusal, request_id)
    except OperationalError:
        # A lock or a connection: nothing was written, and the phone may send it again.
        return CommandResult(command.command_id, CommandStatus.FAILED, problem=_problem(Unavailable()))
    except Exception as error:
        # Whatever it is must not take the commands behind it along.
        log.error("command_broke", error=type(error).__name__, request_id=request_id)
        return CommandResult(command.command_id, CommandStatus.FAILED, problem=_problem(Unavailable()))


def _deed(actor: Actor, command: Command) -> Deed:
    deed = DEEDS.get(command.type)
    if deed is None:
        raise UnknownCommand(type=command.type[:40])
    if deed.permission not in actor.permissions:
        raise Forbidden
    return deed


def _once(ctx: Ctx, command: Command, deed: Deed, values: Mapping[str, Any]) -> CommandResult:
    key, owner = f"command {command.command_id}", ctx.actor.person
    stored = claim_key(ctx, key, _fingerprint(command), owner=owner)
    if stored is not None:
        return CommandResult(command.command_id, CommandStatus.DUPLICATE, state=orjson.loads(stored.body))
    state = deed.do(ctx, command, values)
    note_command(ctx, command)
    store_answer(ctx, key, StoredAnswer(200, orjson.dumps(state), None), owner=owner)
    return CommandResult(command.command_id, CommandStatus.APPLIED, state=state)


def _fingerprint(command: Command) -> bytes:
    # Without `sent_at`, which is another one with every try.
    told: list[Any] = [command.type, command.target_id, command.occurred_at, dict(command.payload)]
    if command.base_version is not None:
        told.append(command.base_version)
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).digest()


def _refused(actor: Actor, command: Command, refusal: DomainError, request_id: str) -> CommandResult:
    if refusal.kind in (Kind.UNAVAILABLE, Kind.TOO_MANY):
        return CommandResult(command.command_id, CommandStatus.FAILED, problem=_problem(refusal))
    if refusal.kind is not Kind.CONFLICT:
        return CommandResult(command.command_id, CommandStatus.REJECTED, problem=_problem(refusal))
    state = None
    deed = DEEDS[command.type]
    if deed.look is not None:
        with unit_of_work(actor, request_id=request_id) as ctx:
            state = deed.look(ctx, command)
    return CommandResult(command.command_id, CommandStatus.CONFLICT, state=state, problem=_problem(refusal))


def _problem(refusal: DomainError) -> dict[str, Any]:
    issues = [{"pointer": i.pointer, "code": i.code, "zh": i.zh, "en": i.en} for i in refusal.issues]
    text = {"zh-CN": refusal.text_zh, "en": refusal.text_en}
    facts = orjson.loads(orjson.dumps(refusal.facts, default=str))
    more = {"errors": issues} if issues else {}
    return {"code": refusal.code, "text": text, **more, **({"facts": facts} if facts else {})}
