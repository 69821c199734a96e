"""What pages load, read once: modules, styles, words, and what npm's packages brought; each also gzipped.

The address of every file holds the digest of all of them, so a browser may keep a file for good, and a page never mixes
modules of two releases.
"""

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
STATIC, WORDS = HERE / "static", HERE / "words"
LANGUAGES = ("zh-CN", "en")
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}
# Already compressed by what they are.
_DENSE = frozenset({".png", ".woff2"})


@dataclass(frozen=True)
class Asset:
    """One file: its bytes, the same gzipped (empty where that gains nothing), and its media type."""

    plain: bytes
    packed: bytes
    mimetype: str


@dataclass(frozen=True)
class Assets:
    """Every file by its path, and the digest of them all."""

    version: str
    files: dict[str, Asset]
    words: dict[str, dict[str, str]]

    def under(self, folder: str) -> list[str]:
        """The paths below a folder, in order."""
        return sorted(path for path in self.files if path.startswith(folder))


@cache
def load_assets() -> Assets:
    """Read everything; a second call costs nothing, so a changed file needs a new process."""
    words = {language: read_words(WORDS / language) for language in LANGUAGES}
    found = {str(path.relative_to(STATIC)): path.read_bytes() for path in sorted(STATIC.rglob("*")) if is_served(path)}
    found |= {f"words/{language}.json": encode_words(words[language]) for language in LANGUAGES}
    digest = hashlib.sha256()
    for name, content in found.items():
        digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return Assets(digest.hexdigest()[:12], {name: pack(name, content) for name, content in found.items()}, words)


def is_served(path: Path) -> bool:
    """Whether this is a file of a kind that pages load."""
    return path.is_file() and path.suffix in TYPES


def pack(name: str, content: bytes) -> Asset:
    """The asset of a file's content."""
    suffix = Path(name).suffix
    packed = b"" if suffix in _DENSE else gzip.compress(content, 6, mtime=0)
    return Asset(content, packed if len(packed) < len(content) else b"", TYPES[suffix])


def read_words(folder: Path) -> dict[str, str]:
    """The catalogue of one language: `<file>.<key>` -> text."""
    return {
        f"{path.stem}.{key}": text
        for path in sorted(folder.glob("*.json"))
        for key, text in json.loads(path.read_text(encoding="utf-8")).items()
    }


def encode_words(words: dict[str, str]) -> bytes:
    """A catalogue as the browser fetches it."""
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
