"""The service account file of the sandbox: made once, readable by the real SDK."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from workers.sandbox.serving import write_whole

PROJECT = "gridloop-sandbox"
MARK = "gridloop_stand_in"
"""Present in a file made here. A file without it is somebody's own and is never rewritten."""


@dataclass(frozen=True)
class ServiceAccount:
    """What the stand-in knows of the account that may send."""

    email: str
    project: str
    token_uri: str
    public_key: rsa.RSAPublicKey
    secret: bytes
    """For signing access tokens: they then outlive a restart of the stand-in."""


def prepare_account(path: Path, base_url: str) -> ServiceAccount:
    """Read the file; make it if missing; if it is ours, have it name this stand-in."""
    token_uri = f"{base_url}/token"
    content = json.loads(path.read_text("utf-8")) if path.exists() else _invent(token_uri)
    if content.get(MARK) and content["token_uri"] != token_uri:
        content = {**content, "token_uri": token_uri}
    if content.get(MARK):
        write_whole(path, json.dumps(content, indent=2) + "\n", 0o600)
    return _account(content)


def _account(content: dict[str, Any]) -> ServiceAccount:
    pem = content["private_key"].encode()
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("a service account signs with an RSA key")
    return ServiceAccount(
        email=content["client_email"],
        project=content["project_id"],
        token_uri=content["token_uri"],
        public_key=key.public_key(),
        secret=pem,
    )


def _invent(token_uri: str) -> dict[str, Any]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": secrets.token_hex(20),
        "private_key": pem,
        "client_email": f"pusher@{PROJECT}.iam.gserviceaccount.com",
        "client_id": str(secrets.randbelow(10**21)),
        "token_uri": token_uri,
        MARK: True,
    }
