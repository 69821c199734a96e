"""Sealing of personal data at rest, and blind indexes to find a sealed value again.

A sealed value is `key id byte length | key id | nonce (12) | AES-256-GCM ciphertext`, with the column's name as
associated data: a value moved to another column does not open. Rotation: put a new key first in the settings; old
values open with their own key until they are written again.
"""

import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Keyring:
    """The process's sealing and index keys, set once by `create_app`."""

    def __init__(self) -> None:
        self._ciphers: dict[str, AESGCM] = {}
        self._current = ""
        self._index_key = b""

    def load(self, sealing: dict[str, bytes], index_key: bytes) -> None:
        """Install the keys; the first sealing key is the current one."""
        self._ciphers = {key_id: AESGCM(key) for key_id, key in sealing.items()}
        self._current = next(iter(sealing))
        self._index_key = index_key

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypt for one column (`context` is `table.column`)."""
        key_id = self._current.encode()
        nonce = os.urandom(12)
        return (
            bytes([len(key_id)]) + key_id + nonce + self._ciphers[self._current].encrypt(nonce, plain, context.encode())
        )

    def open(self, sealed: bytes, context: str) -> bytes:
        """Decrypt; raises cryptography's InvalidTag when the value was altered or moved."""
        length = sealed[0]
        key_id = sealed[1 : 1 + length].decode()
        nonce, body = sealed[1 + length : 13 + length], sealed[13 + length :]
        return self._ciphers[key_id].decrypt(nonce, body, context.encode())

    def blind_index(self, value: str, purpose: str) -> bytes:
        """A keyed hash by which equal values are found without being readable; 32 bytes."""
        return hmac.new(self._index_key, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()


keyring = Keyring()


class Sealed(TypeDecorator[str]):
    """A text column stored sealed: `mapped_column(Sealed("people.phone"))`."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring.seal(value.encode(), self.context)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else keyring.open(bytes(value), self.context).decode()


class SealedJson(TypeDecorator[dict[str, Any]]):
    """A JSON object stored sealed."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        super().__init__()
        self.context = context

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring.seal(json.dumps(value, ensure_ascii=False).encode(), self.context)

    def process_result_value(self, value: Any, dialect: Dialect) -> dict[str, Any] | None:
        return None if value is None else json.loads(keyring.open(bytes(value), self.context))


def blind_index(value: str, purpose: str) -> bytes:
    """The blind index of `value` under the process's keyring."""
    return keyring.blind_index(value, purpose)
