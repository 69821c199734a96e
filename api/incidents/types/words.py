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


class How(StrEnum):
    """Who said that somebody left or arrived: their positions, their hand in the app, or their link."""

    GEOFENCE = "geofence"
    HAND = "hand"
    LINK = "link"


class StandDown(StrEnum):
    """Why somebody who was asked is not needed.

    `full`: they said yes, but the last place had gone. `desk`: the dispatcher decided so. `still`: they said yes and
    did not move.
    """

    FULL = "full"
    ENOUGH = "enough"
    DESK = "desk"
    STILL = "still"
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
    RESTING = "resting"  # their last task ended too short a time ago
    CAP = "cap"  # asked as often as one may be in a day
    QUOTA = "quota"  # reached by text message only, and none may be sent to their number now
    OTHER_GRID = "other_grid"  # the incident's own grid, or its neighbours, had enough people
    QUIET = "quiet"  # in the hours they do not want to be rung in, and somebody else is about as near
    FAIRNESS = "fairness"  # about as near as those asked, who were asked less of late


class DispatchClock(StrEnum):
    """What a dispatch will do by itself when its time comes."""

    SILENCE = "silence"  # the answer window ends: others are asked
    LOOK_AGAIN = "look_again"  # for somebody new near the place
    NEXT_RUNG = "next_rung"  # nobody is left to ask: somebody above is told


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
    REMINDED = "reminded"  # those who had not answered, when nobody else was left
    WIDENED = "widened"  # looks farther than before
    RUNG_TOLD = "rung_told"  # nobody is left to ask, and somebody above was told
    FILLED = "filled"
    ASKING_ENDED = "asking_ended"
    READ = "read"  # proof that somebody asked has read it
    ACCEPTED = "accepted"
    RESERVE = "reserve"  # said yes when it was full
    DECLINED = "declined"
    DROPPED_OUT = "dropped_out"
    DEPART = "depart"
    ARRIVE = "arrive"
    FINISH = "finish"
    ADDED = "added"  # by hand
    TAKEN_BACK = "taken_back"  # one person asked, or going, whom the desk does not need after all
    STILL = "still"  # said yes and has not moved, or is not seen
    STILL_COMING = "still_coming"
    GONE = "gone"  # left the place after having been there
    LEAD = "lead"
    WELFARE_MISSED = "welfare_missed"
    WELFARE_ANSWERED = "welfare_answered"
    REINFORCEMENT_ASKED = "reinforcement_asked"
    REINFORCEMENT_DECIDED = "reinforcement_decided"
    FEEDBACK = "feedback"
    LATE = "late"  # told by a phone that was offline, after the thing was over or another way
    REVIEWED = "reviewed"
    CALLED_BACK = "called_back"
    HANDED_TO_DISPUTES = "handed_to_disputes"
    DISPUTE_OPENED = "dispute_opened"
    OVERDUE = "overdue"
