"""The life of an enrolment, as one transition table."""

from api.grids.types import MemberEvent, MemberStatus
from api.kernel.states import Machine

MEMBER = Machine(
    "member",
    MemberStatus.PENDING,
    {
        (MemberStatus.PENDING, MemberEvent.ACTIVATE): MemberStatus.ACTIVE,
        (MemberStatus.PENDING, MemberEvent.LEAVE): MemberStatus.LEFT,
        (MemberStatus.ACTIVE, MemberEvent.SUSPEND): MemberStatus.SUSPENDED,
        (MemberStatus.ACTIVE, MemberEvent.LEAVE): MemberStatus.LEFT,
        (MemberStatus.SUSPENDED, MemberEvent.RESUME): MemberStatus.ACTIVE,
        (MemberStatus.SUSPENDED, MemberEvent.LEAVE): MemberStatus.LEFT,
        # Leaving is undone by rejoining: an enrolment is never made twice for one person.
        (MemberStatus.LEFT, MemberEvent.REJOIN): MemberStatus.ACTIVE,
    },
    final=frozenset(),
)
