"""The permission matrix: the single answer to who may do what."""

from collections.abc import Iterable

from api.identity.types import Permission, Role

_P = Permission
_FIELD = frozenset({_P.SELF, _P.DUTY_SELF, _P.OFFER_ANSWER, _P.INCIDENT_REPORT, _P.UNIT_READ, _P.FILE_UPLOAD})
_DESK = frozenset(
    {
        _P.SELF, _P.UNIT_READ, _P.MEMBER_READ, _P.COVERAGE_READ, _P.DUTY_READ, _P.INCIDENT_REPORT, _P.INCIDENT_READ,
        _P.INCIDENT_EDIT, _P.INCIDENT_DISPATCH, _P.INCIDENT_CANCEL, _P.INCIDENT_CALL_BACK, _P.MESSAGE_READ,
        _P.POLICY_READ, _P.FILE_UPLOAD,
    }
)  # fmt: skip

_VISITS = frozenset({_P.VISIT_READ, _P.VISIT_MANAGE, _P.VISIT_SIGN_OFF, _P.PLAN_MANAGE})
_TAKING = frozenset({_P.DISPUTE_FILE, _P.DISPUTE_READ, _P.DISPUTE_EDIT})
_CASES = _TAKING | {_P.DISPUTE_SEARCH, _P.DISPUTE_MERGE, _P.DISPUTE_IMPORT, _P.DISPUTE_EXPORT}
_DIRECTING = frozenset({_P.DISPUTE_DIRECT, _P.DISPUTE_SIGN_OFF, _P.DISPUTE_MEDIATE})
_NUMBERS = frozenset({_P.REPORT_READ})
_TELLING = frozenset({_P.NOTICE_WRITE, _P.NOTICE_READ})
_OVERSIGHT = frozenset({_P.NOTICE_READ, _P.NOTICE_APPROVE, _P.REPORT_READ})

MATRIX: dict[Role, frozenset[Permission]] = {
    Role.VOLUNTEER: _FIELD,
    Role.GRID_OFFICER: _FIELD | _TAKING | {_P.DISPUTE_MEDIATE, _P.COVERAGE_READ, _P.VISIT_DO},
    Role.PATROL_OFFICER: _FIELD | {_P.DISPUTE_FILE, _P.DISPUTE_READ, _P.DISPUTE_MEDIATE} | {
        _P.INCIDENT_READ, _P.COVERAGE_READ, _P.VISIT_DO,
    },
    Role.MEDIATOR: _FIELD | _TAKING | {_P.DISPUTE_SEARCH, _P.DISPUTE_MEDIATE, _P.VISIT_DO},
    Role.DISPATCHER: _DESK | _TAKING | _TELLING,
    Role.SUPERVISOR: _DESK | _CASES | _DIRECTING | _TELLING | _OVERSIGHT | _VISITS | _NUMBERS | {
        _P.POLICY_MANAGE,
        _P.INCIDENT_REVIEW, _P.TRAIL_READ, _P.DUTY_MANAGE, _P.PEOPLE_READ, _P.PEOPLE_CONTACT, _P.VISIT_DO,
    },
    Role.STATION_ADMIN: _OVERSIGHT | _CASES | _DIRECTING | {_P.DISPUTE_MANAGE} | _VISITS | _NUMBERS | frozenset(
        {
            _P.REACH_MANAGE,
            _P.POLICY_READ, _P.POLICY_MANAGE, _P.RETENTION_MANAGE, _P.DISPUTE_ERASE,
            _P.SELF, _P.PEOPLE_READ, _P.PEOPLE_CONTACT, _P.PEOPLE_MANAGE, _P.UNIT_READ, _P.UNIT_MANAGE,
            _P.MEMBER_READ, _P.MEMBER_MANAGE, _P.ROSTER_IMPORT, _P.ROSTER_EXPORT, _P.COVERAGE_READ, _P.DUTY_READ,
            _P.DUTY_MANAGE, _P.MESSAGE_READ, _P.FILE_UPLOAD, _P.TEMPLATE_MANAGE,
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
