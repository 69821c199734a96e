"""The trail: append-only by trigger and by grant, with its chain of seals."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the trail and the trigger that refuses to change it, for the owner as well."""
    op.execute("""
        CREATE TABLE audit_entries (
            id bigint NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_audit_entries PRIMARY KEY,
            at timestamptz NOT NULL,
            station_id uuid,
            actor_kind text NOT NULL,
            actor_id uuid,
            action text NOT NULL,
            subject_kind text NOT NULL,
            subject_id uuid,
            details jsonb NOT NULL,
            request_id text NOT NULL
        );
        CREATE INDEX ix_audit_entries_station ON audit_entries (station_id, id);
        CREATE INDEX ix_audit_entries_subject ON audit_entries (subject_id, id);
        CREATE INDEX ix_audit_entries_actor ON audit_entries (actor_id, id);

        CREATE TABLE audit_chain (
            position bigint NOT NULL CONSTRAINT pk_audit_chain PRIMARY KEY,
            entry_id bigint NOT NULL CONSTRAINT uq_audit_chain_entry_id UNIQUE,
            digest bytea NOT NULL
        );

        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END $$;
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entries
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON audit_entries EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_chain
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON audit_chain EXECUTE FUNCTION refuse_change();
        REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries, audit_chain FROM gridloop_app;

        -- The actor comes from the transaction: an entry that names another person than the one acting is refused.
        CREATE FUNCTION check_audit_actor() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF coalesce(NEW.actor_id::text, NEW.actor_kind) IS DISTINCT FROM current_setting('gridloop.actor', true) THEN
                RAISE EXCEPTION 'the entry names another actor than the transaction'
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER actor_of_transaction BEFORE INSERT ON audit_entries
            FOR EACH ROW EXECUTE FUNCTION check_audit_actor();
    """)


def downgrade() -> None:
    """Drop the trail and its functions."""
    op.execute("DROP TABLE audit_chain, audit_entries")
    op.execute("DROP FUNCTION check_audit_actor(), refuse_change()")
