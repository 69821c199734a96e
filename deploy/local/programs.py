"""Which server programs this machine has: PostgreSQL versions, those with PostGIS, and Redis (or Valkey, its fork)."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST_POSTGRES = 15
DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")
DEBIAN_SHARED = Path("/usr/share/postgresql")
# Where other distributions keep an extension, seen from the folder above bin/.
OTHER_SHARED = ("share/pgsql", "share/postgresql", "share")
REDIS_NAMES = ("redis-server", "valkey-server")


@dataclass(frozen=True)
class Postgres:
    """One installed major version."""

    version: int
    programs: Path
    has_postgis: bool


def installed_postgres() -> list[Postgres]:
    """Every PostgreSQL of a version we can use whose server programs are here, newest first, PostGIS or not."""
    usable = [postgres for postgres in of_debian() or outside_debian() if postgres.version >= OLDEST_POSTGRES]
    return sorted(usable, key=lambda postgres: postgres.version, reverse=True)


def complete_postgres() -> list[Postgres]:
    """The ones which can make a cluster with PostGIS, newest first."""
    return [postgres for postgres in installed_postgres() if postgres.has_postgis]


def of_debian() -> list[Postgres]:
    """Debian and Ubuntu: any number of versions side by side, none of them on PATH."""
    folders = (folder for folder in DEBIAN_PROGRAMS.glob("*/bin") if (folder / "initdb").exists())
    return [
        Postgres(int(folder.parent.name), folder, has_extension(DEBIAN_SHARED / folder.parent.name))
        for folder in folders
        if folder.parent.name.isdigit()
    ]


def outside_debian() -> list[Postgres]:
    """Elsewhere: the one whose initdb is on PATH."""
    initdb = shutil.which("initdb")
    if initdb is None:
        return []
    programs = Path(initdb).resolve().parent
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"\b(\d+)[.\w]*", answer.stdout)
    if version is None:
        return []
    has_postgis = any(has_extension(programs.parent / shared) for shared in OTHER_SHARED)
    return [Postgres(int(version[1]), programs, has_postgis)]


def has_extension(shared: Path) -> bool:
    """Whether PostGIS lies in a version's shared folder."""
    return (shared / "extension" / "postgis.control").exists()


def find_redis() -> str | None:
    """The path of the Redis program, or None."""
    return next((path for name in REDIS_NAMES if (path := shutil.which(name, path="/usr/bin:/usr/local/bin"))), None)
