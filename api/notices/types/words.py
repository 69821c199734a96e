"""The nouns of a notice's life."""

from enum import StrEnum


class Category(StrEnum):
    """What a notice is about; the lock screen shows no more than this, unless its text is open."""

    FLOOD = "flood"
    FIRE = "fire"
    WEATHER = "weather"
    TRAFFIC = "traffic"
    FRAUD = "fraud"
    MISSING_PERSON = "missing_person"
    GENERAL = "general"


class Severity(StrEnum):
    """How grave, gravest first. Red and orange reach people at night, too."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"


class NoticeState(StrEnum):
    """Where a notice is. `awaiting`: it would reach more people than one person may decide about."""

    DRAFT = "draft"
    AWAITING = "awaiting"
    SENDING = "sending"
    SENT = "sent"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class NoticeEvent(StrEnum):
    """What can happen to a notice."""

    SUBMIT = "submit"
    SEND = "send"
    APPROVE = "approve"
    REJECT = "reject"
    FINISH = "finish"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


class Decision(StrEnum):
    """What the second person says."""

    APPROVE = "approve"
    REJECT = "reject"
