"""Tables of incidents. Ids of people, members and units carry no foreign key: they outlive the rows they named."""

from api.incidents.models.dispatches import Dispatch, Need, Offer, Selection
from api.incidents.models.endings import CallBack, Feedback, Review
from api.incidents.models.incidents import Incident, IncidentEvent, IncidentLink
from api.incidents.models.on_scene import Approach, Reinforcement, WelfareWatch
from api.incidents.models.policies import AcceptanceForecast, DispatchPolicy

__all__ = [
    "AcceptanceForecast",
    "Approach",
    "CallBack",
    "Dispatch",
    "DispatchPolicy",
    "Feedback",
    "Incident",
    "IncidentEvent",
    "IncidentLink",
    "Need",
    "Offer",
    "Reinforcement",
    "Review",
    "Selection",
    "WelfareWatch",
]
