"""The log behind the boards: what changed at a station, for its desk; and messages among what concerns a person."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Beyond so many rows in one statement a board is told to load its list again.
_MOST = 200
# (table, whether rows are changed later, the (station, collection, row, incident) of each row that was written). One
# function each, so that the plan of its statement is kept: these tables are written by every click and every answer.
_SOURCES = (
    ("incidents", True, "SELECT station_id, 'incidents', id, NULL::uuid FROM rows_after"),
    ("dispatches", True, "SELECT station_id, 'dispatches', id, incident_id FROM rows_after"),
    ("offers", True, "SELECT station_id, 'dispatches', dispatch_id, incident_id FROM rows_after"),
    (
        "needs",
        True,
        "SELECT d.station_id, 'dispatches', d.id, d.incident_id FROM rows_after AS n"
        " JOIN dispatches AS d ON d.id = n.dispatch_id",
    ),
    (
        "approaches",
        True,
        "SELECT o.station_id, 'dispatches', o.dispatch_id, o.incident_id FROM rows_after AS a"
        " JOIN offers AS o ON o.id = a.offer_id",
    ),
    (
        "welfare_watches",
        True,
        "SELECT o.station_id, 'dispatches', o.dispatch_id, o.incident_id FROM rows_after AS w"
        " JOIN offers AS o ON o.id = w.offer_id",
    ),
    ("reinforcements", True, "SELECT station_id, 'timelines', incident_id, incident_id FROM rows_after"),
    (
        "incident_events",
        False,
        "SELECT i.station_id, 'timelines', i.id, i.id FROM rows_after AS e JOIN incidents AS i ON i.id = e.incident_id",
    ),
    ("shifts", True, "SELECT station_id, 'shifts', id, NULL::uuid FROM rows_after"),
    ("visits", True, "SELECT station_id, 'visits', id, NULL::uuid FROM rows_after"),
    # A strict case is known to its own people, who are told personally.
    ("disputes", True, "SELECT station_id, 'cases', id, NULL::uuid FROM rows_after WHERE NOT strict"),
    ("notices", True, "SELECT station_id, 'notices', id, NULL::uuid FROM rows_after"),
)
# Positions come every few seconds and are mostly where they were. A board is told when what it shows has changed: the
# place to three decimals (exactly while on a task), or that somebody was heard of, every five minutes.
_SHOWN = """
    OLD.on_duty IS DISTINCT FROM NEW.on_duty OR NEW.on_duty AND (
        OLD.engaged_with IS DISTINCT FROM NEW.engaged_with
        OR OLD.force IS DISTINCT FROM NEW.force OR OLD.skills IS DISTINCT FROM NEW.skills
        OR OLD.off_duty_due IS DISTINCT FROM NEW.off_duty_due
        OR NEW.engaged_with IS NOT NULL AND OLD.fix_at IS DISTINCT FROM NEW.fix_at
        OR floor(extract(epoch FROM OLD.fix_at) / 300) IS DISTINCT FROM floor(extract(epoch FROM NEW.fix_at) / 300)
        OR round(ST_X(OLD.position::geometry)::numeric, 3) IS DISTINCT FROM round(ST_X(NEW.position::geometry)::numeric, 3)
        OR round(ST_Y(OLD.position::geometry)::numeric, 3) IS DISTINCT FROM round(ST_Y(NEW.position::geometry)::numeric, 3)
    )
"""


def upgrade() -> None:
    """Create the log, its triggers, and the index by which both logs are read to their end."""
    op.execute("""
        CREATE TABLE board_changes (
            id bigint GENERATED ALWAYS AS IDENTITY,
            -- As in `changes`: the transaction decides what a reader has seen.
            xid bigint NOT NULL DEFAULT this_transaction(),
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            station_id uuid NOT NULL,
            collection text NOT NULL,
            row_id uuid,   -- none: many rows at once
            about_id uuid, -- the incident a row belongs to
            CONSTRAINT pk_board_changes PRIMARY KEY (xid, id)
        );
        CREATE INDEX ix_board_changes_station_id ON board_changes (station_id, xid, id);
        CREATE INDEX ix_board_changes_at ON board_changes USING brin (at);

        -- Nothing asks for a station's personal lines; the stream reads everybody's to the end.
        DROP INDEX ix_changes_station_id;
        CREATE INDEX ix_changes_xid ON changes (xid, id);
    """)
    for table, changes, select in _SOURCES:
        _note_rows(table, select)
        for event in ("INSERT", "UPDATE") if changes else ("INSERT",):
            op.execute(
                f"CREATE TRIGGER note_board_{event.lower()} AFTER {event} ON {table} REFERENCING NEW TABLE AS rows_after"
                f" FOR EACH STATEMENT EXECUTE FUNCTION note_board_{table}()"
            )
    op.execute(f"""
        CREATE FUNCTION note_board_duty_live() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO board_changes (station_id, collection, row_id) VALUES (NEW.station_id, 'duty', NEW.member_id);
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER note_board_update AFTER UPDATE ON duty_live FOR EACH ROW WHEN ({_SHOWN})
            EXECUTE FUNCTION note_board_duty_live();

        -- A notice has lines of its own, and writes a hundred thousand messages at once.
        CREATE FUNCTION note_message() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO changes (station_id, audience, collection, row_id)
                VALUES (NEW.station_id, NEW.person_id, 'messages', NEW.id);
            RETURN NULL;
        END
        $$;
        CREATE TRIGGER note_message AFTER INSERT ON outbox FOR EACH ROW
            WHEN (NEW.person_id IS NOT NULL AND NEW.urgency <> 'otp' AND NEW.subject_kind <> 'notice')
            EXECUTE FUNCTION note_message();
    """)


def _note_rows(table: str, select: str) -> None:
    op.execute(f"""
        CREATE FUNCTION note_board_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (SELECT count(*) FROM (SELECT FROM rows_after LIMIT {_MOST + 1}) AS few) > {_MOST} THEN
                INSERT INTO board_changes (station_id, collection) SELECT DISTINCT station, collection
                    FROM ({select}) AS found (station, collection, row_id, about_id);
            ELSE
                INSERT INTO board_changes (station_id, collection, row_id, about_id) SELECT DISTINCT found.*
                    FROM ({select}) AS found (station, collection, row_id, about_id);
            END IF;
            RETURN NULL;
        END
        $$
    """)


def downgrade() -> None:
    """Drop them."""
    op.execute(
        "DROP TRIGGER note_message ON outbox; DROP FUNCTION note_message;"
        " DROP TRIGGER note_board_update ON duty_live; DROP FUNCTION note_board_duty_live"
    )
    for table, changes, _ in _SOURCES:
        for event in ("insert", "update") if changes else ("insert",):
            op.execute(f"DROP TRIGGER note_board_{event} ON {table}")
        op.execute(f"DROP FUNCTION note_board_{table}")
    op.execute(
        "DROP INDEX ix_changes_xid; CREATE INDEX ix_changes_station_id ON changes (station_id, xid, id);"
        " DROP TABLE board_changes"
    )
