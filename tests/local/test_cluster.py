"""The private test cluster itself: who may do what in it, and asking for it many times at once."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from deploy.local.cluster import Cluster, ensure_cluster
from deploy.local.places import ROOT, recorded_place
from deploy.local.redis_server import ask, ensure_redis, place_name


@pytest.fixture(scope="module")
def cluster() -> Cluster:
    return ensure_cluster("test")


def test_asking_again_costs_next_to_nothing(cluster: Cluster) -> None:
    def seconds() -> float:
        started = time.perf_counter()
        assert ensure_cluster("test") == cluster
        return time.perf_counter() - started

    # The best of a few: a busy machine is not what this is about.
    assert min(seconds() for _ in range(5)) < 0.5


def test_several_processes_get_the_same_cluster(cluster: Cluster) -> None:
    code = "from deploy.local.cluster import ensure_cluster; print(ensure_cluster('test').url('gridloop_app'))"
    asking = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) for _ in range(4)]
    answers = {process.communicate()[0].decode().strip() for process in asking}
    assert answers == {cluster.url("gridloop_app")}


def test_there_is_no_way_in_over_a_network(cluster: Cluster) -> None:
    with psycopg.connect(cluster.conninfo("gridloop_app")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert Path(cluster.socket_dir).stat().st_mode & 0o077 == 0


def test_the_application_can_create_nothing(cluster: Cluster) -> None:
    with psycopg.connect(cluster.conninfo("gridloop_app"), autocommit=True) as connection:
        for statement in ("CREATE TABLE public.mine (id int)", "CREATE SCHEMA mine", "CREATE DATABASE mine"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_the_owner_is_no_superuser_but_may_copy_the_template(cluster: Cluster) -> None:
    name = f"copy_{os.getpid()}"
    with psycopg.connect(cluster.conninfo("gridloop_owner", "postgres"), autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER SYSTEM SET fsync = on")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE gridloop_template")
        try:
            with psycopg.connect(cluster.conninfo("gridloop_owner", name)) as copy:
                assert copy.execute("SELECT postgis_lib_version() >= '3.3'").fetchone() == (True,)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_redis_keeps_what_it_is_given_and_refuses_rather_than_forgets() -> None:
    assert ensure_redis("test").url.startswith("unix:///")
    place = recorded_place(place_name("test"))
    assert place is not None
    assert ask(place, "PING") == "+PONG"
    text = (place.home / "redis.conf").read_text()
    assert {"port 0", "appendonly yes", "maxmemory-policy noeviction"} <= set(text.splitlines())
