"""The private PostgreSQL cluster of this checkout, one per kind of use.

    from deploy.local.cluster import ensure_cluster
    cluster = ensure_cluster("test")
    cluster.url("gridloop_owner")            # postgresql+psycopg://gridloop_owner@/gridloop?host=...&port=5432
    cluster.superuser_url("gridloop")        # the same as role postgres

Kinds: `run` (what `make run` uses), `test` (forgets on a crash, so it is fast), `bench` (durable, more memory),
`faults` (durable, small: the fault tests crash it).
`ensure_cluster` may be called by any number of processes at once, costs about a millisecond when the server is up, and
leaves it running; `make db-stop` and `make clean` stop it. The roles and databases inside are in deploy/database/.
"""

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote as url_quote

from deploy.local import postgres
from deploy.local.account import server_account
from deploy.local.locking import hold_lock
from deploy.local.places import ROOT, VAR, Place, recorded_place, settle_place

Kind = Literal["run", "test", "bench", "faults"]
KINDS: tuple[Kind, ...] = ("run", "test", "bench", "faults")

ROLES_FILE = ROOT / "deploy" / "database" / "roles.sql"
TEMPLATE_FILE = ROOT / "deploy" / "database" / "template.sql"


@dataclass(frozen=True)
class Cluster:
    """How to reach a running cluster. There is no password: the kernel tells the server who is calling (`peer`)."""

    kind: Kind
    socket_dir: str
    port: int
    programs: str

    def url(self, role: str, database: str = "gridloop", driver: str = "postgresql+psycopg") -> str:
        """A SQLAlchemy URL for a role (postgres, gridloop_owner, gridloop_app)."""
        return f"{driver}://{role}@/{database}?host={url_quote(self.socket_dir, safe='')}&port={self.port}"

    def superuser_url(self, database: str = "postgres") -> str:
        """A SQLAlchemy URL for the superuser."""
        return self.url(postgres.SUPERUSER, database)

    def conninfo(self, role: str, database: str = "gridloop") -> str:
        """A libpq connection string, for psycopg and psql."""
        host = self.socket_dir.replace("\\", "\\\\").replace("'", "\\'")
        return f"host='{host}' port={self.port} user={role} dbname={database}"


def place_name(kind: Kind) -> str:
    """The name of the cluster's folder under `var/`."""
    return "pg" if kind == "run" else f"pg-{kind}"


def ensure_cluster(kind: Kind = "run") -> Cluster:
    """Return the running cluster of this kind, with its roles and databases; make and start it first if need be.

    Ends the process (SystemExit) with a readable reason when PostgreSQL is missing or does not start.
    """
    name = place_name(kind)
    with hold_lock(name):
        place = recorded_place(name)
        if place is None or not postgres.accepts_connections(place):
            place = start_cluster(name, kind)
        if not is_provisioned(name, kind):
            provision_cluster(cluster_at(place, kind))
            provisioned_path(name).write_text(content_mark(kind))
    return cluster_at(place, kind)


def start_cluster(name: str, kind: Kind) -> Place:
    """Make the cluster if there is none and start it. Under the lock."""
    known = recorded_place(name)
    account = server_account(known.home if known else VAR / name)
    place = settle_place(name, account)
    server = postgres.Server(postgres.find_programs(place), place, account)
    if not server.data.exists():
        provisioned_path(name).unlink(missing_ok=True)
    postgres.make_cluster(server)
    postgres.start_server(server, kind)
    return place


def stop_cluster(kind: Kind = "run") -> bool:
    """Stop the cluster of this kind; tells whether one was running."""
    name = place_name(kind)
    place = recorded_place(name)
    if place is None or not place.home.exists():
        return False
    with hold_lock(name):
        server = postgres.Server(postgres.find_programs(place), place, server_account(place.home))
        was_running = postgres.running_pid(server) is not None
        postgres.stop_server(server)
    return was_running


def cluster_at(place: Place, kind: Kind) -> Cluster:
    """The description of a cluster in this place."""
    return Cluster(kind, str(place.sockets), postgres.PORT, str(postgres.find_programs(place)))


def provision_cluster(cluster: Cluster) -> None:
    """Create roles, databases and PostGIS; what exists already is left alone."""
    for script in scripts_for(cluster.kind):
        command = [
            f"{cluster.programs}/psql",
            "--no-psqlrc",
            "--quiet",
            "--set",
            "ON_ERROR_STOP=1",
            "--file",
            str(script),
        ]
        command.append(cluster.conninfo(postgres.SUPERUSER, "postgres"))
        outcome = subprocess.run(
            command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=clean_environment()
        )
        if outcome.returncode != 0:
            raise SystemExit(f"{script.name} failed:\n{outcome.stderr.strip()}")


def cluster_identity(cluster: Cluster) -> str:
    """A number which initdb gave to this very cluster, and to no other."""
    query = "SELECT system_identifier FROM pg_control_system()"
    conninfo = cluster.conninfo(postgres.SUPERUSER, "postgres")
    answer = subprocess.run(
        [f"{cluster.programs}/psql", "--no-psqlrc", "--tuples-only", "--no-align", "--command", query, conninfo],
        capture_output=True,
        text=True,
        env=clean_environment(),
        check=True,
    )
    return answer.stdout.strip()


def clean_environment() -> dict[str, str]:
    """The caller's environment without libpq's variables, which would lead psql somewhere else."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def scripts_for(kind: Kind) -> list[Path]:
    """The SQL files which this kind of cluster needs."""
    return [ROLES_FILE] if kind == "run" else [ROLES_FILE, TEMPLATE_FILE]


def provisioned_path(name: str) -> Path:
    """The mark of the last provisioning; not in the data folder, which only the server's account may read."""
    return VAR / "places" / f"{name}.provisioned"


def content_mark(kind: Kind) -> str:
    """Changes when one of the scripts changes, so that an old cluster gets what was added."""
    return hashlib.sha256(b"".join(script.read_bytes() for script in scripts_for(kind))).hexdigest()


def is_provisioned(name: str, kind: Kind) -> bool:
    """Whether this cluster has had the scripts as they are now."""
    try:
        return provisioned_path(name).read_text() == content_mark(kind)
    except OSError:
        return False
