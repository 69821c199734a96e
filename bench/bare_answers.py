"""The limit of an answer to an offer: bare Flask and psycopg doing the same two statements, durable, nothing else."""

import os
import threading
from uuid import UUID

import psycopg
from flask import Flask, Response

app = Flask("bare answers", static_folder=None)
_own = threading.local()
_ANSWER = """
    UPDATE offers SET state = 'accepted', answered_at = now(), accepted_at = now()
    WHERE id = %s AND state = ANY(%s) RETURNING incident_id, person_id
"""
_NOTE = "INSERT INTO incident_events (incident_id, at, kind, actor_id, data) VALUES (%s, now(), 'accepted', %s, %s)"


@app.get("/nothing")
def ready() -> str:
    """Whether it listens."""
    return ""


@app.post("/<uuid:offer_id>")
def answer(offer_id: UUID) -> Response:
    """One yes: the conditional UPDATE and the line of the timeline, in one transaction."""
    connection = _connection()
    row = connection.execute(_ANSWER, [offer_id, ["offered", "silent"]]).fetchone()
    if row is None:
        connection.rollback()
        return Response(status=409)
    connection.execute(_NOTE, [*row, psycopg.types.json.Jsonb({"offer_id": str(offer_id)})])
    connection.commit()
    return Response(b'{"state":"accepted"}', mimetype="application/json")


def _connection() -> "psycopg.Connection[tuple[UUID, UUID]]":
    # One per thread of the server, kept open.
    if not hasattr(_own, "connection"):
        _own.connection = psycopg.connect(os.environ["BENCH_CONNINFO"])
    found: psycopg.Connection[tuple[UUID, UUID]] = _own.connection
    return found
