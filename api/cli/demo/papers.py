"""The two files beside the demo station: how to sign in, and which phones to simulate. Both for their owner only."""

import json
import os
from pathlib import Path

from api.cli.demo.design import Design, phones_of
from api.cli.demo.load import PASSWORD, factor_secret
from api.identity.rules.proofs import factor_uri

FOLDER = Path(__file__).parents[3] / "var"
SIGN_INS, PHONES = "demo-signins.txt", "demo-phones.json"


def papers_missing(folder: Path) -> bool:
    """Whether one of the files is not there."""
    return not all((folder / name).exists() for name in (SIGN_INS, PHONES))


def write_papers(folder: Path, design: Design, secret: bytes, *, renew: bool) -> list[Path]:
    """Write the files that are missing (all of them if `renew`); returns what was written."""
    texts = {
        SIGN_INS: sign_ins(design, secret),
        PHONES: json.dumps(phones_of(design), indent=1) + "\n",
    }
    missing = [folder / name for name in texts if renew or not (folder / name).exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        write_private(path, texts[path.name])
    return missing


def sign_ins(design: Design, secret: bytes) -> str:
    """The sign-ins for a person to read."""
    lines = [
        f"{design.station['name']} (demo; password of all: {PASSWORD})",
        "A current second factor: any authenticator with the otpauth line, or",
        "            deploy/local/start exec flask --app wsgi demo code USERNAME",
    ]
    for staff in design.staff:
        factor = factor_secret(secret, staff.username)
        lines += [
            f"{staff.username:<11} {staff.role.value:<14} {factor}",
            f"            {factor_uri(factor, staff.username)}",
        ]
    member = design.members[0]
    lines += [
        f"A volunteer signs in with {member.phone} ({member.name}) and an SMS code; it arrives at the Twilio stand-in:",
        f"            GET /_phones/{member.phone}/messages",
    ]
    return "\n".join(lines) + "\n"


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, from its first byte on; a reader sees the old one or the new one."""
    half = path.with_name(f"{path.name}.new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    half.replace(path)
