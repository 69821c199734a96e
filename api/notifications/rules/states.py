"""A message's life as one transition table, and the rank that receipts may only raise."""

from collections.abc import Iterable
from itertools import chain

from api.kernel.states import Machine
from api.notifications.types import AckKind, MessageEvent, MessageState

_S, _E = MessageState, MessageEvent
_OPEN = (_S.QUEUED, _S.LEASED, _S.UNKNOWN, _S.SENT)
_ENDED = (_S.DEAD, _S.FALLBACK, _S.EXPIRED, _S.CANCELLED)


def _each(
    states: Iterable[MessageState], event: MessageEvent, after: MessageState
) -> dict[tuple[MessageState, MessageEvent], MessageState]:
    return {(state, event): after for state in states}


# A receipt is proof whatever we had concluded before: a message given up or withdrawn too late may still be read.
MESSAGES = Machine(
    name="message",
    initial=_S.QUEUED,
    table={
        (_S.QUEUED, _E.CLAIM): _S.LEASED,
        (_S.LEASED, _E.RETRY): _S.QUEUED,
        (_S.LEASED, _E.LOSE): _S.UNKNOWN,
        (_S.UNKNOWN, _E.RESEND): _S.QUEUED,
        **_each((_S.QUEUED, _S.LEASED, _S.UNKNOWN), _E.ACCEPT, _S.SENT),
        **_each(_OPEN, _E.REFUSE, _S.DEAD),
        **_each(_OPEN, _E.DIVERT, _S.FALLBACK),
        # Not while somebody is sending it: what comes of that is waited for first.
        **_each((_S.QUEUED, _S.UNKNOWN), _E.EXPIRE, _S.EXPIRED),
        **_each((_S.QUEUED, _S.UNKNOWN), _E.CANCEL, _S.CANCELLED),
        **_each(chain(_OPEN, _ENDED), _E.DELIVER, _S.DELIVERED),
        **_each(chain(_OPEN, _ENDED, (_S.DELIVERED,)), _E.READ, _S.READ),
    },
    final=frozenset({_S.READ}),
)

# Never goes down, unlike the state, which returns to `queued` for another try.
RANK: dict[MessageState, int] = {
    _S.QUEUED: 0,
    _S.LEASED: 0,
    _S.UNKNOWN: 0,
    _S.SENT: 1,
    _S.DEAD: 2,
    _S.FALLBACK: 2,
    _S.EXPIRED: 2,
    _S.CANCELLED: 2,
    _S.DELIVERED: 3,
    _S.READ: 4,
}

# Shown is proof of delivery, not of reading: a locked phone shows it to an empty room.
STATE_OF_ACK: dict[AckKind, MessageState] = {
    AckKind.RECEIVED: _S.DELIVERED,
    AckKind.SHOWN: _S.DELIVERED,
    AckKind.READ: _S.READ,
}


def raise_state(current: MessageState, reported: MessageState) -> MessageState:
    """The state after a receipt: the reported one if it ranks higher, else the current one."""
    return reported if RANK[reported] > RANK[current] else current
