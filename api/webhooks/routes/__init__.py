"""HTTP of webhooks. The signature is checked before a transaction is opened: anybody can knock here."""

from api.webhooks.routes import aliyun, calls, receipts, texts
from api.webhooks.routes.blueprint import blp

__all__ = ["aliyun", "blp", "calls", "receipts", "texts"]
