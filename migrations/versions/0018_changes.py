"""The log of changes: which row of which collection changed, and for whom."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# (collection, table, the station, audience and id of each row that changed). What a phone is shown of an incident it
# takes part in stands behind its own offer.
_NOBODYS = "'00000000-0000-0000-0000-000000000000'"  # no station, and so for everybody
# Whoever needs to know a case, once each.
_INSIDERS = (
    "SELECT d.station_id, i.person_id, d.id FROM {rows} JOIN disputes AS d ON d.id = changed.%(case)s"
    " JOIN dispute_insiders AS i ON i.dispute_id = d.id"
    " UNION SELECT d.station_id, d.lead_id, d.id FROM {rows} JOIN disputes AS d ON d.id = changed.%(case)s"
    " WHERE d.lead_id IS NOT NULL"
)
_WORDS = f"SELECT coalesce(station_id, {_NOBODYS}::uuid), coalesce(station_id, {_NOBODYS}::uuid), id FROM {{rows}}"
_SOURCES = (
    ("offers", "offers", "SELECT station_id, person_id, id FROM {rows}"),
    (
        "offers",
        "incidents",
        "SELECT o.station_id, o.person_id, o.id FROM {rows} JOIN offers AS o ON o.incident_id = changed.id"
        " WHERE o.state IN ('offered', 'silent', 'accepted', 'on_the_way', 'arrived', 'done')",
    ),
    ("visits", "visits", "SELECT station_id, owner_id, id FROM {rows} WHERE owner_id IS NOT NULL"),
    (
        "visits",
        "visit_plans",
        "SELECT v.station_id, v.owner_id, v.id FROM {rows} JOIN visits AS v ON v.plan_id = changed.id"
        " WHERE v.owner_id IS NOT NULL AND v.state IN ('planned', 'due', 'overdue')",
    ),
    # Whom a notice means is written slice by slice, each with a change of the notice; so the whole station is the
    # audience, and everybody's own pull says whether it is theirs.
    ("notices", "notices", "SELECT station_id, station_id, id FROM {rows} WHERE sending_at IS NOT NULL"),
    # A lead who is replaced learns of it too: the row as it was is among those that changed.
    (
        "cases",
        "disputes",
        _INSIDERS % {"case": "id"} + " UNION SELECT station_id, lead_id, id FROM {rows} WHERE lead_id IS NOT NULL",
    ),
    ("cases", "dispute_parties", _INSIDERS % {"case": "dispute_id"}),
    (
        "cases",
        "dispute_insiders",
        "SELECT d.station_id, changed.person_id, d.id FROM {rows} JOIN disputes AS d ON d.id = changed.dispute_id",
    ),
    ("reference", "forces", _WORDS),
    ("reference", "skills", _WORDS),
    ("reference", "units", "SELECT station_id, station_id, id FROM {rows} WHERE station_id IS NOT NULL"),
    (
        "reference",
        "dispute_codes",
        f"SELECT {_NOBODYS}::uuid, {_NOBODYS}::uuid, dispute_code_id(list, code) FROM {{rows}}",
    ),
    ("holders", "visit_team_members", "SELECT station_id, person_id, team_id FROM {rows}"),
    (
        "holders",
        "unit_owners",
        "SELECT m.station_id, m.person_id, changed.unit_id FROM {rows} JOIN members AS m ON m.id = changed.member_id",
    ),
)
# Somebody has read a notice on another phone of theirs.
_READ = "SELECT n.station_id, changed.person_id, changed.notice_id FROM {rows} JOIN notices AS n ON n.id = changed.notice_id"
_EVENTS = {
    "INSERT": "NEW TABLE AS rows_after",
    "UPDATE": "OLD TABLE AS rows_before NEW TABLE AS rows_after",
    "DELETE": "OLD TABLE AS rows_before",
}


def upgrade() -> None:
    """Create the log and the triggers that fill it."""
    op.execute("""
        CREATE FUNCTION this_transaction() RETURNS bigint LANGUAGE sql VOLATILE AS
            'SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)';

        -- Codes have no id of their own, and phones know every row by one.
        CREATE FUNCTION dispute_code_id(list text, code text) RETURNS uuid LANGUAGE sql IMMUTABLE AS
            'SELECT CAST(md5(list || '' '' || code) AS uuid)';

        CREATE TABLE changes (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_changes PRIMARY KEY,
            -- The transaction that made the change: what decides whether a reader has seen it, since ids and times are
            -- taken before the commit and may become visible in another order.
            xid bigint NOT NULL DEFAULT this_transaction(),
            at timestamptz NOT NULL DEFAULT clock_timestamp(),
            station_id uuid NOT NULL,
            audience uuid NOT NULL,
            collection text NOT NULL,
            row_id uuid NOT NULL
        );
        CREATE INDEX ix_changes_audience ON changes (audience, xid, id);
        CREATE INDEX ix_changes_station_id ON changes (station_id, xid, id);
        CREATE INDEX ix_changes_at ON changes USING brin (at);

        -- What a phone did offline and was applied: how wrong its clock was, for whoever asks later what happened when.
        CREATE TABLE phone_commands (
            person_id uuid NOT NULL,
            command_id text NOT NULL,
            station_id uuid NOT NULL,
            type text NOT NULL,
            target_id uuid,
            occurred_at timestamptz NOT NULL,
            received_at timestamptz NOT NULL,
            offset_ms bigint,
            CONSTRAINT pk_phone_commands PRIMARY KEY (person_id, command_id)
        );
        CREATE INDEX ix_phone_commands_target_id ON phone_commands (target_id) WHERE target_id IS NOT NULL;
        CREATE INDEX ix_phone_commands_received_at ON phone_commands (received_at);

        -- A cursor behind a number, for clients that know times only.
        CREATE TABLE sync_points (
            person_id uuid NOT NULL,
            at_ms bigint NOT NULL,
            token jsonb NOT NULL,
            made_at timestamptz NOT NULL,
            CONSTRAINT pk_sync_points PRIMARY KEY (person_id, at_ms)
        );
        CREATE INDEX ix_sync_points_made_at ON sync_points (made_at);

        -- Once per statement, however many rows it moved. Arguments: the collection, and the SELECT of
        -- (station, audience, row) in which {rows} stands for the rows that changed.
        CREATE FUNCTION note_changes() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            rows text := CASE TG_OP WHEN 'INSERT' THEN 'rows_after' WHEN 'DELETE' THEN 'rows_before'
                ELSE '(SELECT * FROM rows_before UNION ALL SELECT * FROM rows_after)' END;
        BEGIN
            EXECUTE 'INSERT INTO changes (collection, station_id, audience, row_id) SELECT DISTINCT $1, found.* FROM ('
                || replace(TG_ARGV[1], '{rows}', rows || ' AS changed') || ') AS found' USING TG_ARGV[0];
            RETURN NULL;
        END
        $$;
    """)
    for collection, table, select in _SOURCES:
        for event, transition in _EVENTS.items():
            _note(collection, table, event, transition, select)
    _note("notices", "notice_recipients", "UPDATE", _EVENTS["UPDATE"], _READ)


def _note(collection: str, table: str, event: str, transition: str, select: str) -> None:
    op.execute(
        f"CREATE TRIGGER note_{event.lower()} AFTER {event} ON {table} REFERENCING {transition}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION note_changes('{collection}', $${select}$$)"
    )


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TRIGGER note_update ON notice_recipients")
    for _, table, _ in _SOURCES:
        for event in _EVENTS:
            op.execute(f"DROP TRIGGER note_{event.lower()} ON {table}")
    op.execute(
        "DROP FUNCTION note_changes; DROP FUNCTION dispute_code_id; DROP TABLE sync_points, phone_commands, changes;"
        " DROP FUNCTION this_transaction"
    )
