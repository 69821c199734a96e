"""Reads of notifications."""

from api.notifications.queries.messages import inbox_of, messages_about, told_subjects

__all__ = ["inbox_of", "messages_about", "told_subjects"]
