"""What the fault tests share: the installation and stand-ins of the pusher tests, and how long a run is."""

import os

from tests.pusher.conftest import (  # noqa: F401  fixtures
    fcm,
    fcm_process,
    sending_settings,
    station,
    twilio,
    twilio_process,
)

LONG = os.environ.get("FAULTS") == "long"
