"""`make clients`: every client, or those named, into var/clients: `python -m deploy.clients java python`."""

import argparse
import time

from deploy.clients.generating import CannotGenerate, generate_clients
from deploy.clients.languages import LANGUAGES
from deploy.local.places import ROOT, VAR, make_var

DOCUMENT = ROOT / "mobile_contracts" / "openapi.json"


def main() -> None:
    """Generate, and say where they lie."""
    parser = argparse.ArgumentParser(prog="python -m deploy.clients", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*(language.name for language in LANGUAGES), []])
    wanted = parser.parse_args().names
    make_var()
    started = time.monotonic()
    chosen = [language for language in LANGUAGES if not wanted or language.name in wanted]
    try:
        folders = generate_clients(DOCUMENT, VAR / "clients", chosen)
    except CannotGenerate as error:
        raise SystemExit(str(error)) from None
    for folder in folders:
        count = sum(1 for path in folder.rglob("*") if path.is_file())
        print(f"{folder.relative_to(ROOT)}: {count} files")
    print(f"{time.monotonic() - started:.1f} s, from {DOCUMENT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
