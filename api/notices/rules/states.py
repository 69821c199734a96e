"""A notice's life as one transition table."""

from api.kernel.states import Machine
from api.notices.types import NoticeEvent, NoticeState

_S, _E = NoticeState, NoticeEvent
LIVE = (_S.SENDING, _S.SENT)

NOTICES = Machine(
    name="notice",
    initial=_S.DRAFT,
    table={
        (_S.DRAFT, _E.SUBMIT): _S.AWAITING,
        (_S.DRAFT, _E.SEND): _S.SENDING,
        (_S.AWAITING, _E.APPROVE): _S.SENDING,
        (_S.AWAITING, _E.REJECT): _S.REJECTED,
        (_S.SENDING, _E.FINISH): _S.SENT,
        **{(state, _E.WITHDRAW): _S.WITHDRAWN for state in (_S.DRAFT, _S.AWAITING, _S.SENDING, _S.SENT)},
        **{(state, _E.EXPIRE): _S.EXPIRED for state in (_S.DRAFT, _S.AWAITING, _S.SENDING, _S.SENT)},
    },
    final=frozenset({_S.REJECTED, _S.WITHDRAWN, _S.EXPIRED}),
)
