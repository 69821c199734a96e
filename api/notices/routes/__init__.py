"""HTTP of notices: `desk` writes, decides and looks at receipts, `phone` reads."""

from api.notices.routes import desk, phone, receipts
from api.notices.routes.blueprint import blp

__all__ = ["blp", "desk", "phone", "receipts"]
