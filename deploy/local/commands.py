"""What the Makefile's targets do, beside `make run`."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from deploy.assets import MODULES, VENDOR
from deploy.local.assets import ensure_assets
from deploy.local.cluster import KINDS, Kind, clean_environment, ensure_cluster, stop_cluster
from deploy.local.holding import running_supervisor, stop_run
from deploy.local.keys import ensure_keys
from deploy.local.packages import ensure_packages
from deploy.local.places import ROOT, VAR, VENV, remove_outside
from deploy.local.processes import Ports, settings_of, this_environment
from deploy.local.redis_server import ensure_redis, stop_redis
from deploy.local.running import FIRST_FCM_PORT, FIRST_PORT, FIRST_TWILIO_PORT
from deploy.local.traces import end_left_overs
from deploy.local.venv import Wanted, ensure_venv

LOCKING = (
    "uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links"
)
LOCKED: tuple[tuple[str, ...], ...] = (
    ("pyproject.toml", "-o", "requirements.txt"),
    ("pyproject.toml", "--extra", "dev", "-c", "requirements.txt", "-o", "tests/requirements.txt"),
    ("deploy/requirements.in", "-c", "tests/requirements.txt", "-o", "deploy/requirements.txt"),
)


def set_up(wanted: Wanted) -> None:
    """Packages and `.venv`; for tests their servers as well, so that a failure to start them shows here."""
    ensure_packages(for_tests=wanted == "tests")
    ensure_venv(wanted)
    ensure_cockpit()
    if wanted == "tests":
        ensure_cluster("test")
        ensure_redis("test")


def ensure_cockpit() -> None:
    """The cockpit's libraries, and the Node that fetches them."""
    ensure_venv("build")
    ensure_assets()


def execute(kind: Kind, command: Sequence[str]) -> None:
    """Become a program of the venv, with the settings `make run` gives its processes, and the servers of this kind."""
    set_up("run")
    ports = Ports(FIRST_PORT, FIRST_FCM_PORT, FIRST_TWILIO_PORT)
    cluster, redis = ensure_cluster(kind), ensure_redis(kind)
    settings = settings_of(cluster, redis, ports, ensure_keys(), this_environment())
    address = (running_supervisor() or {}).get("address")
    if address and "GRIDLOOP_PUBLIC_URL" not in os.environ:
        settings["GRIDLOOP_PUBLIC_URL"] = str(address)
    program = VENV / "bin" / command[0] if command else VENV
    if not program.is_file():
        raise SystemExit(f"{program} is not a program; .venv/bin has: alembic, flask, python, rq, ...")
    os.chdir(ROOT)
    sys.stdout.flush()
    # The whole path as its name, or Python would take itself for the one on PATH and not for the venv's.
    os.execve(program, [str(program), *command[1:]], settings)


def open_psql() -> None:
    """Become psql on the database of `make run`, as its owner."""
    ensure_packages()
    cluster = ensure_cluster("run")
    sys.stdout.flush()
    program = f"{cluster.programs}/psql"
    os.execve(program, [program, cluster.conninfo("gridloop_owner")], clean_environment())


def stop_servers() -> None:
    """Stop the run of this checkout and every private server of it."""
    stop_run()
    end_left_overs()
    for kind in KINDS:
        stop_redis(kind)
        stop_cluster(kind)


def clean() -> None:
    """Stop everything and remove what the set-up made, here and in the folders it recorded outside."""
    stop_servers()
    remove_outside()
    for folder in (VAR, VENV, MODULES, VENDOR):
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            continue
        except PermissionError as error:
            raise SystemExit(
                f"{error.filename} belongs to another user (was it made by root?): {error.strerror}"
            ) from None


def lock_requirements() -> None:
    """Resolve what is wanted into the pinned files, with a tool that lives only as long as this takes."""
    with tempfile.TemporaryDirectory() as folder:
        programs = Path(folder) / "bin"
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([programs / "pip", "install", "--quiet", "--disable-pip-version-check", "uv"], check=True)
        program, *options = LOCKING.split()
        for files in LOCKED:
            command = [str(programs / program), *options, "--custom-compile-command", "make lock", *files]
            subprocess.run(command, cwd=ROOT, check=True)
