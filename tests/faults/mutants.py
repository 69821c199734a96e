"""Break one safeguard at a time, in a copy of the tree, and see whether a named test notices: `make mutants`.

    python -m tests.faults.mutants                   # all of them
    python -m tests.faults.mutants lease fence       # these
    python -m tests.faults.mutants --list

The working tree is only read. The copy has private servers of its own, which are stopped and removed at the end. Each
test is first run on the unbroken copy, where it must pass; a test that is red for another reason proves nothing.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns("var", ".venv", ".git", ".hypothesis", "__pycache__", ".*_cache", ".import_linter*")
TIMEOUT_S = 400
GREEN, RED, BROKEN = "green", "red", "broken"


@dataclass(frozen=True)
class Mutant:
    """One text in one file replaced by another, and the test that must notice."""

    name: str
    path: str
    old: str
    new: str
    test: str
    means: str


MUTANTS = (
    Mutant(
        "lease", "api/notifications/service/sweeping.py",
        "WHERE state = 'leased' AND lease_until < :now", "WHERE state = 'leased' AND false",
        "tests/faults/test_f01_kills.py", "a lease never ends: what a killed sender held is nobody's any more",
    ),
    Mutant(
        "fence", "api/notifications/service/settling.py",
        "WHERE outbox.lease_token = told.token ORDER BY", "WHERE outbox.lease_token IS NOT NULL ORDER BY",
        "tests/notifications/test_claims.py::test_a_late_sender_cannot_settle_while_its_successor_is_calling",
        "a sender that comes late writes over its successor",
    ),
    Mutant(
        "unique-key", "api/plumbing/idempotency.py",
        ".values(owner=str(owner), key=key,", ".values(owner=str(ctx.new_id()), key=key,",
        "tests/faults/test_f17_keys.py", "no two requests ever have the same key",
    ),
    Mutant(
        "skip-locked", "workers/relay.py",
        " ORDER BY due_at LIMIT :batch FOR UPDATE SKIP LOCKED)", " ORDER BY due_at LIMIT :batch)",
        "tests/faults/test_f19_timers.py", "relays do not step aside for one another",
    ),
    Mutant(
        "receipt-rank", "api/notifications/service/receipts.py",
        "state = CASE WHEN rank < :rank THEN :state ELSE state END", "state = :state",
        "tests/faults/test_f14_receipts.py", "the last receipt wins, whatever was known before",
    ),
    Mutant(
        "replay", "api/plumbing/idempotency.py",
        ".values(owner=str(owner), key=key,", ".values(owner=str(ctx.new_id()), key=key,",
        "tests/faults/test_f03_crashes.py", "a retry after a crash is a new request",
    ),
    Mutant(
        "redis-down", "workers/relay.py", "except RedisError as error:", "except ZeroDivisionError as error:",
        "tests/faults/test_f04_redis_down.py", "the relay does nothing without Redis",
    ),
    Mutant(
        "hint-again", "workers/relay.py", "HINT_LASTS_S = 15", "HINT_LASTS_S = 3600",
        "tests/faults/test_f05_flushed.py", "a timer handed to Redis is believed to be safe there",
    ),
    Mutant(
        "count-deaths", "workers/worker.py", "        work_horse_killed_handler=count_death,\n", "",
        "tests/faults/test_f13_poison.py", "a job that ends its process is tried for ever",
    ),
    Mutant(
        "stale-after", "api/http/health.py", "STALE_AFTER_S = 60.0", "STALE_AFTER_S = 600.0",
        "tests/faults/test_f33_watchers.py", "health is patient for ten minutes",
    ),
    Mutant(
        "database-away", "api/http/errors.py",
        "if isinstance(error, OperationalError) or error.connection_invalidated:", "if error.connection_invalidated:",
        "tests/faults/test_f06_postgres.py", "a database that is away is our fault",
    ),
    Mutant(
        "database-clock", "workers/runtime.py", "if timer.due_at > ctx.now:",
        "if timer.due_at > __import__('datetime').datetime.now(__import__('datetime').UTC):",
        "tests/faults/test_f16_clocks.py", "a worker's own clock says what is due",
    ),
    Mutant(
        "own-process", "workers/relay.py",
        "run_apart([due.id for due in batch], self._go_on)",
        "__import__('workers.runtime').runtime.run_in_context(batch[0].id)",
        "tests/faults/test_f13_poison.py::test_f13_without_redis_poison_ends_no_relay",
        "the relay runs jobs in its own process while Redis is away",
    ),
    Mutant(
        "restored", "api/notifications/service/sweeping.py",
        "          AND error_code IS DISTINCT FROM :restored\n", "          AND :restored <> ''\n",
        "tests/faults/test_f31_restored.py", "after a restore everything unknown is sent again",
    ),
    Mutant(
        "revoked", "api/notifications/rules/breakers.py",
        "        if outcome.kind is OutcomeKind.CREDENTIALS:", "        if outcome.kind is None:",
        "tests/faults/test_f30_accounts.py", "a refused account is no reason to tell anybody",
    ),
    Mutant(
        "doors", "api/http/doors.py",
        "self._free = size - size // 5", "self._free = size",
        "tests/faults/test_f26_exhaustion.py", "no connection is kept for the short requests",
    ),
    Mutant(
        "silence", "config.py",
        '"tcp_user_timeout": 5_000', '"tcp_user_timeout": 0',
        "tests/faults/test_f07_silence.py", "nobody notices that the database's network is gone",
    ),
    Mutant(
        "lock-timeout", "migrations/env.py",
        'LOCK_TIMEOUT = "1s"', 'LOCK_TIMEOUT = "20s"',
        "tests/faults/test_f24_locks.py", "a migration waits for its lock, and everybody behind it",
    ),
    Mutant(
        "full-log", "api/plumbing/logs.py",
        "        except OSError:\n            LOG_LINES_LOST.inc()\n            return len(words)",
        "        except ZeroDivisionError:\n            return len(words)",
        "tests/faults/test_f22_full_disks.py", "a log that cannot be written ends the work",
    ),
)  # fmt: skip


class Copy:
    """A copy of the tree with private servers of its own."""

    def __init__(self, tree: Path) -> None:
        self._tree = tree
        self._seen: dict[str, str] = {}
        self.reason = ""

    def run(self, test: str) -> str:
        """What a test says: green, red, or broken (it could not be run)."""
        command = [
            sys.executable,
            "-m",
            "pytest",
            test,
            "-q",
            "-n0",
            "-x",
            "-p",
            "no:randomly",
            "-p",
            "no:cacheprovider",
        ]
        environment = os.environ | {"PYTHONPATH": str(self._tree), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            outcome = subprocess.run(
                command, cwd=self._tree, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S
            )
        except subprocess.TimeoutExpired:
            self.reason = f"not over in {TIMEOUT_S} s"
            return RED
        said = [line for line in outcome.stdout.splitlines() if line.startswith("E  ")]
        self.reason = said[0].removeprefix("E").strip()[:160] if said else ""
        if outcome.returncode == 0:
            return GREEN
        # 1: a test failed. An error while collecting or in a fixture is no finding.
        return RED if outcome.returncode == 1 and "FAILED " in outcome.stdout else BROKEN

    def baseline(self, test: str) -> str:
        """What it says of the unbroken copy; asked once."""
        if test not in self._seen:
            self._seen[test] = self.run(test)
        return self._seen[test]

    @contextmanager
    def mutated(self, mutant: Mutant) -> Iterator[None]:
        """The copy with one thing broken, whole again afterwards."""
        path = self._tree / mutant.path
        whole = path.read_text()
        if whole.count(mutant.old) != 1:
            raise SystemExit(f"{mutant.name}: its text is {whole.count(mutant.old)} times in {mutant.path}")
        path.write_text(whole.replace(mutant.old, mutant.new))
        try:
            yield
        finally:
            path.write_text(whole)


@contextmanager
def copied() -> Iterator[Copy]:
    """A copy that leaves nothing behind, neither files nor servers."""
    with tempfile.TemporaryDirectory(prefix="gridloop-mutants-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT, symlinks=True)
        # The servers of the copy run as another account when root calls, which has to walk through.
        Path(folder).chmod(0o711)
        try:
            yield Copy(tree)
        finally:
            environment = os.environ | {"PYTHONPATH": str(tree)}
            subprocess.run([sys.executable, "-m", "deploy.local", "clean"], cwd=tree, env=environment, check=False)


def judge(copy: Copy, mutant: Mutant) -> bool:
    """Run one mutant's test without and with it; one line of JSON. True when it was noticed."""
    began = time.monotonic()
    before = copy.baseline(mutant.test)
    with copy.mutated(mutant):
        after = copy.run(mutant.test) if before == GREEN else "not run"
    line = {"mutant": mutant.name, "means": mutant.means, "test": mutant.test, "unbroken": before, "broken": after}
    line["because"] = copy.reason
    print(json.dumps(line | {"took_s": round(time.monotonic() - began)}), flush=True)
    return (before, after) == (GREEN, RED)


def main(names: Sequence[str]) -> int:
    """Judge the named mutants, or all; the exit status says whether each was noticed."""
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    with copied() as copy:
        noticed = [judge(copy, mutant) for mutant in chosen]
    print(json.dumps({"mutants": len(noticed), "noticed": sum(noticed), "unnoticed": len(noticed) - sum(noticed)}))
    return 0 if all(noticed) else 1


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Break one safeguard at a time and see whether a test notices.")
    parser.add_argument("names", nargs="*", choices=[[], *(mutant.name for mutant in MUTANTS)], metavar="name")
    parser.add_argument("--list", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    given = parse()
    if given.list:
        print("\n".join(f"{mutant.name:15} {mutant.means}: {mutant.test}" for mutant in MUTANTS))
        raise SystemExit(0)
    raise SystemExit(main(given.names))
