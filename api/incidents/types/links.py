"""Values of the one-tap link: the page a person without the app answers an offer on."""

from dataclasses import dataclass
from enum import StrEnum

from api.files.types import PreparedFile
from api.incidents.types.views import OfferDetail
from api.incidents.types.words import DeclineReason, Outcome


class LinkStage(StrEnum):
    """What the page of a link asks for now. The last four ask for nothing."""

    ASK = "ask"
    ACCEPTED = "accepted"
    ON_THE_WAY = "on_the_way"
    ARRIVED = "arrived"
    REPORT = "report"
    THANKS = "thanks"
    DECLINED = "declined"
    OVER = "over"
    EXPIRED = "expired"


class LinkAction(StrEnum):
    """A button of the page."""

    ACCEPT = "accept"
    DECLINE = "decline"
    DEPART = "depart"
    STILL_COMING = "still_coming"
    ARRIVE = "arrive"
    ALL_RIGHT = "all_right"
    NEED_HELP = "need_help"
    FINISH = "finish"
    DROP_OUT = "drop_out"
    FEEDBACK = "feedback"


@dataclass(frozen=True)
class LinkAnswer:
    """A posted form. `mark` is the hidden field that only a page we made can hold."""

    mark: str
    action: LinkAction
    reason: DeclineReason = DeclineReason.OTHER
    outcome: Outcome | None = None
    text: str = ""
    photos: tuple[PreparedFile, ...] = ()


@dataclass(frozen=True)
class LinkPage:
    """What a link shows, with the buttons that make sense now. `offer` is missing once the link is no good any more."""

    stage: LinkStage
    mark: str
    offer: OfferDetail | None = None
    actions: tuple[LinkAction, ...] = ()
