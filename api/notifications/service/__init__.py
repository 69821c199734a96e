"""What other areas ask of notifications. Claiming, settling and sweeping are the pusher's and stay in their modules."""

from api.notifications.service.acknowledgements import acknowledge
from api.notifications.service.queueing import queue_notices, queue_sms_to_number
from api.notifications.service.withdrawal import withdraw

__all__ = ["acknowledge", "queue_notices", "queue_sms_to_number", "withdraw"]
