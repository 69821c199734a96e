"""What other areas ask of notifications. Claiming, settling and sweeping are the pusher's and stay in their modules."""

from api.notifications.service.acknowledgements import acknowledge
from api.notifications.service.bulk import drop_texts, keep_text, queue_to_many, withdraw_all
from api.notifications.service.queueing import queue_notices, queue_sms_to_number
from api.notifications.service.reading import note_reading, take_readings
from api.notifications.service.withdrawal import withdraw

__all__ = [
    "acknowledge",
    "drop_texts",
    "keep_text",
    "note_reading",
    "queue_notices",
    "queue_sms_to_number",
    "queue_to_many",
    "take_readings",
    "withdraw",
    "withdraw_all",
]
