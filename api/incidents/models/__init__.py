"""Tables of incidents. Ids of people, members and units carry no foreign key: they outlive the rows they named."""

from api.incidents.models.dispatches import Dispatch, Need, Offer, Selection
from api.incidents.models.endings import CallBack, Feedback, Review
from api.incidents.models.incidents import Incident, IncidentEvent, IncidentLink

__all__ = [
    "CallBack",
    "Dispatch",
    "Feedback",
    "Incident",
    "IncidentEvent",
    "IncidentLink",
    "Need",
    "Offer",
    "Review",
    "Selection",
]
