"""Files and uploads."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.execute("""
        CREATE TABLE files (
            id uuid NOT NULL CONSTRAINT pk_files PRIMARY KEY,
            station_id uuid NOT NULL,
            uploaded_by uuid CONSTRAINT fk_files_uploaded_by REFERENCES people (id),
            purpose text NOT NULL CONSTRAINT ck_files_purpose CHECK (purpose IN ('photo', 'paper')),
            owner_kind text,
            owner_id uuid,
            state text NOT NULL CONSTRAINT ck_files_state CHECK (state IN ('unclaimed', 'claimed', 'removed')),
            media_type text NOT NULL
                CONSTRAINT ck_files_media_type CHECK (media_type IN ('image/jpeg', 'image/png', 'application/pdf')),
            declared_type text NOT NULL,
            size bigint NOT NULL CONSTRAINT ck_files_size CHECK (size > 0),
            stored_bytes bigint NOT NULL,
            width integer,
            height integer,
            sha256 bytea NOT NULL,
            source_sha256 bytea NOT NULL,
            name bytea,
            capture bytea,
            blob text CONSTRAINT uq_files_blob UNIQUE,
            thumbnail text CONSTRAINT uq_files_thumbnail UNIQUE,
            created_at timestamptz NOT NULL,
            claimed_at timestamptz,
            removed_at timestamptz,
            CONSTRAINT ck_files_owner CHECK ((owner_kind IS NULL) = (owner_id IS NULL)),
            CONSTRAINT ck_files_claimed CHECK (state <> 'claimed' OR (owner_id IS NOT NULL AND claimed_at IS NOT NULL)),
            CONSTRAINT ck_files_removed CHECK ((state = 'removed') = (removed_at IS NOT NULL)),
            CONSTRAINT ck_files_kept CHECK (state = 'removed' OR blob IS NOT NULL)
        );
        CREATE INDEX ix_files_owner ON files (owner_id, owner_kind) WHERE owner_id IS NOT NULL;
        CREATE INDEX ix_files_uploaded_by ON files (uploaded_by, created_at);
        CREATE INDEX ix_files_unclaimed ON files (created_at) WHERE state = 'unclaimed';
        CREATE INDEX ix_files_removed ON files (removed_at) WHERE state = 'removed' AND blob IS NOT NULL;

        CREATE TABLE file_use (
            station_id uuid NOT NULL CONSTRAINT pk_file_use PRIMARY KEY,
            files bigint NOT NULL DEFAULT 0 CONSTRAINT ck_file_use_files CHECK (files >= 0),
            stored_bytes bigint NOT NULL DEFAULT 0 CONSTRAINT ck_file_use_stored_bytes CHECK (stored_bytes >= 0)
        );

        CREATE TABLE uploads (
            id uuid NOT NULL CONSTRAINT pk_uploads PRIMARY KEY,
            station_id uuid NOT NULL,
            person_id uuid NOT NULL CONSTRAINT fk_uploads_person_id REFERENCES people (id),
            purpose text NOT NULL CONSTRAINT ck_uploads_purpose CHECK (purpose IN ('photo', 'paper')),
            declared_type text NOT NULL,
            name bytea,
            length bigint NOT NULL CONSTRAINT ck_uploads_length CHECK (length > 0),
            received bigint NOT NULL DEFAULT 0
                CONSTRAINT ck_uploads_received CHECK (received >= 0 AND received <= length),
            fence bigint NOT NULL DEFAULT 0,
            state text NOT NULL CONSTRAINT ck_uploads_state
                CHECK (state IN ('receiving', 'finished', 'refused', 'terminated', 'expired')),
            file_id uuid CONSTRAINT fk_uploads_file_id REFERENCES files (id) ON DELETE SET NULL,
            refusal text,
            created_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL
        );
        CREATE INDEX ix_uploads_person_id ON uploads (person_id) WHERE state = 'receiving';
        CREATE INDEX ix_uploads_expires_at ON uploads (expires_at);
        CREATE INDEX ix_uploads_file_id ON uploads (file_id) WHERE file_id IS NOT NULL;
    """)


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP TABLE uploads; DROP TABLE file_use; DROP TABLE files;")
