"""Installing with apt so that nothing else changes: no system cluster is made, no service started, none restarted.

Runs as root; for a person with sudo as a process of its own: `sudo python3 -m deploy.local.apt install <packages>`.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy.local.places import LOGS, ROOT
from deploy.local.programs import OLDEST_POSTGRES

# Installing PostgreSQL would make and start a cluster of the system's own; this file says no, while we install.
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/gridloop.conf")
# Asked by every package before it starts a service (Debian policy 9.11); 101 means "not allowed".
POLICY = Path("/usr/sbin/policy-rc.d")
POLICY_TEXT = """\
#!/bin/sh
# Written by Gridloop's set-up for the time of one installation.
case "$1" in postgresql*|redis*) exit 101 ;; esac
exit 0
"""
UNIT_OF = {"redis-server": "redis-server.service"}


def newest_postgis() -> int:
    """The newest PostgreSQL that apt's lists have with PostGIS 3, 0 when there is none that we can use."""
    answer = subprocess.run(
        ["apt-cache", "search", "--names-only", "^postgresql-[0-9]+-postgis-3$"],
        capture_output=True,
        text=True,
        check=False,
    )
    versions = (int(found) for found in re.findall(r"^postgresql-(\d+)-postgis-3\b", answer.stdout, re.MULTILINE))
    return max((version for version in versions if version >= OLDEST_POSTGRES), default=0)


def run_as_root(prefix: Sequence[str], action: str, *packages: str) -> None:
    """Run one action of this module as root, in a process of its own."""
    LOGS.mkdir(parents=True, exist_ok=True)  # here, or root would own it
    command = [*prefix, sys.executable, "-B", "-m", "deploy.local.apt", action, *packages]
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        raise SystemExit(1)


def update_lists() -> None:
    """apt-get update."""
    print("Reading the package lists ...", flush=True)
    apt_get("update")


def install_packages(packages: Sequence[str]) -> None:
    """Install packages which are all new to this system."""
    with ExitStack() as stack:
        stack.enter_context(temporary_file(NO_CLUSTER, "create_main_cluster = false\n", 0o644))
        stack.enter_context(temporary_file(POLICY, POLICY_TEXT, 0o755))
        apt_get("install", "--yes", "--no-install-recommends", *packages)
    for unit in (UNIT_OF[name] for name in packages if name in UNIT_OF):
        # Came with the package just now, so nobody relies on it; without this it would start at the next boot.
        if shutil.which("systemctl"):
            subprocess.run(["systemctl", "disable", unit], capture_output=True, check=False)


def apt_get(*arguments: str) -> None:
    """apt-get, never asking, waiting for another apt to finish; its output goes to var/log/packages.log."""
    path = LOGS / "packages.log"
    with path.open("a") as log:
        outcome = subprocess.run(
            ["apt-get", "--option", "DPkg::Lock::Timeout=300", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
            check=False,
        )
    if outcome.returncode != 0:
        end = "\n".join(path.read_text(errors="replace").splitlines()[-15:])
        raise SystemExit(f"apt-get {arguments[0]} failed; the end of {path}:\n{end}")


@contextmanager
def temporary_file(path: Path, text: str, mode: int) -> Iterator[None]:
    """Have this file while the block runs; one that is there already stays as it is."""
    if path.exists():
        yield
        return
    is_new_folder = not path.parent.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        if is_new_folder and not any(path.parent.iterdir()):
            path.parent.rmdir()


def main(action: str, *packages: str) -> None:
    """The two things that need root."""
    if action == "update":
        update_lists()
    else:
        install_packages(packages)


if __name__ == "__main__":
    main(*sys.argv[1:])
