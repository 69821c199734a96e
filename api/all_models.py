"""Imports every models module, for migrations and for the test that compares models with the schema."""

from functools import cache
from pathlib import Path

import api.audit.models
import api.disputes.models
import api.duty.models
import api.files.models
import api.followups.models
import api.grids.models
import api.identity.models
import api.incidents.models
import api.live.models
import api.notices.models
import api.notifications.models
import api.plumbing.changes
import api.plumbing.heartbeats
import api.plumbing.idempotency
import api.plumbing.outbox
import api.plumbing.timers
import api.retention.models
import api.sync.models
from api.plumbing.db import Base

MIGRATIONS = Path(__file__).parent.parent / "migrations"
metadata = Base.metadata


@cache
def schema_head() -> str:
    """The revision this release's models were written for: migrations are numbered, and a test holds them to it."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
