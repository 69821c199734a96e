"""The lives of a person's membership, a session and a device, one transition table each."""

from api.identity.types import (
    DeviceEvent,
    DeviceState,
    PersonEvent,
    PersonStatus,
    SessionEvent,
    SessionState,
)
from api.kernel.states import Machine

PERSON = Machine(
    "person",
    PersonStatus.ACTIVE,
    {
        (PersonStatus.ACTIVE, PersonEvent.SUSPEND): PersonStatus.SUSPENDED,
        (PersonStatus.SUSPENDED, PersonEvent.REACTIVATE): PersonStatus.ACTIVE,
        (PersonStatus.ACTIVE, PersonEvent.LEAVE): PersonStatus.LEFT,
        (PersonStatus.SUSPENDED, PersonEvent.LEAVE): PersonStatus.LEFT,
        # Somebody who left may come back; nobody is ever deleted while records name them.
        (PersonStatus.LEFT, PersonEvent.REACTIVATE): PersonStatus.ACTIVE,
    },
    final=frozenset(),
)

SESSION = Machine(
    "session",
    SessionState.ACTIVE,
    {
        (SessionState.ACTIVE, SessionEvent.REVOKE): SessionState.REVOKED,
        (SessionState.ACTIVE, SessionEvent.EXPIRE): SessionState.EXPIRED,
    },
    final=frozenset({SessionState.REVOKED, SessionState.EXPIRED}),
)

DEVICE = Machine(
    "device",
    DeviceState.ACTIVE,
    {(DeviceState.ACTIVE, DeviceEvent.RETIRE): DeviceState.RETIRED},
    final=frozenset({DeviceState.RETIRED}),
)
