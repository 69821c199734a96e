"""The published document: what the routes and schemas say, finished for people and generators of clients."""

from api.http.contract.finishing import finish
from api.http.contract.publishing import PublishedApi

__all__ = ["PublishedApi", "finish"]
