"""The table of processes `make run` keeps alive, and the settings they get. Edit the table here, nowhere else.

`{port}`, `{fcm_port}` and their like in a command or an address are replaced by the ports chosen at the start.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum

from deploy.local.cluster import Cluster
from deploy.local.places import VAR, VENV
from deploy.local.redis_server import Redis


class Stage(IntEnum):
    """Stages start one after the other, each when everything healthy can be of the one before it."""

    PROVIDERS = 1
    SYSTEM = 2
    PHONES = 3


class StandIn(StrEnum):
    """What real credentials in the environment replace, one by one."""

    FCM = "fcm"
    WEBPUSH = "webpush"
    TWILIO = "twilio"
    ALIYUN = "aliyun"


@dataclass(frozen=True)
class Process:
    """A process which is started again when it ends. `replaces`: only runs while these are stand-ins."""

    name: str
    command: tuple[str, ...]
    stage: Stage = Stage.SYSTEM
    healthy: str = ""
    """The address that answers 200 when it is ready; empty: being alive is enough."""
    replaces: frozenset[StandIn] = frozenset()


def python(*arguments: str) -> tuple[str, ...]:
    """The venv's Python with a module of ours."""
    return (str(VENV / "bin" / "python"), "-m", *arguments)


def script(name: str, *arguments: str) -> tuple[str, ...]:
    """A program which a package put into the venv."""
    return (str(VENV / "bin" / name), *arguments)


API = script(
    "granian",
    "--interface",
    "wsgi",
    "--host",
    "127.0.0.1",
    "--port",
    "{port}",
    "--no-ws",
    "--blocking-threads",
    "16",
    "wsgi:app",
)
FCM = python("workers.sandbox.fcm", "--port", "{fcm_port}")
# Phones talk to this machine, also where the public address is another one. They live five times faster than people,
# so that a newcomer sees a loop close in two minutes instead of ten.
PHONES = python("workers.sandbox.phones", "--api", "http://127.0.0.1:{port}", "--speed", "5")
TWILIO = python("workers.sandbox.twilio", "--port", "{twilio_port}")
ALIYUN = python(
    "workers.sandbox.aliyun",
    "--port",
    "{aliyun_port}",
    "--report-url",
    "http://127.0.0.1:{port}/webhooks/aliyun/reports",
)
STREAM = python("workers.stream", "--port", "{stream_port}")
WEBPUSH = python("workers.sandbox.webpush", "--port", "{webpush_port}")
ALL = frozenset(StandIn)

TABLE = (
    Process("fcm", FCM, Stage.PROVIDERS, "http://127.0.0.1:{fcm_port}/healthz", frozenset({StandIn.FCM})),
    Process("twilio", TWILIO, Stage.PROVIDERS, "http://127.0.0.1:{twilio_port}/healthz", frozenset({StandIn.TWILIO})),
    Process("aliyun", ALIYUN, Stage.PROVIDERS, "http://127.0.0.1:{aliyun_port}/healthz", frozenset({StandIn.ALIYUN})),
    Process(
        "webpush", WEBPUSH, Stage.PROVIDERS, "http://127.0.0.1:{webpush_port}/healthz", frozenset({StandIn.WEBPUSH})
    ),
    Process("api", API, healthy="http://127.0.0.1:{port}/healthz/ready"),
    Process("stream", STREAM, healthy="http://127.0.0.1:{stream_port}/healthz/ready"),
    Process("pusher", python("workers.pusher")),
    Process("relay", python("workers.relay")),
    Process("worker-urgent", python("workers.worker", "urgent")),
    Process("worker-normal", python("workers.worker", "normal")),
    Process("phones", PHONES, Stage.PHONES, replaces=ALL),
)

# What runs once, in this order, before the processes: the schema as its owner, then the demo station into an empty one.
MIGRATE = python("alembic", "--config", "migrations/alembic.ini", "upgrade", "head")
LOAD_DEMO = script("flask", "--app", "wsgi", "demo", "load")


@dataclass(frozen=True)
class Ports:
    """The local ports of one run."""

    port: int
    fcm_port: int
    twilio_port: int
    aliyun_port: int = 8093
    webpush_port: int = 8094
    stream_port: int = 8081


def deep_health(ports: Ports) -> str:
    """The address which answers 200 when every process gives signs of life and no work is late."""
    return f"http://127.0.0.1:{ports.port}/healthz/deep"


REAL_WHEN: dict[StandIn, tuple[str, ...]] = {
    StandIn.FCM: ("GRIDLOOP_FCM_CREDENTIALS",),
    # There is no account with Web Push: a key and a contact of one's own are all it takes.
    StandIn.WEBPUSH: ("GRIDLOOP_WEBPUSH_VAPID_KEY", "GRIDLOOP_WEBPUSH_CONTACT"),
    StandIn.TWILIO: ("GRIDLOOP_TWILIO_ACCOUNT_SID", "GRIDLOOP_TWILIO_AUTH_TOKEN", "GRIDLOOP_TWILIO_FROM"),
    StandIn.ALIYUN: ("GRIDLOOP_ALIYUN_ACCESS_KEY_ID", "GRIDLOOP_ALIYUN_ACCESS_KEY_SECRET"),
}
TEXTERS = frozenset({StandIn.TWILIO, StandIn.ALIYUN})


