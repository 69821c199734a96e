"""A member of the station's staff at a computer: signs in with password and second factor, then calls the API."""

import re
import uuid
from typing import Any

import httpx
import pyotp

from tests.journey.system import System, eventually


class Desk:
    """One signed-in person; `get` and `post` return parsed JSON and fail on any refusal."""

    def __init__(self, system: System, username: str, password: str, secret: str) -> None:
        self._client = httpx.Client(base_url=system.url, timeout=20)
        system.clients.append(self._client)
        body = {"username": username, "password": password, "totp": pyotp.TOTP(secret).now()}
        signed_in = self.post("/v1/sign-in/password", **body)
        self._client.headers["Authorization"] = f"Bearer {signed_in['access_token']}"

    def get(self, path: str, **query: Any) -> Any:
        """GET, with query parameters."""
        return _json(self._client.get(path, params=query))

    def post(self, path: str, **body: Any) -> Any:
        """POST a JSON body under a key of its own."""
        return _json(self._client.post(path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())}))

    def upload(self, path: str, name: str, content: bytes, **form: str) -> Any:
        """POST a file with form fields."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return _json(self._client.post(path, files={"file": (name, content)}, data=form, headers=headers))

    def until(self, path: str, state: str, within: float = 60) -> Any:
        """GET until the answer's `state` is this one."""

        def look() -> Any:
            answer = self.get(path)
            return answer if answer["state"] == state else None

        return eventually(look, within=within, what=f"{path} to be {state}")


def appoint(system: System, station: str, username: str, role: str, phone: str) -> Desk:
    """Appoint somebody, and sign them in."""
    return Desk(system, username, *credentials_of(system, station, username, role, phone))


def credentials_of(system: System, station: str, username: str, role: str, phone: str) -> tuple[str, str]:
    """Appoint somebody with the command a real installation uses: their password and the secret of their codes."""
    printed = system.flask(
        "station", "appoint", station, "--name", username, "--phone", phone, "--username", username, "--role", role
    )
    password = re.search(r"^password +(\S+)", printed, re.M)
    secret = re.search(r"[?&]secret=(\w+)", printed)
    assert password, printed
    assert secret, printed
    return password[1], secret[1]


def _json(answer: httpx.Response) -> Any:
    assert answer.status_code < 400, f"{answer.request.method} {answer.request.url.path}: {answer.text}"
    return answer.json() if answer.content else None
