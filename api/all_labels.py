"""Every area's words in one list: what `/v1/enums` serves and `enums.json` holds."""

from api.disputes.rules.labels import LABELS as DISPUTES
from api.duty.rules.labels import LABELS as DUTY
from api.files.rules.labels import LABELS as FILES
from api.followups.rules.labels import LABELS as FOLLOWUPS
from api.grids.rules.labels import LABELS as GRIDS
from api.identity.rules.labels import LABELS as IDENTITY
from api.incidents.rules.labels import LABELS as INCIDENTS
from api.kernel.labels import LABELS as KERNEL
from api.live.rules.labels import LABELS as LIVE
from api.notices.rules.labels import LABELS as NOTICES
from api.notifications.rules.labels import LABELS as NOTIFICATIONS
from api.reporting.rules.labels import LABELS as REPORTING
from api.retention.rules import LABELS as RETENTION
from api.sync.rules import LABELS as SYNC

VOCABULARIES = (
    *KERNEL, *IDENTITY, *FILES, *RETENTION, *GRIDS, *DUTY, *NOTIFICATIONS, *INCIDENTS, *DISPUTES, *NOTICES,
    *FOLLOWUPS, *REPORTING, *SYNC, *LIVE,
)  # fmt: skip
