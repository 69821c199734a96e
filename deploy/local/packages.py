"""What this machine lacks, and how it gets it: installed here with apt and root, else said exactly and left alone.

Nothing that is there is touched: a PostgreSQL or a Redis found on the machine is only looked at as a set of programs.
"""

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.apt import newest_postgis, run_as_root
from deploy.local.programs import OLDEST_POSTGRES, complete_postgres, find_redis, installed_postgres

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
ZONE = Path("/usr/share/zoneinfo/Asia/Shanghai")
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
# Any of these prints Chinese papers; api.papers knows which face of it.
FONTS = ("NotoSerifCJK-Regular.ttc", "wqy-zenhei.ttc", "NotoSansCJK-Regular.ttc", "uming.ttc")

# Any of these drives the cockpit's tests.
BROWSERS = ("chromium", "chromium-browser")
# Beside a JDK: what the generated Java client is compiled with, and the Debian package each comes in.
JAVA_PACKAGES = {
    "libhttpmime-java": Path("/usr/share/java/httpmime.jar"),
    "libgeronimo-annotation-1.3-spec-java": Path("/usr/share/java/geronimo-annotation-1.3-spec.jar"),
}

# For systems without apt: the package manager's program -> how its packages are called.
ELSEWHERE = {
    "dnf": "dnf install postgresql-server postgresql-contrib postgis valkey wqy-zenhei-fonts",
    "pacman": "pacman -S postgresql postgis valkey wqy-zenhei",
    "zypper": "zypper install postgresql-server postgresql-contrib postgis redis wqy-zenhei-fonts",
}


@dataclass(frozen=True)
class Missing:
    """What is not here. `postgres` is the version to complete when a server without PostGIS is here, 0 for any."""

    postgres: bool = False
    postgis_for: int = 0
    redis: bool = False
    venv: bool = False
    certificates: bool = False
    zones: bool = False
    fonts: bool = False
    browser: bool = False
    java: bool = False

    def __bool__(self) -> bool:
        return self != Missing()

    def words(self) -> list[str]:
        """What is missing, for a person on any system."""
        said = {
            f"PostgreSQL {OLDEST_POSTGRES} or newer (server programs)": self.postgres,
            "PostGIS 3.3 or newer for that PostgreSQL": self.postgres or bool(self.postgis_for),
            "Redis 7 or newer (or Valkey)": self.redis,
            f"the venv module of Python {sys.version_info[0]}.{sys.version_info[1]}": self.venv,
            f"CA certificates in {CERTIFICATES.parent}": self.certificates,
            "time zone data": self.zones,
            "a Chinese font (for printed papers)": self.fonts,
            "Chromium (for the tests of the cockpit)": self.browser,
            "a JDK and Apache's httpmime (to generate and test clients)": self.java,
        }
        return [words for words, is_missing in said.items() if is_missing]

    def for_apt(self, offered: int) -> list[str]:
        """Names of Debian's and Ubuntu's packages; `offered` is the newest PostgreSQL that apt has PostGIS for."""
        version = self.postgis_for or offered
        named = {
            f"postgresql-{version}": self.postgres,
            f"postgresql-{version}-postgis-3": self.postgres or bool(self.postgis_for),
            "redis-server": self.redis,
            f"python{sys.version_info[0]}.{sys.version_info[1]}-venv": self.venv,
            "ca-certificates": self.certificates,
            "tzdata": self.zones,
            "fonts-wqy-zenhei": self.fonts,
            "chromium": self.browser,
            "default-jdk-headless": self.java and shutil.which("javac") is None,
            **{name: self.java and not jar.exists() for name, jar in JAVA_PACKAGES.items()},
        }
        return [name for name, is_missing in named.items() if is_missing]


