"""`make run`: everything from an empty checkout to a healthy system, then watching it until Ctrl-C."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress

from deploy.local.announcing import announcement
from deploy.local.assets import ensure_assets
from deploy.local.cluster import Cluster, cluster_identity, ensure_cluster, stop_cluster
from deploy.local.holding import AddressBook, only_one_run
from deploy.local.keys import ensure_keys
from deploy.local.packages import ensure_packages
from deploy.local.places import LOGS, ROOT, SIGN_INS, VAR
from deploy.local.ports import choose_port, is_free
from deploy.local.postgres import last_lines
from deploy.local.processes import (
    LOAD_DEMO,
    MIGRATE,
    Ports,
    StandIn,
    deep_health,
    owner_settings,
    processes_of,
    settings_of,
    stand_ins_for,
    this_environment,
)
from deploy.local.redis_server import ensure_redis, stop_redis
from deploy.local.supervisor import Stopped, Supervisor, turn_logs
from deploy.local.traces import end_left_overs
from deploy.local.venv import ensure_venv

DEMO_MARK = VAR / "demo-loaded"
WORKS_WITHIN_S = 20.0
FIRST_PORT, FIRST_FCM_PORT, FIRST_TWILIO_PORT = 8080, 8091, 8092
FIRST_ALIYUN_PORT, FIRST_WEBPUSH_PORT, FIRST_STREAM_PORT = 8093, 8094, 8081


def run() -> None:
    """Set up, start, announce, watch, stop."""
    environment = this_environment()
    stand_ins = stand_ins_for(environment)
    # Until the children are there, being told to stop simply interrupts the step at hand.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with only_one_run() as book:
        ensure_packages()
        ensure_venv("run")
        ensure_venv("build")
        ensure_assets()
        if left := end_left_overs():
            print(f"Ended what an interrupted run had left: {', '.join(left)}", flush=True)
        try:
            run_system(environment, stand_ins, book)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not cut the servers' own goodbye
            stop_redis("run")
            stop_cluster("run")
    print("Stopped.", flush=True)


def run_system(environment: Mapping[str, str], stand_ins: frozenset[StandIn], book: AddressBook) -> None:
    """Servers, schema, demo, processes; returns after somebody asked to stop."""
    # From here on, not while packages are installed: logs, sign-ins and ledgers are for who started this.
    os.umask(0o077)
    ports = choose_ports(environment)
    cluster, redis = ensure_cluster("run"), ensure_redis("run")
    settings = settings_of(cluster, redis, ports, ensure_keys(), environment)
    has_demo = settings["GRIDLOOP_DEMO"] != "0"
    processes = processes_of(stand_ins, ports, with_demo=has_demo)
    turn_logs([process.name for process in processes])
    prepare_database(cluster, settings, with_demo=has_demo)
    book(f"http://127.0.0.1:{ports.port}")
    supervise(Supervisor(processes, settings), deep_health(ports), announcement(ports, settings, stand_ins))


def supervise(supervisor: Supervisor, health: str, words: str) -> None:
    """Start, say so, watch until told to stop."""
    with supervisor:
        with suppress(Stopped):
            supervisor.start()
            # Every process alive is not yet every process at work: that is what the deep answer knows.
            is_well = supervisor.wait_for(health, WORKS_WITHIN_S)
            print(words if is_well else f"{words}\n  Not everything is in order yet: {health}\n", flush=True)
            supervisor.run()
        print("\nStopping ...", flush=True)


def choose_ports(environment: Mapping[str, str]) -> Ports:
    """Free ports; the one somebody asked for by GRIDLOOP_PORT is taken or refused, never silently replaced."""
    asked = environment.get("GRIDLOOP_PORT", "")
    if asked and not (asked.isdigit() and 0 < int(asked) < 65536 and is_free(int(asked))):
        raise SystemExit(f"GRIDLOOP_PORT={asked} is not a free port.")
    port = int(asked) if asked else choose_port(FIRST_PORT)
    taken = [port]
    for first in (FIRST_FCM_PORT, FIRST_TWILIO_PORT, FIRST_ALIYUN_PORT, FIRST_WEBPUSH_PORT, FIRST_STREAM_PORT):
        taken.append(choose_port(first, taken))
    return Ports(*taken)


def prepare_database(cluster: Cluster, settings: Mapping[str, str], *, with_demo: bool) -> None:
    """Migrate; load the demo station when this very cluster has not had it yet."""
    run_once("migrate", MIGRATE, owner_settings(settings, cluster))
    identity = cluster_identity(cluster)
    if with_demo and not (DEMO_MARK.exists() and DEMO_MARK.read_text() == identity and SIGN_INS.exists()):
        print("Loading the demo station (once) ...", flush=True)
        run_once("demo", LOAD_DEMO, settings)
        DEMO_MARK.write_text(identity)


def run_once(name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run a step with its output in var/log; a failure ends everything with the end of that."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{name}.log"
    with path.open("wb") as log:
        outcome = subprocess.run(
            command,
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if outcome.returncode != 0:
        raise SystemExit(f"{name} failed with status {outcome.returncode}; the end of {path}:\n{last_lines(path)}")