def stand_ins_for(environment: Mapping[str, str]) -> frozenset[StandIn]:
    """Which providers are stand-ins: those without credentials in the environment; half of them is refused."""
    for provider, names in REAL_WHEN.items():
        missing = [name for name in names if not environment.get(name)]
        if missing and len(missing) < len(names):
            raise SystemExit(
                f"For a real {provider} set {' and '.join(missing)} as well, or none of {', '.join(names)}."
            )
    missing_all = frozenset(p for p, names in REAL_WHEN.items() if not all(environment.get(name) for name in names))
    # Beside a real provider of texts a stand-in would swallow its share of them.
    return missing_all if missing_all >= TEXTERS else missing_all - TEXTERS


def processes_of(stand_ins: frozenset[StandIn], ports: Ports, *, with_demo: bool = True) -> list[Process]:
    """The rows of the table which this run needs, their ports filled in."""
    wanted = (row for row in TABLE if row.replaces <= stand_ins and (with_demo or row.stage is not Stage.PHONES))
    values = vars(ports)
    return [
        replace(row, command=tuple(part.format(**values) for part in row.command), healthy=row.healthy.format(**values))
        for row in wanted
    ]


def settings_of(
    cluster: Cluster, redis: Redis, ports: Ports, keys: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, str]:
    """The environment of every process: what the person who started us set counts, except where the data is.

    An address of another database in somebody's shell must not lead the demo station there.
    """
    stand_ins = stand_ins_for(environment)
    data = {"GRIDLOOP_DATABASE_URL": cluster.url("gridloop_app"), "GRIDLOOP_REDIS_URL": redis.url}
    ours = {
        **keys,
        "GRIDLOOP_PUBLIC_URL": f"http://127.0.0.1:{ports.port}",
        # The same page may be opened by either name of this machine.
        "GRIDLOOP_STREAM_URL": f"http://127.0.0.1:{ports.stream_port}/v1/stream",
        "GRIDLOOP_STREAM_ORIGINS": f"http://localhost:{ports.port}",
        "GRIDLOOP_DEMO": "1",
        "GRIDLOOP_SANDBOX_DIR": str(VAR / "sandbox"),
        "GRIDLOOP_SANDBOX_FCM_PORT": str(ports.fcm_port),
        "GRIDLOOP_SANDBOX_TWILIO_PORT": str(ports.twilio_port),
        "GRIDLOOP_SANDBOX_ALIYUN_PORT": str(ports.aliyun_port),
        "GRIDLOOP_SANDBOX_WEBPUSH_PORT": str(ports.webpush_port),
    }
    for provider in TEXTERS - stand_ins:
        # One that is real brings its own credentials, and one that is neither has none at all.
        ours |= dict.fromkeys(REAL_WHEN[provider], "")
    if StandIn.FCM in stand_ins:
        ours["GRIDLOOP_FCM_BASE_URL"] = f"http://127.0.0.1:{ports.fcm_port}"
        # Made by the stand-in, which starts before the pusher that reads it.
        ours["GRIDLOOP_FCM_CREDENTIALS"] = str(VAR / "sandbox" / "fcm-service-account.json")
    if StandIn.TWILIO in stand_ins:
        ours["GRIDLOOP_TWILIO_BASE_URL"] = f"http://127.0.0.1:{ports.twilio_port}"
    if StandIn.ALIYUN in stand_ins:
        ours["GRIDLOOP_ALIYUN_BASE_URL"] = f"http://127.0.0.1:{ports.aliyun_port}"
    if StandIn.WEBPUSH in stand_ins:
        ours["GRIDLOOP_WEBPUSH_BASE_URL"] = f"http://127.0.0.1:{ports.webpush_port}"
    # libpq's variables would lead a connection somewhere else as well; the owner's URL is for migrations only.
    theirs = {name: value for name, value in environment.items() if not name.startswith("PG") and value != ""}
    theirs.pop("GRIDLOOP_OWNER_DATABASE_URL", None)
    return {**ours, **theirs, **data, "PYTHONUNBUFFERED": "1"}


def owner_settings(settings: Mapping[str, str], cluster: Cluster) -> dict[str, str]:
    """The environment of the migrations, the only thing which ever holds the owner's address."""
    return {**settings, "GRIDLOOP_OWNER_DATABASE_URL": cluster.url("gridloop_owner")}


def this_environment() -> dict[str, str]:
    """The environment as it is."""
    return dict(os.environ)
