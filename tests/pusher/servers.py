"""Real HTTP/2 servers for the push transport: nginx and nghttpd over TLS, if this machine has them."""

import datetime
import ipaddress
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PATIENCE_S = 30.0


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate for 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "push test")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, private = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate, private


def find_program(name: str) -> str:
    """Where a server's program is; skips the test without it."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not installed here (Debian: nginx-light, nghttp2-server)")
    return found


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(command: list[str], port: int, log: Path) -> Iterator[str]:
    """A server process, from the moment it listens; its base URL."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    try:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"{command[0]} did not start:\n{log.read_text()[-1000:]}")
            time.sleep(0.02)
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def nginx(folder: Path, certificate: Path, key: Path, location: str, more: str = "") -> Iterator[str]:
    """nginx with one location."""
    program, port = find_program("nginx"), free_port()
    config = folder / "nginx.conf"
    temporary = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;\n"
        f"events {{ worker_connections 512; }}\n"
        f"http {{ access_log off; {temporary} {more}\n"
        f"server {{ listen 127.0.0.1:{port} ssl http2; ssl_certificate {certificate}; ssl_certificate_key {key};\n"
        f"location / {{ {location} }} }} }}\n"
    )
    with serving(
        [program, "-c", str(config), "-p", str(folder), "-e", f"{folder}/error.log"], port, folder / "log"
    ) as url:
        yield url


@contextmanager
def nghttpd(folder: Path, certificate: Path, key: Path, *options: str) -> Iterator[str]:
    """nghttpd, which echoes what is posted to it."""
    program, port = find_program("nghttpd"), free_port()
    command = [program, "--echo-upload", "--address=127.0.0.1", f"--htdocs={folder}", *options]
    with serving([*command, str(port), str(key), str(certificate)], port, folder / "log") as url:
        yield url
