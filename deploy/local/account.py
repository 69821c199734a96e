"""Whom the private servers run as: the person who calls, or, for root, an unprivileged account."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# `postgres` comes with the distribution's package; `nobody` is everywhere, but many daemons share it: last resort.
CANDIDATES = ("postgres", "nobody")

# Nothing of the caller's environment reaches a server: a PGDATA or a locale of hers would change what it does.
SERVER_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Account:
    """An operating system account."""

    name: str
    uid: int
    gid: int


def caller() -> Account:
    """The account this process runs as."""
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise SystemExit(
            f"User id {os.geteuid()} has no entry in /etc/passwd; PostgreSQL can't run without one."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def server_account(home: Path | None = None) -> Account:
    """Whom a server with its files in `home` runs as.

    For root it is the owner of files which are there already (a checkout its normal user has used before), else the
    first of CANDIDATES. Anybody else can only be herself.
    """
    me = caller()
    if me.uid != 0:
        return me
    if home is not None and home.exists() and home.stat().st_uid != 0:
        entry = pwd.getpwuid(home.stat().st_uid)
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise SystemExit("PostgreSQL refuses to run as root, and neither of the accounts postgres and nobody exists here.")


def run_as(
    account: Account, command: Sequence[str], *, cwd: str = "/", given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command as the account; its outcome and output are returned, a failure of the command is not raised."""
    is_other = os.geteuid() == 0
    return subprocess.run(
        command,
        cwd=cwd,
        env=SERVER_ENVIRONMENT,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if is_other else None,
        group=account.gid if is_other else None,
        extra_groups=[] if is_other else None,
    )


def write_as(account: Account, path: Path, text: str) -> None:
    """Write a file as the account, closed to others.

    Never as root: the folder is the account's, which might have put a link there to a file it may not write.
    """
    outcome = run_as(account, ["sh", "-c", 'umask 077 && cat > "$1"', "sh", str(path)], given=text)
    if outcome.returncode != 0:
        raise SystemExit(f"{account.name} can't write {path}: {outcome.stderr.strip()}")


def can_enter(folder: Path, account: Account) -> bool:
    """Whether the account can walk to this folder and use what is in it, asked of the kernel itself (ACLs count)."""
    return os.geteuid() != 0 or run_as(account, ["test", "-x", str(folder)]).returncode == 0
