"""`.venv`: exactly the pinned packages, every file checked against its hash; nothing is done twice."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Literal

from deploy.local.locking import hold_lock
from deploy.local.places import LOGS, ROOT, VENV
from deploy.local.postgres import last_lines

Wanted = Literal["run", "build", "tests"]
# What tests need contains what the others need, at the same versions; `build` fetches the cockpit's libraries.
REQUIREMENTS: dict[Wanted, Path] = {
    "run": ROOT / "requirements.txt",
    "build": ROOT / "deploy" / "requirements.txt",
    "tests": ROOT / "tests" / "requirements.txt",
}
PYTHON = VENV / "bin" / "python"


def ensure_venv(wanted: Wanted = "run") -> None:
    """Make `.venv` and install what is pinned; returns at once when it is there as pinned now."""
    with hold_lock("venv"):
        marks = read_marks()
        if has_all(marks, wanted):
            return
        if not works():
            make_venv()
            marks = {}
        install(REQUIREMENTS[wanted])
        done: tuple[Wanted, ...] = ("run", "build", "tests") if wanted == "tests" else (wanted,)
        write_marks(marks | {name: mark_of(REQUIREMENTS[name]) for name in done})


def has_all(marks: dict[str, str], wanted: Wanted) -> bool:
    """Whether the requirements were installed as they are now, into a venv made for this folder and interpreter."""
    return PYTHON.exists() and marks.get(wanted) == mark_of(REQUIREMENTS[wanted])


def mark_of(requirements: Path) -> str:
    """Changes with the pinned content, with the checkout's folder (scripts name it) and with the Python version."""
    # Not the whole version: a security update of Python leaves its venvs working.
    content = requirements.read_bytes() + os.fsencode(ROOT) + bytes(sys.version_info[:2])
    return hashlib.sha256(content).hexdigest()


def works() -> bool:
    """Whether the venv's Python starts, is of our version, and was made for this folder."""
    question = "import sys; print(sys.prefix, *sys.version_info[:2], sep='\\n')"
    try:
        answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False)
        # A venv that was moved answers with its new folder, but its scripts still start with the old one.
        script = (VENV / "bin" / "pip").read_text().split("\n", 1)[0]
    except OSError:
        return False
    expected = [str(VENV), *(str(part) for part in sys.version_info[:2])]
    return answer.stdout.split("\n")[:3] == expected and str(VENV) in script


def make_venv() -> None:
    """A new, empty one; what was there goes."""
    print("Making .venv ...", flush=True)
    run_logged([sys.executable, "-m", "venv", "--clear", str(VENV)])


def install(requirements: Path) -> None:
    """pip, with hashes."""
    print(f"Installing the Python packages of {requirements.relative_to(ROOT)} (once) ...", flush=True)
    options = ["--require-hashes", "--no-input", "--disable-pip-version-check", "--no-color", "--progress-bar", "off"]
    run_logged([str(PYTHON), "-m", "pip", "install", *options, "--requirement", str(requirements)])


def run_logged(command: list[str], *, path: str | None = None) -> None:
    """Run it with its output in var/log/venv.log, on another PATH if one is given; on failure end with its end."""
    LOGS.mkdir(parents=True, exist_ok=True)
    written = LOGS / "venv.log"
    environment = os.environ if path is None else {**os.environ, "PATH": path}
    with written.open("a") as log:
        outcome = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if outcome.returncode != 0:
        raise SystemExit(f"{' '.join(command[1:4])} failed; the end of {written}:\n{last_lines(written)}")


def read_marks() -> dict[str, str]:
    """What was installed; nothing when the venv is new or its mark unreadable."""
    try:
        marks = json.loads((VENV / "gridloop.json").read_text())
    except (OSError, ValueError):
        return {}
    return marks if isinstance(marks, dict) else {}


def write_marks(marks: dict[str, str]) -> None:
    """Written last, so that an installation which was cut short is done again."""
    (VENV / "gridloop.json").write_text(json.dumps(marks))
