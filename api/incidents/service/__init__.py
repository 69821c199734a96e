"""What can be done with incidents; one module per step of their life."""

from api.incidents.service.answers import accept_offer, decline_offer, drop_out, remove_from_task
from api.incidents.service.asking import ask_more, hear_silence
from api.incidents.service.auditing import take_up_forgotten
from api.incidents.service.closing import cancel_incident, record_call_back
from api.incidents.service.dispatching import dispatch_incident, end_dispatch
from api.incidents.service.feedback import give_feedback
from api.incidents.service.learning import learn_acceptance
from api.incidents.service.overdue import report_overdue
from api.incidents.service.previewing import preview_dispatch
from api.incidents.service.reaching import note_readings
from api.incidents.service.reading import (
    explain_selection,
    list_offers,
    show_dispatch,
    show_incident,
    show_offer,
    show_timeline,
)
from api.incidents.service.reporting import edit_incident, link_incident, report_incident
from api.incidents.service.reviewing import review_incident
from api.incidents.service.rungs import tell_rung
from api.incidents.service.syncing import sync_offer_ids, sync_offers
from api.incidents.service.tasks import arrive, depart, finish

__all__ = [
    "accept_offer",
    "arrive",
    "ask_more",
    "cancel_incident",
    "decline_offer",
    "depart",
    "dispatch_incident",
    "drop_out",
    "edit_incident",
    "end_dispatch",
    "explain_selection",
    "finish",
    "give_feedback",
    "hear_silence",
    "learn_acceptance",
    "link_incident",
    "list_offers",
    "note_readings",
    "preview_dispatch",
    "record_call_back",
    "remove_from_task",
    "report_incident",
    "report_overdue",
    "review_incident",
    "show_dispatch",
    "show_incident",
    "show_offer",
    "show_timeline",
    "sync_offer_ids",
    "sync_offers",
    "take_up_forgotten",
    "tell_rung",
]
