"""Ports, secrets, the venv's mark, and the text of configuration files."""

import socket
import stat
from pathlib import Path

import pytest

from deploy.local import keys, places, postgres, venv
from deploy.local.account import Account
from deploy.local.ports import HOST, choose_port, is_free


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as server:
        server.bind((HOST, 0))
        server.listen()
        port = server.getsockname()[1]
        assert not is_free(port)
        assert choose_port(port) > port


@pytest.mark.unit
def test_a_port_given_away_is_not_given_twice() -> None:
    first = choose_port(20_000)
    assert choose_port(20_000, {first}) > first


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "env"
    monkeypatch.setattr(keys, "ENV_FILE", path)
    monkeypatch.setattr(places, "VAR", tmp_path)
    return path


@pytest.mark.unit
def test_secrets_are_made_once_and_only_for_their_owner(env_file: Path) -> None:
    made = keys.ensure_keys()
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    assert keys.ensure_keys() == made
    assert len(made["GRIDLOOP_SECRET_KEY"]) >= 32
    assert made.keys() == keys.MAKERS.keys()


@pytest.mark.unit
def test_a_secret_added_later_leaves_the_others(env_file: Path) -> None:
    env_file.write_text("# mine\n\nGRIDLOOP_INDEX_KEY=a=b==\n")
    assert keys.ensure_keys()["GRIDLOOP_INDEX_KEY"] == "a=b=="
    assert keys.ensure_keys()["GRIDLOOP_INDEX_KEY"] == "a=b=="


@pytest.mark.unit
def test_a_changed_pin_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("flask==3.1.0")
    monkeypatch.setitem(venv.REQUIREMENTS, "run", requirements)
    monkeypatch.setattr(venv, "PYTHON", tmp_path)
    marks = {"run": venv.mark_of(requirements)}
    assert venv.has_all(marks, "run")
    requirements.write_text("flask==3.1.1")
    assert not venv.has_all(marks, "run")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("folder", "written"),
    [("/a/b", "'/a/b'"), ("/a b", "'\"/a b\"'"), ("/a,b", "'\"/a,b\"'"), ("/o'neil", "'/o''neil'")],
)
def test_a_socket_folder_in_postgresql_conf(folder: str, written: str) -> None:
    assert postgres.quote(folder) == written


@pytest.mark.unit
def test_only_root_the_caller_and_the_server_may_log_in() -> None:
    lines = postgres.identity_map(Account("postgres", 101, 104)).splitlines()
    names = {line.split()[1] for line in lines}
    assert {'"root"', '"postgres"'} <= names
    assert len(names) <= 3
    assert {line.split()[2] for line in lines} == {"postgres", "gridloop_owner", "gridloop_app"}


@pytest.mark.unit
def test_only_the_test_cluster_forgets() -> None:
    durable = [kind for kind, settings in postgres.SETTINGS.items() if settings["fsync"] == "on"]
    assert durable == ["run", "faults", "bench"]
    assert all(settings["listen_addresses"] == "''" for settings in postgres.SETTINGS.values())
