"""Identity's services, one file per noun."""

from api.identity.service.attempts import drop_old_attempts
from api.identity.service.codes import send_code, sign_in_by_code
from api.identity.service.conversion import watch_codes
from api.identity.service.credentials import change_password, give_credentials, reset_second_factor
from api.identity.service.devices import register_device, remove_device, retire_registration
from api.identity.service.passwords import sign_in_by_password
from api.identity.service.people import (
    change_status,
    create_person,
    edit_person,
    enroll_people,
    reveal_contact,
    set_roles,
)
from api.identity.service.sessions import (
    end_all_sessions,
    end_other_sessions,
    end_session,
    expire_sessions,
    open_session,
    refresh_session,
    sign_out,
)
from api.identity.service.tokens import admit_token, authenticate_token
from api.identity.service.trackers import act_as_tracker, open_tracker, revoke_tracker

__all__ = [
    "act_as_tracker",
    "admit_token",
    "authenticate_token",
    "change_password",
    "change_status",
    "create_person",
    "drop_old_attempts",
    "edit_person",
    "end_all_sessions",
    "end_other_sessions",
    "end_session",
    "enroll_people",
    "expire_sessions",
    "give_credentials",
    "open_session",
    "open_tracker",
    "refresh_session",
    "register_device",
    "remove_device",
    "reset_second_factor",
    "retire_registration",
    "reveal_contact",
    "revoke_tracker",
    "send_code",
    "set_roles",
    "sign_in_by_code",
    "sign_in_by_password",
    "sign_out",
    "watch_codes",
]
