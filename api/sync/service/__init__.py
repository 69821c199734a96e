"""Pulling what changed, applying what was done."""

from api.sync.service.commands import apply_commands, reject_command
from api.sync.service.ledger import prune_sync
from api.sync.service.points import PulledAll, pull_since
from api.sync.service.pulling import pull

__all__ = ["PulledAll", "apply_commands", "prune_sync", "pull", "pull_since", "reject_command"]
