"""What is said when something is missing and can't be installed."""

import stat
from pathlib import Path

import pytest

from api.papers.service import fonts
from deploy.local import apt, packages
from deploy.local.packages import Missing

pytestmark = pytest.mark.unit
ALL = Missing(postgres=True, redis=True, venv=True)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An otherwise empty PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def put_program(folder: Path, name: str, body: str = "exit 0") -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def test_nothing_missing_is_false() -> None:
    assert not Missing()
    assert Missing(redis=True)


def test_with_apt_the_exact_packages_and_the_command_are_named(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_program(programs, "apt-get")
    put_program(programs, "apt-cache", "echo 'postgresql-16-postgis-3 - spatial'; echo 'postgresql-14-postgis-3 - old'")
    monkeypatch.setattr(packages.sys, "version_info", (3, 12, 3))
    said = packages.explain(ALL)
    assert "apt-get install --no-install-recommends" in said
    assert "postgresql-16 postgresql-16-postgis-3 redis-server python3.12-venv" in said


def test_a_server_without_postgis_only_gets_postgis(programs: Path) -> None:
    assert Missing(postgis_for=15).for_apt(offered=17) == ["postgresql-15-postgis-3"]


@pytest.mark.parametrize(("program", "command"), packages.ELSEWHERE.items())
def test_other_systems_get_their_own_command(programs: Path, program: str, command: str) -> None:
    put_program(programs, program)
    said = packages.explain(ALL)
    assert command in said
    assert "PostGIS 3.3" in said
    assert "docker compose up" in said


def test_an_unknown_system_still_learns_what_is_missing(programs: Path) -> None:
    said = packages.explain(Missing(redis=True))
    assert "Redis 7 or newer" in said
    assert "PostgreSQL 15" not in said


def test_a_missing_font_alone_stops_nobody(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(packages, "find_missing", lambda **_: Missing(fonts=True))
    monkeypatch.setattr(packages.os, "geteuid", lambda: 1000)
    packages.ensure_packages()
    assert "fonts-wqy-zenhei" in capsys.readouterr().out
    assert Missing(fonts=True).for_apt(offered=15) == ["fonts-wqy-zenhei"]


def test_generated_clients_need_a_jdk_and_two_jars(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "JAVA_PACKAGES", {"libone-java": programs / "one.jar"})
    assert not packages.has_java()
    assert Missing(java=True).for_apt(offered=15) == ["default-jdk-headless", "libone-java"]
    put_program(programs, "javac")
    assert Missing(java=True).for_apt(offered=15) == ["libone-java"]
    (programs / "one.jar").touch()
    assert packages.has_java()


def test_fonts_are_found_where_papers_look_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [name for name, _ in fonts.FACES] == list(packages.FONTS)
    assert fonts.FOLDERS == packages.FONT_FOLDERS
    monkeypatch.setattr(packages, "FONT_FOLDERS", (tmp_path / "none", tmp_path))
    assert not packages.has_font()
    (tmp_path / "truetype").mkdir()
    (tmp_path / "truetype" / "wqy-zenhei.ttc").touch()
    assert packages.has_font()


def test_without_root_or_apt_it_ends_and_says_so(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "find_missing", lambda **_: ALL)
    monkeypatch.setattr(packages.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match="Missing on this machine"):
        packages.ensure_packages()
    put_program(programs, "apt-get")
    put_program(programs, "apt-cache")
    with pytest.raises(SystemExit, match="as root"):
        packages.ensure_packages()


def test_a_sudo_that_would_ask_is_not_used_without_a_terminal(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages.os, "geteuid", lambda: 1000)
    put_program(programs, "sudo", "exit 1")
    assert packages.root_prefix() is None
    put_program(programs, "sudo", "exit 0")
    assert packages.root_prefix() == ["sudo"]


def test_apt_too_old_is_none(programs: Path) -> None:
    put_program(programs, "apt-cache", "echo 'postgresql-14-postgis-3 - too old'")
    assert apt.newest_postgis() == 0


def test_the_policy_file_is_there_only_while_installing(tmp_path: Path) -> None:
    policy = tmp_path / "etc" / "policy-rc.d"
    with apt.temporary_file(policy, apt.POLICY_TEXT, 0o755):
        assert stat.S_IMODE(policy.stat().st_mode) == 0o755
    assert not policy.parent.exists()


def test_a_policy_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("theirs")
    with apt.temporary_file(policy, apt.POLICY_TEXT, 0o755):
        assert policy.read_text() == "theirs"
    assert policy.read_text() == "theirs"
