"""The limit of an answer: a bare Flask route that returns these bytes. Served exactly as the API is."""

import os
from pathlib import Path

from flask import Flask, Response

app = Flask("bare", static_folder=None)
_BODIES = {path.stem: path.read_bytes() for path in Path(os.environ["BENCH_BODIES"]).glob("*.json")}


@app.get("/<name>")
def show(name: str) -> Response:
    """The bytes of one file."""
    return Response(_BODIES[name], mimetype="application/json")
