"""The vocabulary of incidents: what they are called, where they come from, how they end."""

from enum import StrEnum


class IncidentKind(StrEnum):
    """What kind of help is needed; each kind has its dispatch policy."""

    URGENT_HELP = "urgent_help"
    MISSING_PERSON = "missing_person"
    FIGHT = "fight"
    DISPUTE = "dispute"
    HAZARD = "hazard"  # fire, flood, landslide
    TRAFFIC = "traffic"
    SCHOOL_GATE = "school_gate"
    EVENT_POST = "event_post"
    OTHER = "other"


class Category(StrEnum):
    """The six working classes of police tickets."""

    CRIMINAL = "criminal"
    PUBLIC_ORDER = "public_order"
    TRAFFIC = "traffic"
    DISPUTE = "dispute"
    URGENT_HELP = "urgent_help"
    OTHER = "other"


class Colour(StrEnum):
    """Five-colour grade, gravest first."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"
    WHITE = "white"


class Source(StrEnum):
    """How the station learnt of it."""

    CALL = "call"
    WALK_IN = "walk_in"
    APP = "app"
    PATROL = "patrol"
    CAMERA = "camera"
    ALERT = "alert"
    TRANSFER = "transfer"
    OTHER = "other"


class LinkKind(StrEnum):
    """How a later call relates to an incident that is already filed."""

    REPEAT_CALL = "repeat_call"
    CHASE_UP = "chase_up"
    OFFICER_FEEDBACK = "officer_feedback"
    HARASSMENT = "harassment"
    SAME_EVENT = "same_event"


class DeclineReason(StrEnum):
    """Why somebody cannot go."""

    BUSY = "busy"
    TOO_FAR = "too_far"
    NOT_FIT = "not_fit"
    NOT_SAFE = "not_safe"
    OTHER = "other"


class StandDown(StrEnum):
    """Why somebody who was asked is not needed. `full`: they said yes, but the last place had gone."""

    FULL = "full"
    ENOUGH = "enough"
    DESK = "desk"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What somebody who went reports. `unable` means the help is still missing."""

    RESOLVED = "resolved"
    PARTLY_RESOLVED = "partly_resolved"
    HANDED_OVER = "handed_over"
    NOTHING_FOUND = "nothing_found"
    UNABLE = "unable"


class Decision(StrEnum):
    """What the reviewer decided."""

    APPROVED = "approved"
    RETURNED = "returned"


class CallBackOutcome(StrEnum):
    """What became of one attempt to tell the requester."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    NO_REQUESTER = "no_requester"


class CancelReason(StrEnum):
    """Why an incident ends without help arriving."""

    FALSE_ALARM = "false_alarm"
    DUPLICATE = "duplicate"
    HANDLED_OTHERWISE = "handled_otherwise"
    WITHDRAWN_BY_REQUESTER = "withdrawn_by_requester"
    OTHER = "other"


class Verdict(StrEnum):
    """Why a member was or was not asked in one wave."""

    RESERVE = "reserve"  # picked first: said yes before, when it was full
    NEAREST = "nearest"
    ENOUGH = "enough"  # would have been next
    OTHER_NEED = "other_need"  # picked for another need of the same wave
    STALE = "stale"
    ENGAGED = "engaged"
    ASKED = "asked"  # has an open or silent offer
    REFUSED = "refused"  # declined or dropped out of this incident before
    WENT = "went"
    EXCLUDED = "excluded"  # the dispatcher left them out of this dispatch


class EventKind(StrEnum):
    """A line of the timeline; phones and the console know them by these names."""

    REPORTED = "reported"
    EDITED = "edited"
    LINKED = "linked"
    STATE = "state"
    DISPATCHED = "dispatched"
    ASKED = "asked"
    SILENT = "silent"
    EXHAUSTED = "exhausted"
    FILLED = "filled"
    ASKING_ENDED = "asking_ended"
    ACCEPTED = "accepted"
    RESERVE = "reserve"  # said yes when it was full
    DECLINED = "declined"
    DROPPED_OUT = "dropped_out"
    DEPART = "depart"
    ARRIVE = "arrive"
    FINISH = "finish"
    FEEDBACK = "feedback"
    REVIEWED = "reviewed"
    CALLED_BACK = "called_back"
    OVERDUE = "overdue"
