"""Libraries that a process imports when it first uses them, and not because it might.

Printing, workbooks, pictures, calendars and buckets bring tens of megabytes and half a second of imports, and most
processes never touch them. Only for other people's libraries: our own modules are imported at the top, where the
contracts between areas are checked.
"""

from importlib import import_module
from typing import Any


class _Later:
    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        # The import system holds a lock per module: two threads that come first get the same whole module.
        return getattr(import_module(self._name), attribute)


def import_later(name: str) -> Any:
    """What stands for the module `name`; it is imported when something of it is first asked for."""
    return _Later(name)
