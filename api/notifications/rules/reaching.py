"""Why somebody counts as not reached, from what became of the messages to them."""

from collections.abc import Sequence

from api.notifications.rules.failures import DEAD_TOKEN_CODES, INVALID_CODES, OPTED_OUT_CODES, OVER_QUOTA_CODES
from api.notifications.types import Channel, MessageState
from api.notifications.types.reaching import Trace, Unreached

_S = MessageState
_WAITING = frozenset({_S.QUEUED, _S.LEASED, _S.UNKNOWN})


def why_unreached(traces: Sequence[Trace], *, barred: Unreached = Unreached.NO_CHANNEL) -> Unreached:
    """The reason, by the message that got furthest; with nothing under way, by the one that failed last.

    `traces` stand in the order of the ladder. `barred` is the reason where nothing was sent at all.
    """
    alive = [trace for trace in traces if trace.state != _S.CANCELLED]
    if any(trace.delivered for trace in alive):
        return Unreached.UNREAD
    if any(trace.state == _S.SENT for trace in alive):
        return Unreached.UNCONFIRMED
    waiting = [trace for trace in alive if trace.state in _WAITING]
    if waiting:
        tried = any(trace.code for trace in waiting)
        return Unreached.PROVIDER_FAILING if tried else Unreached.NOT_TRIED
    if alive:
        return _why_failed(alive[-1])
    return barred


def _why_failed(trace: Trace) -> Unreached:
    code = trace.code or ""
    if code in OPTED_OUT_CODES:
        return Unreached.OPTED_OUT
    if code in OVER_QUOTA_CODES:
        return Unreached.OVER_QUOTA
    if code in INVALID_CODES:
        return Unreached.NUMBER_INVALID
    if code in DEAD_TOKEN_CODES:
        return Unreached.TOKEN_DEAD
    if trace.channel == Channel.VOICE and not code:
        return Unreached.NO_ANSWER
    return Unreached.PROVIDER_FAILING
