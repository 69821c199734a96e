"""A connection that ended while it lay in the pool is not lent."""

import psycopg
from sqlalchemy import text

from api.plumbing.db import db


def test_a_connection_the_server_ended_is_replaced_before_anybody_gets_it(committed_app, cluster) -> None:
    with committed_app.app_context():
        first = db.session.scalar(text("SELECT pg_backend_pid()"))
        db.session.remove()
        with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as owner:
            # Waits until the process is gone.
            assert owner.execute("SELECT pg_terminate_backend(%s, 30000)", [first]).fetchone() == (True,)
        assert db.session.scalar(text("SELECT pg_backend_pid()")) != first
        db.session.remove()


def test_a_connection_that_lives_is_lent_again(committed_app) -> None:
    with committed_app.app_context():
        pids = set()
        for _ in range(3):
            pids.add(db.session.scalar(text("SELECT pg_backend_pid()")))
            db.session.remove()
        assert len(pids) == 1
