"""Generating and compiling the clients once for all worker processes; what is built stands under var/ until the
document, the rounds or the options change.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import deploy.clients.languages
from deploy.clients.generating import find_generator, generate_clients
from deploy.local.locking import hold_lock
from deploy.local.places import VAR
from tests.files.phone_client import need_clients

HERE = Path(__file__).parent
ROUNDS = HERE / "rounds"
BUILT = VAR / "tested-clients"
# Debian's packages of what the Java client needs beside the generator's own jar (Jackson): files of a multipart body,
# and the annotation that marks what was generated.
DEBIAN = ("default-jdk-headless", "libhttpmime-java", "libgeronimo-annotation-1.3-spec-java")
JARS = tuple(
    Path("/usr/share/java") / name for name in ("httpmime.jar", "httpcore.jar", "geronimo-annotation-1.3-spec.jar")
)


def need_java() -> None:
    """Skip where there is no JDK, or not the jars; the set-up of the tests installs both where it may."""
    absent = [name for name in ("java", "javac") if shutil.which(name) is None]
    absent += [str(jar) for jar in JARS if not jar.exists()]
    if absent:
        pytest.skip(f"no {', '.join(absent)} (Debian: {' '.join(DEBIAN)})")


def sources(document: dict) -> Path:
    """The folder of the six generated clients."""
    need_java()
    return _built("sources", document, _generate)


def java_classes(document: dict) -> str:
    """The class path of the compiled Java client and its round."""
    need_java()
    clients = sources(document)

    def compile_java(folder: Path) -> None:
        found = [str(path) for path in (clients / "java" / "src" / "main").rglob("*.java")]
        command = ["javac", "-nowarn", "-proc:none", "-encoding", "UTF-8", "-d", str(folder), "-cp", _jars()]
        run_quietly([*command, *found, str(ROUNDS / "Round.java")])

    return f"{_built('java', document, compile_java)}{os.pathsep}{_jars()}"


def typescript_round(document: dict) -> Path:
    """The TypeScript client and its round, type-checked strictly and emitted; the script to run with node."""
    clients, node = sources(document), need_clients(HERE)

    def check_types(folder: Path) -> None:
        shutil.copytree(clients / "typescript", folder / "client")
        shutil.copy(ROUNDS / "round.ts", folder)
        (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
        every = [str(path) for path in folder.rglob("*.ts")]
        options = ["--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom", "--outDir"]
        compiler = HERE / "node_modules" / "typescript" / "bin" / "tsc"
        run_quietly([node, str(compiler), *options, str(folder / "out"), *every])

    return _built("typescript", document, check_types) / "out" / "round.js"


def run_quietly(command: list[str]) -> None:
    """Run a compiler; what it printed is the failure."""
    run = subprocess.run(command, capture_output=True, text=True, timeout=900)
    assert run.returncode == 0, (run.stdout + run.stderr)[-4_000:]


def _generate(folder: Path) -> None:
    generate_clients(folder.parent / "openapi.json", folder)


def _jars() -> str:
    return os.pathsep.join(str(path) for path in (find_generator(), *JARS))


def _built(name: str, document: dict, build: Callable[[Path], None]) -> Path:
    """The folder `name`, built by whoever comes first and built again when what it is made of has changed."""
    text = json.dumps(document, ensure_ascii=False)
    rounds = [path.read_text("utf-8") for path in sorted(ROUNDS.iterdir()) if path.is_file()]
    made_of = [text, *rounds, Path(deploy.clients.languages.__file__).read_text("utf-8"), find_generator().parent.name]
    digest = hashlib.sha256("\0".join(made_of).encode()).hexdigest()
    folder, mark = BUILT / name, BUILT / f"{name}.mark"
    with hold_lock(f"tested-clients-{name}"):
        if not mark.exists() or mark.read_text("utf-8") != digest:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            mark.unlink(missing_ok=True)
            (BUILT / "openapi.json").write_text(text, encoding="utf-8")
            build(folder)
            mark.write_text(digest, encoding="utf-8")
    return folder
