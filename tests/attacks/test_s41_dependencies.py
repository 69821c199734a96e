"""S41: what comes in from outside is named to the byte, and anything else is refused."""

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted(
    path for where in ("", "tests/", "deploy/", "deploy/*/") for path in ROOT.glob(where + "*requirements*.txt")
)
NPM = sorted(path for where in ("", "tests/*/", "tests/*/*/") for path in ROOT.glob(where + "package-lock.json"))
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def entries(path: Path) -> list[str]:
    """Each requirement with its hashes on one line; comments are gone."""
    text = re.sub(r"\\\n\s*", " ", path.read_text(encoding="utf-8"))
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.unit
@pytest.mark.parametrize("path", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_python_package_is_one_version_with_its_hash(path: Path) -> None:
    found = entries(path)
    assert found
    assert [line for line in found if not re.match(r"[A-Za-z0-9._-]+(\[[^]]+\])?==[^\s;]+", line)] == []
    assert [line for line in found if not HASH.search(line)] == []


@pytest.mark.unit
@pytest.mark.parametrize("path", NPM, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_npm_package_is_one_version_with_its_hash(path: Path) -> None:
    packages = {name: entry for name, entry in json.loads(path.read_text())["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")] == []


@pytest.mark.unit
def test_nothing_is_installed_without_its_hash() -> None:
    """Every place which installs says so; pip and npm then refuse by themselves (below)."""
    assert "--require-hashes" in (ROOT / "deploy/local/venv.py").read_text()
    assert "--require-hashes" in (ROOT / "Dockerfile").read_text()
    by_npm = [path.read_text() for path in (ROOT / "deploy").rglob("*.py") if "npm" in path.read_text()]
    assert by_npm
    assert [text for text in by_npm if '"install"' in text] == []


@pytest.mark.parametrize("is_genuine", [True, False])
def test_a_package_of_other_bytes_is_refused(tmp_path: Path, is_genuine: bool) -> None:
    wheel = tmp_path / "lychee-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("lychee.py", "")
        archive.writestr("lychee-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: lychee\nVersion: 1.0\n")
        archive.writestr("lychee-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("lychee-1.0.dist-info/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if not is_genuine:
        with wheel.open("ab") as grown:
            grown.write(b"and more")
    wanted = tmp_path / "requirements.txt"
    wanted.write_text(f"lychee==1.0 --hash=sha256:{digest}\n")
    command = [
        sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-index", "--no-deps",
        "--find-links", str(tmp_path), "--target", str(tmp_path / "into"), "-r", str(wanted),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode == 0, (tmp_path / "into" / "lychee.py").exists()) == (is_genuine, is_genuine), done.stderr
    assert is_genuine or "DO NOT MATCH THE HASHES" in done.stderr
