"""The table of processes and the settings they get."""

import pytest

from deploy.local.cluster import Cluster
from deploy.local.processes import (
    TABLE,
    Ports,
    Stage,
    StandIn,
    owner_settings,
    processes_of,
    settings_of,
    stand_ins_for,
)
from deploy.local.redis_server import Redis

pytestmark = pytest.mark.unit
PORTS = Ports(port=8080, fcm_port=8091, twilio_port=8092)
CLUSTER = Cluster("run", "/var/sockets", 5432, "/usr/lib/postgresql/15/bin")
REDIS = Redis("run", "/var/sockets/redis.sock")
TWILIO = {"GRIDLOOP_TWILIO_ACCOUNT_SID": "AC1", "GRIDLOOP_TWILIO_AUTH_TOKEN": "t", "GRIDLOOP_TWILIO_FROM": "+1"}
ALIYUN = {"GRIDLOOP_ALIYUN_ACCESS_KEY_ID": "LTAI1", "GRIDLOOP_ALIYUN_ACCESS_KEY_SECRET": "s"}
WEBPUSH = {"GRIDLOOP_WEBPUSH_VAPID_KEY": "k", "GRIDLOOP_WEBPUSH_CONTACT": "mailto:a@b.example"}
FCM = {"GRIDLOOP_FCM_CREDENTIALS": "/etc/key.json"}


def names_with(environment: dict[str, str]) -> set[str]:
    return {process.name for process in processes_of(stand_ins_for(environment), PORTS)}


def settings_with(environment: dict[str, str], keys: dict[str, str] | None = None) -> dict[str, str]:
    return settings_of(CLUSTER, REDIS, PORTS, keys or {}, environment)


def test_names_are_unique_for_they_name_logs_and_traces() -> None:
    names = [process.name for process in TABLE]
    assert len(names) == len(set(names))


def test_every_queue_has_a_worker_of_its_own() -> None:
    assert {"worker-urgent", "worker-normal"} <= {process.name for process in TABLE}


def test_ports_are_filled_in_everywhere() -> None:
    for process in processes_of(frozenset(StandIn), PORTS):
        assert not any("{" in part for part in (*process.command, process.healthy))


def test_real_credentials_switch_the_stand_ins_off_one_by_one() -> None:
    assert {"fcm", "webpush", "twilio", "aliyun", "phones"} <= names_with({})
    assert names_with({}) - names_with(FCM) == {"fcm", "phones"}
    assert names_with({}) - names_with(WEBPUSH) == {"webpush", "phones"}
    assert names_with({}) - names_with(FCM | TWILIO) == {"fcm", "twilio", "aliyun", "phones"}


@pytest.mark.parametrize("real", ["twilio", "aliyun"])
def test_beside_a_real_provider_of_texts_no_stand_in_takes_any(real: str) -> None:
    environment = {"twilio": TWILIO, "aliyun": ALIYUN}[real]
    assert names_with({}) - names_with(environment) == {"twilio", "aliyun", "phones"}
    generated = dict.fromkeys((*TWILIO, *ALIYUN), "generated")
    settings = settings_with(environment, keys=generated)
    assert not [name for name, value in settings.items() if value == "generated"]
    assert not {"GRIDLOOP_TWILIO_BASE_URL", "GRIDLOOP_ALIYUN_BASE_URL"} & settings.keys()
    assert environment.items() <= settings.items()


@pytest.mark.parametrize("left_out", TWILIO)
def test_half_of_the_credentials_is_refused(left_out: str) -> None:
    with pytest.raises(SystemExit, match=left_out):
        stand_ins_for({name: value for name, value in TWILIO.items() if name != left_out})


def test_without_the_demo_there_are_no_phones() -> None:
    stages = {process.stage for process in processes_of(frozenset(StandIn), PORTS, with_demo=False)}
    assert Stage.PHONES not in stages


def test_a_real_provider_gets_no_address_of_a_stand_in() -> None:
    assert "GRIDLOOP_FCM_BASE_URL" in settings_with({})
    settings = settings_with(FCM | TWILIO, keys={"GRIDLOOP_TWILIO_AUTH_TOKEN": "generated"})
    assert not {"GRIDLOOP_FCM_BASE_URL", "GRIDLOOP_TWILIO_BASE_URL"} & settings.keys()
    assert settings["GRIDLOOP_TWILIO_AUTH_TOKEN"] == "t"
    assert settings["GRIDLOOP_FCM_CREDENTIALS"] == "/etc/key.json"


def test_another_database_in_the_environment_is_never_used() -> None:
    theirs = {
        "GRIDLOOP_DATABASE_URL": "postgresql://production/",
        "GRIDLOOP_OWNER_DATABASE_URL": "postgresql://production/",
        "GRIDLOOP_REDIS_URL": "redis://production",
        "PGHOST": "production",
        "GRIDLOOP_PUBLIC_URL": "https://station.example",
    }
    settings = settings_with(theirs)
    assert not [name for name, value in settings.items() if "production" in value]
    assert settings["GRIDLOOP_PUBLIC_URL"] == "https://station.example"


def test_only_the_migrations_hold_the_owners_address() -> None:
    settings = settings_with({})
    assert not [name for name, value in settings.items() if "gridloop_owner" in value]
    assert "gridloop_owner" in owner_settings(settings, CLUSTER)["GRIDLOOP_OWNER_DATABASE_URL"]


def test_a_socket_folder_with_odd_characters_survives_both_notations() -> None:
    cluster = Cluster("run", "/home/o'neil & co/var", 5432, "")
    assert "host=%2Fhome%2Fo%27neil%20%26%20co%2Fvar&" in cluster.url("gridloop_app")
    assert r"host='/home/o\'neil & co/var' " in cluster.conninfo("gridloop_app")
