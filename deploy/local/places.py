"""Where things live: the checkout, `var/`, and for each private server a home for its files and one for its sockets.

A server's place is decided once and recorded in `var/places/<name>.json`, because two facts can push it out of the
checkout: the account it runs as may not be able to walk to `var/` (a checkout under /root), and a socket's path may
have 107 bytes at most.
"""

import contextlib
import hashlib
import json
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.local.account import Account, can_enter

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
VENV = ROOT / ".venv"
RUN = VAR / "run"
LOGS = VAR / "log"
ENV_FILE = VAR / "env"
SIGN_INS = VAR / "demo-signins.txt"

# sun_path holds 108 bytes with the closing zero (Linux, unix(7)).
SOCKET_PATH_LIMIT = 107
# The longest file name either server puts into its socket folder.
LONGEST_SOCKET_NAME = ".s.PGSQL.5432"

OUTSIDE = Path("/var/lib/gridloop")


@dataclass(frozen=True)
class Place:
    """The two folders of one private server, both 0700 and owned by the account it runs as."""

    home: Path
    sockets: Path


def make_var() -> None:
    """The folder of everything this machine adds to the checkout, which is nobody else's to read.

    Made by root it can be walked through (not listed), because the servers run as another account.
    """
    if not VAR.exists():
        VAR.mkdir(exist_ok=True)
        VAR.chmod(0o711 if os.geteuid() == 0 else 0o700)


def checkout_mark() -> str:
    """Twelve characters which stand for this checkout in names outside of it."""
    return hashlib.sha256(os.fsencode(ROOT)).hexdigest()[:12]


def fits_a_socket(folder: Path) -> bool:
    """Whether a socket in this folder stays below the kernel's limit, counted in bytes."""
    return len(os.fsencode(folder / LONGEST_SOCKET_NAME)) <= SOCKET_PATH_LIMIT


def record_path(name: str) -> Path:
    """The file which remembers the place of this server."""
    return VAR / "places" / f"{name}.json"


def recorded_place(name: str) -> Place | None:
    """The place decided earlier; None when there is none, or when its record can't be read."""
    try:
        record = json.loads(record_path(name).read_text())
        # A copied or moved checkout brings the record of another one along; following it would share that one's server.
        if record["checkout"] != checkout_mark():
            return None
        return Place(home=Path(record["home"]), sockets=Path(record["sockets"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def settle_place(name: str, account: Account) -> Place:
    """The recorded place, or a new one; its folders exist when this returns. Call it under the server's lock."""
    known = recorded_place(name)
    home = known.home if known else choose_home(name, account)
    claim_folder(home, account)
    sockets = known.sockets if known and is_private(known.sockets, account) else choose_sockets(home, account)
    place = Place(home=home, sockets=sockets)
    if place != known:
        write_record(name, place)
    return place


def write_record(name: str, place: Place) -> None:
    """Remember the place; replaced in one step, so a reader never sees half of it."""
    path = record_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({"checkout": checkout_mark(), "home": str(place.home), "sockets": str(place.sockets)}))
    draft.replace(path)


def choose_home(name: str, account: Account) -> Path:
    """`var/<name>`, or a folder below /var/lib/gridloop when the server's account can't walk into the checkout."""
    make_var()
    if can_enter(VAR, account):
        return VAR / name
    outside = OUTSIDE / checkout_mark()
    for folder in (OUTSIDE, outside):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)  # whatever the umask is: the account has to walk through
    if not can_enter(outside, account):
        raise SystemExit(
            f"{account.name} can reach neither {VAR} nor {outside}: a folder above has no search permission."
        )
    # A fresh name: the keys of an old database went with the `var/` somebody deleted, so nothing could read it.
    return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=outside))


def choose_sockets(home: Path, account: Account) -> Path:
    """`<home>/sockets`, or a fresh folder under /tmp when that path is too long for a socket."""
    inside = home / "sockets"
    if fits_a_socket(inside):
        claim_folder(inside, account)
        return inside
    # mkdtemp and not a fixed name: anybody may create a fixed name in /tmp before us.
    short = Path(tempfile.mkdtemp(prefix="gridloop-", dir="/tmp"))
    claim_folder(short, account)
    return short


def claim_folder(folder: Path, account: Account) -> None:
    """Make the folder and give it to the account, closed to everybody else."""
    folder.mkdir(parents=True, exist_ok=True)
    if is_private(folder, account):
        return
    if folder.stat().st_uid != account.uid:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def is_private(folder: Path, account: Account) -> bool:
    """Whether the folder is there, is no link, belongs to the account, and is closed to others."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == account.uid and stat.S_IMODE(status.st_mode) == 0o700


def remove_outside() -> None:
    """Delete what the servers of this checkout left outside of it; call it when they are stopped."""
    for record in (VAR / "places").glob("*.json"):
        place = recorded_place(record.stem)
        # Only names which this module gives may be deleted outside the checkout, whatever a record says.
        if place and place.sockets.parent == Path("/tmp") and place.sockets.name.startswith("gridloop-"):
            shutil.rmtree(place.sockets, ignore_errors=True)
    shutil.rmtree(OUTSIDE / checkout_mark(), ignore_errors=True)
    with contextlib.suppress(OSError):
        OUTSIDE.rmdir()  # goes with the last checkout that used it
