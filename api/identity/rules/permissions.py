"""The permission matrix: the single answer to who may do what."""

from collections.abc import Iterable

from api.identity.types import Permission, Role

_P = Permission
_FIELD = frozenset({_P.SELF, _P.DUTY_SELF, _P.OFFER_ANSWER, _P.INCIDENT_REPORT, _P.UNIT_READ})
_DESK = frozenset(
    {
        _P.SELF, _P.UNIT_READ, _P.MEMBER_READ, _P.COVERAGE_READ, _P.DUTY_READ, _P.INCIDENT_REPORT, _P.INCIDENT_READ,
        _P.INCIDENT_EDIT, _P.INCIDENT_DISPATCH, _P.INCIDENT_CANCEL, _P.INCIDENT_CALL_BACK, _P.MESSAGE_READ,
    }
)  # fmt: skip

_VISITS = frozenset({_P.VISIT_READ, _P.VISIT_MANAGE, _P.VISIT_SIGN_OFF, _P.PLAN_MANAGE})

MATRIX: dict[Role, frozenset[Permission]] = {
    Role.VOLUNTEER: _FIELD,
    Role.GRID_OFFICER: _FIELD | {_P.COVERAGE_READ, _P.VISIT_DO},
    Role.PATROL_OFFICER: _FIELD | {_P.INCIDENT_READ, _P.COVERAGE_READ, _P.VISIT_DO},
    Role.MEDIATOR: _FIELD | {_P.VISIT_DO},
    Role.DISPATCHER: _DESK,
    Role.SUPERVISOR: _DESK | _VISITS | {
        _P.INCIDENT_REVIEW, _P.TRAIL_READ, _P.DUTY_MANAGE, _P.PEOPLE_READ, _P.PEOPLE_CONTACT, _P.VISIT_DO,
    },
    Role.STATION_ADMIN: _VISITS | frozenset(
        {
            _P.SELF, _P.PEOPLE_READ, _P.PEOPLE_CONTACT, _P.PEOPLE_MANAGE, _P.UNIT_READ, _P.UNIT_MANAGE,
            _P.MEMBER_READ, _P.MEMBER_MANAGE, _P.ROSTER_IMPORT, _P.ROSTER_EXPORT, _P.COVERAGE_READ, _P.DUTY_READ,
            _P.DUTY_MANAGE, _P.MESSAGE_READ,
        }
    ),
    Role.AUDITOR: frozenset({_P.SELF, _P.AUDIT_READ}),
}  # fmt: skip


# Who answers in the field signs in with the phone. Every other role needs a password and a second factor: a number is
# stolen more easily than both. A roster gives these only; the others are given one by one, by somebody who may.
FIELD_ROLES = frozenset({Role.VOLUNTEER, Role.GRID_OFFICER, Role.PATROL_OFFICER, Role.MEDIATOR})


def roles_through(method: str, roles: Iterable[str]) -> frozenset[str]:
    """The roles a session has, given how it was opened: by SMS `code` only those of the field.

    An officer who signed in by code can be asked and can answer, as a volunteer can; what an officer sees beyond that
    needs the second factor.
    """
    held = frozenset(roles)
    if method == "password":
        return held
    through = held & FIELD_ROLES
    if Role.PATROL_OFFICER in through:
        return through - {Role.PATROL_OFFICER} | {Role.VOLUNTEER.value}
    return through


_KNOWN = frozenset(role.value for role in Role)


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """Everything the roles allow together; an unknown role allows nothing."""
    granted: frozenset[str] = frozenset()
    for role in roles:
        if role in _KNOWN:
            granted |= MATRIX[Role(role)]
    return granted
