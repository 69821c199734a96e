"""Who sees how much: before acceptance nearly nothing, afterwards the task, and the requester's number by role."""

from collections.abc import Collection
from uuid import UUID

from api.kernel.masking import mask_name, mask_phone

STEP_M, STEP_S = 500, 900
# Trusted with a requester's number on a task they accepted; a volunteer is put through by the desk.
_CONTACT_ROLES = frozenset({"grid_officer", "patrol_officer", "mediator", "dispatcher", "supervisor"})


def coarse_distance_m(distance_m: float, incident_id: UUID) -> int:
    """The distance as shown before acceptance: in steps of 500 m, never nearer than it is.

    Where the steps lie is another thing for each incident and the same for everybody asked, so that whoever asks from
    many places learns no more than the step, and cannot average it away.
    """
    return _next_step(distance_m, STEP_M, incident_id)


def coarse_eta_s(eta_s: float, incident_id: UUID) -> int:
    """The time to get there as shown before acceptance: in quarters of an hour, since it is the distance again."""
    return _next_step(eta_s, STEP_S, incident_id)


def shown_way(distance_m: float, eta_s: int, incident_id: UUID, *, went: bool) -> dict[str, int]:
    """Distance and time of an offer as its owner is told; who said yes (`went`) is told the time exactly."""
    return {
        "distance_m": coarse_distance_m(distance_m, incident_id),
        "eta_s": eta_s if went else coarse_eta_s(eta_s, incident_id),
    }


def _next_step(value: float, step: int, incident_id: UUID) -> int:
    # The id's last four bytes were drawn at random, and no phone is told the id before it has accepted.
    shift = int.from_bytes(incident_id.bytes[-4:]) * step >> 32
    return max(step, -(-(round(value) + shift) // step) * step)


def sees_contact(roles: Collection[str]) -> bool:
    """Whether one of these roles sees a requester's name and number in clear."""
    return not _CONTACT_ROLES.isdisjoint(roles)


def contact_view(name: str | None, phone: str | None, *, clear: bool) -> dict[str, str | bool | None]:
    """The requester as shown: in clear, or only recognisable."""
    return {
        "name": name if clear or name is None else mask_name(name),
        "phone": phone if clear or phone is None else mask_phone(phone),
        "masked": not clear,
    }
