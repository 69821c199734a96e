"""HTTP of disputes."""

from api.disputes.routes import (
    agreements,
    cases,
    decisions,
    erasing,
    hand_overs,
    imports,
    papers,
    parties,
    sessions,
    standards,
)
from api.disputes.routes.blueprint import blp

__all__ = [
    "agreements",
    "blp",
    "cases",
    "decisions",
    "erasing",
    "hand_overs",
    "imports",
    "papers",
    "parties",
    "sessions",
    "standards",
]
