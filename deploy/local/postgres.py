"""One PostgreSQL server on files of its own: find its programs, make its cluster, start it, stop it.

Everything here works on a folder and an account; which folder, and what is inside the databases, is `cluster.py`'s.
"""

import re
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from deploy.local.account import Account, caller, run_as, write_as
from deploy.local.places import Place
from deploy.local.programs import complete_postgres

# There is no TCP, so the number only names the socket file: no other server can be in the way in a private folder.
PORT = 5432
SUPERUSER = "postgres"
INCLUDE = "include 'gridloop.conf'"
ROLES = (SUPERUSER, "gridloop_owner", "gridloop_app")

COMMON = {
    "listen_addresses": "''",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    # Queries here are short; compiling them costs more than it saves.
    "jit": "off",
    "random_page_cost": "1.1",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "log_min_duration_statement": "500",
    "log_lock_waits": "on",
}
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
# Tests throw their data away; what they must not throw away, correctness under concurrency, does not depend on these.
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
SETTINGS = {
    "run": {**COMMON, **DURABLE, "shared_buffers": "'128MB'"},
    "faults": {**COMMON, **DURABLE, "shared_buffers": "'64MB'"},
    "test": {**COMMON, **FORGETFUL, "shared_buffers": "'128MB'"},
    "bench": {
        **COMMON,
        **DURABLE,
        "shared_buffers": "'512MB'",
        "max_wal_size": "'4GB'",
        "maintenance_work_mem": "'256MB'",
    },
}


@dataclass(frozen=True)
class Server:
    """A server's programs, files and account. `home` holds data/, postgres.log and usually sockets/."""

    programs: Path
    place: Place
    account: Account

    @property
    def data(self) -> Path:
        return self.place.home / "data"

    @property
    def log(self) -> Path:
        return self.place.home / "postgres.log"


def find_programs(place: Place) -> Path:
    """The programs for this place: of the version which made its cluster, else the newest."""
    complete = {postgres.version: postgres.programs for postgres in complete_postgres()}
    made_by = made_by_version(place)
    if made_by is None:
        if not complete:
            raise SystemExit("No PostgreSQL 15+ with PostGIS is installed; `make run` installs it.")
        return complete[max(complete)]
    if made_by not in complete:
        raise SystemExit(
            f"{place.home} was made by PostgreSQL {made_by}, which is not installed with PostGIS (here: "
            f"{sorted(complete) or 'none'}).\nInstall that version, or `make clean` to start from an empty database."
        )
    return complete[made_by]


def made_by_version(place: Place) -> int | None:
    """The major version of the cluster in this place; None when there is none yet."""
    try:
        return int((place.home / "data" / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def accepts_connections(place: Place) -> bool:
    """Whether somebody listens on the socket; a microsecond question, asked before anything slower."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(str(place.sockets / f".s.PGSQL.{PORT}"))
        except OSError:
            return False
    return True


def running_pid(server: Server) -> int | None:
    """The postmaster of exactly this data folder, or None.

    postmaster.pid alone proves nothing: after a reboot the number may be anybody's, and a copied checkout carries
    the file of another server. A postmaster's working directory is its data folder, and the kernel knows that one.
    """
    try:
        pid = int((server.data / "postmaster.pid").read_text().split("\n", 1)[0])
        is_ours = Path(f"/proc/{pid}/cwd").samefile(server.data)
    except (OSError, ValueError):
        return None
    return pid if is_ours else None


def make_cluster(server: Server) -> None:
    """initdb, once; under another name first, so that `data` is there whole or not at all, wherever this is killed."""
    if server.data.exists():
        return
    draft = server.place.home / "data.draft"
    shutil.rmtree(draft, ignore_errors=True)
    # C.UTF-8 is in every glibc and sorts by code point: the same on each machine, no index depends on its version.
    locale = ["--encoding", "UTF8", "--locale", "C.UTF-8"]
    run_checked(
        server,
        ["initdb", "--pgdata", str(draft), "--username", SUPERUSER, "--auth", "peer", "--no-instructions", *locale],
    )
    draft.rename(server.data)


def write_settings(server: Server, kind: str) -> None:
    """Our settings and who may connect; written before every start, so that old clusters get what changed here."""
    settings = {**SETTINGS[kind], "unix_socket_directories": quote(str(server.place.sockets))}
    lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
    write_as(server.account, server.data / "gridloop.conf", lines)
    write_as(server.account, server.data / "pg_hba.conf", "local all all peer map=gridloop\n")
    write_as(server.account, server.data / "pg_ident.conf", identity_map(server.account))
    main = server.data / "postgresql.conf"
    if INCLUDE not in main.read_text():
        write_as(server.account, main, f"{main.read_text()}\n{INCLUDE}\n")


def identity_map(account: Account) -> str:
    """Which operating system accounts may be which roles: root, the caller and the server's own, nobody else."""
    names = sorted({"root", account.name, caller().name})
    return "".join(f'gridloop "{name}" {role}\n' for name in names for role in ROLES)


def start_server(server: Server, kind: str) -> None:
    """Start on the files of this place and return when it answers queries. The cluster must have been made."""
    if running_pid(server) is not None:
        # It runs but nobody can reach it: its socket folder was swept away. Only a start makes it anew.
        stop_server(server)
    (server.data / "postmaster.pid").unlink(missing_ok=True)
    write_settings(server, kind)
    control_server(server, "start", "--log", str(server.log))


def stop_server(server: Server) -> None:
    """Stop it and wait; sessions which are still open are cut (`fast`), nothing committed is lost."""
    if running_pid(server) is not None:
        control_server(server, "stop", "--mode", "fast")


def control_server(server: Server, action: str, *options: str) -> None:
    """pg_ctl, which returns when the server has started or stopped."""
    common = ["--pgdata", str(server.data), "--wait", "--timeout", "60", "--silent"]
    run_checked(server, ["pg_ctl", action, *common, *options])


def run_checked(server: Server, command: list[str]) -> None:
    """Run one of PostgreSQL's programs as the server's account; a failure ends with what it said and the log's end."""
    program, *arguments = command
    outcome = run_as(server.account, [str(server.programs / program), *arguments], cwd=str(server.place.home))
    if outcome.returncode != 0:
        said = (outcome.stdout + outcome.stderr).strip()
        raise SystemExit(f"{program} failed as {server.account.name}:\n{said}\n{last_lines(server.log)}")


def last_lines(path: Path, count: int = 15) -> str:
    """The end of a log, or nothing when there is none."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""


def quote(text: str) -> str:
    """A folder for postgresql.conf; in double quotes as well where a comma or a blank would split it in two."""
    listed = f'"{text}"' if re.search(r'[,"\s]', text) else text
    return "'" + listed.replace("'", "''") + "'"
