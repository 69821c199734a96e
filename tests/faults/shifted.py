"""A process whose clock is wrong: `python -m tests.faults.shifted FILE MODULE ...` runs MODULE.

FILE holds the seconds its clock is ahead, and may be rewritten while it runs. What Python code can ask for the time is
patched before anything else is imported; waiting (time.monotonic, time.sleep) goes on as it should.
"""

import datetime as clock
import runpy
import sys
import time
from pathlib import Path

real_time, real_datetime, monotonic = time.time, clock.datetime, time.monotonic
READ_EVERY_S = 0.1


class Shift:
    """How far ahead the clock is; read again now and then."""

    def __init__(self, path: Path) -> None:
        self._path, self._seconds, self._until = path, 0.0, 0.0

    def __call__(self) -> float:
        if monotonic() > self._until:
            self._until = monotonic() + READ_EVERY_S
            self._seconds = float(self._path.read_text() or self._seconds)
        return self._seconds


class AnyDatetime(type(real_datetime)):
    """Real datetimes (from the database) pass for shifted ones."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, real_datetime)


def install(shift: Shift) -> None:
    """Set this process's clock wrong."""

    class Shifted(real_datetime, metaclass=AnyDatetime):
        @classmethod
        def now(cls, tz: clock.tzinfo | None = None) -> real_datetime:
            return real_datetime.fromtimestamp(real_time() + shift(), tz)

        @classmethod
        def utcnow(cls) -> real_datetime:
            return cls.now(clock.UTC).replace(tzinfo=None)

    Shifted.__name__ = Shifted.__qualname__ = "datetime"
    clock.datetime = Shifted
    time.time = lambda: real_time() + shift()
    time.time_ns = lambda: int((real_time() + shift()) * 1e9)


if __name__ == "__main__":
    install(Shift(Path(sys.argv[1])))
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
