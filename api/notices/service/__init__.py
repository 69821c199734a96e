"""Notices' services, one file per step of a notice's life."""

from api.notices.service.drafts import change_policy, edit_notice, preview_notice, write_notice
from api.notices.service.ending import expire_notice, withdraw_notice
from api.notices.service.reading import read_notice
from api.notices.service.sending import expand_notice, take_up_stuck
from api.notices.service.submitting import decide_notice, submit_notice

__all__ = [
    "change_policy",
    "decide_notice",
    "edit_notice",
    "expand_notice",
    "expire_notice",
    "preview_notice",
    "read_notice",
    "submit_notice",
    "take_up_stuck",
    "withdraw_notice",
    "write_notice",
]
