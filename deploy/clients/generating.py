"""Running openapi-generator: one Java process for all languages, from a file to a folder, nothing fetched."""

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from deploy.clients.languages import LANGUAGES, Language

# Sources only: every operation and schema stands in the document already.
_LEFT_OUT = dict.fromkeys(("apiTests", "modelTests", "apiDocs", "modelDocs"), "false")


class CannotGenerate(Exception):
    """Something is missing on this machine, or the generator refused; the text says what."""


def find_generator() -> Path:
    """The generator's jar, which comes with its Python package; it also holds the libraries the Java client needs."""
    found = importlib.util.find_spec("openapi_generator_cli")
    if found is None or found.origin is None:
        raise CannotGenerate("openapi-generator-cli is not installed (it comes with the tests' requirements)")
    return Path(found.origin).with_name("openapi-generator.jar")


def generate_clients(document: Path, target: Path, languages: Iterable[Language] = LANGUAGES) -> list[Path]:
    """Generate into `target/<language>`, which is emptied before; returns the folders. Raises CannotGenerate."""
    java = shutil.which("java")
    if java is None:
        raise CannotGenerate("no Java here (Debian: apt-get install default-jdk-headless)")
    configurations = target / ".configurations"
    shutil.rmtree(configurations, ignore_errors=True)
    configurations.mkdir(parents=True)
    files = []
    for language in languages:
        shutil.rmtree(target / language.name, ignore_errors=True)
        files.append(configurations / f"{language.name}.json")
        files[-1].write_text(json.dumps(_configuration(language, document, target)), encoding="utf-8")
    threads = str(min(4, os.cpu_count() or 1))
    command = [java, "-Xmx1g", "-jar", str(find_generator()), "batch", "--fail-fast", "--threads", threads]
    command += ["--root-dir", str(target), "--", *map(str, files)]
    run = subprocess.run(command, cwd=target, capture_output=True, text=True, check=False)
    folders = [target / language.name for language in languages]
    if run.returncode or not all(folder.is_dir() for folder in folders):
        raise CannotGenerate(f"openapi-generator: {(run.stderr or run.stdout)[-2_000:]}")
    return folders


def _configuration(language: Language, document: Path, target: Path) -> dict[str, object]:
    made: dict[str, object] = {
        "generatorName": language.generator,
        "inputSpec": str(document),
        "outputDir": str(target / language.name),
        "globalProperties": _LEFT_OUT,
        "additionalProperties": {"hideGenerationTimestamp": True, **language.options},
    }
    return made | {"library": language.library} if language.library else made
