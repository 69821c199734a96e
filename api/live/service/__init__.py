"""Letting readers in, checking on them, reading what is new, and what an event shows."""

from api.live.service.letting_in import let_in, stand_for, still_there
from api.live.service.reading import Backlog, News, backlog_for, head_now, news_since
from api.live.service.upkeep import prune_boards

__all__ = [
    "Backlog",
    "News",
    "backlog_for",
    "head_now",
    "let_in",
    "news_since",
    "prune_boards",
    "stand_for",
    "still_there",
]