def find_missing(*, for_tests: bool = False) -> Missing:
    """Look at the machine."""
    importlib.invalidate_caches()
    bare = installed_postgres()
    complete = complete_postgres()
    return Missing(
        postgres=not bare,
        postgis_for=bare[0].version if bare and not complete else 0,
        redis=find_redis() is None,
        # Debian ships `venv` without what it needs to put pip inside.
        venv=importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None,
        # Only where the distribution's pip looks for them; a Python from elsewhere brings its own.
        certificates=sys.executable.startswith("/usr/bin") and not CERTIFICATES.exists() and has_apt(),
        zones=not ZONE.exists(),
        fonts=not has_font(),
        browser=for_tests and not any(shutil.which(name) for name in BROWSERS),
        java=for_tests and not has_java(),
    )


def ensure_packages(*, for_tests: bool = False) -> None:
    """Return when everything is here; installs what is not, or ends with a message that says what and how."""
    if not sys.platform.startswith("linux"):
        raise SystemExit("This set-up works on Linux. Elsewhere: docker compose up")
    missing = find_missing(for_tests=for_tests)
    if not missing:
        return
    prefix = root_prefix()
    if not has_apt() or prefix is None:
        if missing == Missing(fonts=missing.fonts, browser=missing.browser, java=missing.java):
            # Everything else works without: not a reason to keep somebody from starting. Tests skip what they lack.
            print(f"Not here, and done without: {'; '.join(missing.words())}.", flush=True)
            print(f"  apt-get install {' '.join(missing.for_apt(OLDEST_POSTGRES))}", flush=True)
            return
        raise SystemExit(explain(missing))
    run_as_root(prefix, "update")
    offered = newest_postgis()
    if missing.postgres and not offered:
        raise SystemExit(explain_too_old())
    packages = missing.for_apt(offered)
    print(f"Installing {', '.join(packages)} (once; a minute or two) ...", flush=True)
    run_as_root(prefix, "install", *packages)
    if still := find_missing(for_tests=for_tests):
        raise SystemExit(f"Installed, but still not found: {', '.join(still.words())}. See var/log/packages.log")


def has_font() -> bool:
    """Whether a font with Chinese characters is installed that papers can be printed with."""
    return any(True for folder in FONT_FOLDERS for name in FONTS for _ in folder.rglob(name))


def has_java() -> bool:
    """Whether the generated Java client can be compiled here."""
    return shutil.which("javac") is not None and all(jar.exists() for jar in JAVA_PACKAGES.values())


def has_apt() -> bool:
    """Whether this is a system of Debian's family."""
    return shutil.which("apt-get") is not None


def root_prefix() -> list[str] | None:
    """What to put before a command that needs root: nothing for root, sudo where it would work, None when neither."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    # With a terminal sudo may ask for the password; without one only a free sudo works.
    silent = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return ["sudo"] if silent.returncode == 0 or sys.stdin.isatty() else None


def explain(missing: Missing) -> str:
    """What is missing and the command which gets it, for somebody who has to do it or ask for it."""
    lines = ["Missing on this machine:", *(f"  - {words}" for words in missing.words()), ""]
    if has_apt():
        # Without lists (a fresh image has none) nothing is offered yet; then the name is Debian 12's.
        names = " ".join(missing.for_apt(newest_postgis() or OLDEST_POSTGRES))
        lines += ["Install it as root (or start this with sudo available), then run it again:"]
        lines += [f"  apt-get update && apt-get install --no-install-recommends {names}"]
    else:
        command = next((text for name, text in ELSEWHERE.items() if shutil.which(name)), None)
        lines += ["There is no apt here, so install it the way this system does, then run this again:"]
        lines += [f"  {command}" if command else "  (the packages are usually called postgresql, postgis and redis)"]
        lines += ["", "Or use the containers: docker compose up"]
    return "\n".join(lines)


def explain_too_old() -> str:
    """For a distribution whose packages are too old."""
    return (
        f"This system's apt offers no PostgreSQL {OLDEST_POSTGRES}+ with PostGIS (Debian 12 and Ubuntu 24.04 do).\n"
        "PostgreSQL's own repository has it: https://wiki.postgresql.org/wiki/Apt\nOr: docker compose up"
    )
