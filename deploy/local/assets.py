"""The cockpit's packages from npm: installed as the lock file pins them, copied to where pages load them; only once."""

import hashlib
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from deploy.assets import COPIES, MODULES, VENDOR, WRAPPED, copy_assets
from deploy.local.locking import hold_lock
from deploy.local.places import ROOT, VAR, VENV, make_var
from deploy.local.venv import run_logged

FETCHED, COPIED = VAR / "assets-fetched", VAR / "assets-copied"
# Node itself is a wheel of .venv (deploy/requirements.txt), so that no Node of the machine is needed.
NPM = VENV / "bin" / "npm"
PINS = ("package.json", "package-lock.json")
CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress")
# What only tests load lies apart: fetching anew empties npm's folder for a moment, under whoever tests meanwhile.
AXE = VAR / "axe.min.js"


def ensure_assets() -> None:
    """Install and copy; returns at once when that was done with the files as they are now."""
    with hold_lock("assets"):
        make_var()
        if not (MODULES.exists() and says(FETCHED, PINS)):
            print("Fetching the cockpit's libraries (once) ...", flush=True)
            run_logged([str(NPM), *CI], path=f"{NPM.parent}:{os.environ.get('PATH', os.defpath)}")
            FETCHED.write_text(mark(PINS))
        if not is_copied():
            copy_assets()
            draft = AXE.with_suffix(".draft")
            shutil.copyfile(MODULES / "axe-core" / "axe.min.js", draft)
            draft.replace(AXE)
            COPIED.write_text(mark((*PINS, "deploy/assets.py")))


def mark(names: Sequence[str]) -> str:
    """Changes with the content of these files of the checkout."""
    return hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in names)).hexdigest()


def says(path: Path, names: Sequence[str]) -> bool:
    """Whether this mark was left for the files as they are now."""
    return path.exists() and path.read_text() == mark(names)


def is_copied(vendor: Path = VENDOR) -> bool:
    """Whether everything lies where it is loaded, from the files as they are now."""
    there = all((vendor / name).exists() for name in (*COPIES.values(), *WRAPPED))
    return there and AXE.exists() and says(COPIED, (*PINS, "deploy/assets.py"))
