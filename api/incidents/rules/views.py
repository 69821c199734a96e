"""Who sees how much: before acceptance nearly nothing, afterwards the task, and the requester's number by role."""

from collections.abc import Collection

from api.kernel.masking import mask_name, mask_phone

STEP_M = 500
# Trusted with a requester's number on a task they accepted; a volunteer is put through by the desk.
_CONTACT_ROLES = frozenset({"grid_officer", "patrol_officer", "mediator", "dispatcher", "supervisor"})


def coarse_distance_m(distance_m: float) -> int:
    """The distance as shown before acceptance: the next 500 m, so that it locates nobody."""
    return max(STEP_M, -(-round(distance_m) // STEP_M) * STEP_M)


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
