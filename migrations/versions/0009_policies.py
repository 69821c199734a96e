"""Dispatch policies, the acceptance forecast, areas to ask in, drills, and what ranking needs to know."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NEAR = "duty_candidates_near(geography, uuid, double precision, text, text[], integer)"
_WITHIN = "duty_candidates_near(geography, uuid, double precision, text, text[], integer, geometry)"


def upgrade() -> None:
    """Create the tables, and add what dispatches, offers, incidents and live rows keep from now on."""
    op.execute("""
        -- A policy is never edited: who asked how, and when that changed, must be told years later. A version without
        -- rules takes the station's own policy back.
        CREATE TABLE dispatch_policies (
            id uuid NOT NULL CONSTRAINT pk_dispatch_policies PRIMARY KEY,
            station_id uuid NOT NULL,
            kind text NOT NULL,
            colour text,
            version integer NOT NULL CONSTRAINT ck_dispatch_policies_version CHECK (version > 0),
            rules jsonb,
            note text,
            written_by uuid,
            written_at timestamptz NOT NULL,
            CONSTRAINT uq_dispatch_policies_version UNIQUE NULLS NOT DISTINCT (station_id, kind, colour, version)
        );
        REVOKE UPDATE, DELETE, TRUNCATE ON dispatch_policies FROM gridloop_app;

        -- '' stands for any: the wider rows are what a narrower one leans on.
        CREATE TABLE acceptance_forecasts (
            station_id uuid NOT NULL,
            force text NOT NULL,
            band text NOT NULL,
            hours text NOT NULL,
            asked integer NOT NULL,
            accepted integer NOT NULL,
            mean real NOT NULL,
            low real NOT NULL,
            high real NOT NULL,
            learnt_at timestamptz NOT NULL,
            CONSTRAINT pk_acceptance_forecasts PRIMARY KEY (station_id, force, band, hours),
            CONSTRAINT ck_acceptance_forecasts_counts CHECK (accepted BETWEEN 0 AND asked),
            CONSTRAINT ck_acceptance_forecasts_order CHECK (low <= mean AND mean <= high)
        );
    """)
    op.execute("""
        ALTER TABLE incidents ADD patience_s integer, ADD drill boolean NOT NULL DEFAULT false;
        ALTER TABLE dispatches
            ADD radius_m double precision,
            ADD area geometry(MultiPolygon, 4326),
            ADD target jsonb NOT NULL DEFAULT '{}',
            ADD drill boolean NOT NULL DEFAULT false,
            ADD ran_out_at timestamptz,
            ADD rungs_told text[] NOT NULL DEFAULT '{}';
        ALTER TABLE offers ADD force text, ADD chance real;
        -- How often somebody was asked of late is looked up for every candidate of every wave.
        CREATE INDEX ix_offers_member_id ON offers (member_id, offered_at);

        ALTER TABLE duty_live ADD grid_id uuid, ADD engaged_drill boolean NOT NULL DEFAULT false;
        UPDATE duty_live SET grid_id = members.grid_id FROM members
        WHERE members.id = duty_live.member_id AND members.grid_id IS NOT NULL;
    """)
    op.execute(f"DROP FUNCTION {_NEAR}")
    op.execute("""
        -- As before (see 0005 for why it is a function, and why bitmap scans are off), and inside an outline, if one is
        -- given; the radius then only bounds the walk.
        CREATE FUNCTION duty_candidates_near(
            here geography, in_station uuid, radius_m double precision, of_force text, with_skills text[],
            at_most integer, inside geometry
        ) RETURNS TABLE (
            member_id uuid, person_id uuid, force text, skills text[], lat double precision, lon double precision,
            distance_m double precision, fix_at timestamptz, engaged_with uuid, engaged_drill boolean, grid_id uuid
        ) LANGUAGE plpgsql STABLE SET enable_bitmapscan = off AS $$
        BEGIN
            RETURN QUERY
            SELECT d.member_id, d.person_id, d.force, d.skills, ST_Y(d.position::geometry), ST_X(d.position::geometry),
                   d.position <-> here, d.fix_at, d.engaged_with, d.engaged_drill, d.grid_id
            FROM duty_live d
            WHERE d.on_duty AND d.station_id = in_station AND ST_DWithin(d.position, here, radius_m, false)
              AND (of_force IS NULL OR d.force = of_force) AND d.skills @> with_skills
              AND (inside IS NULL OR ST_Covers(inside, d.position::geometry))
            ORDER BY d.position <-> here
            LIMIT at_most;
        END $$;
    """)


def downgrade() -> None:
    """Drop them, and bring the old search back."""
    op.execute(f"DROP FUNCTION {_WITHIN}")
    op.execute("""
        CREATE FUNCTION duty_candidates_near(
            here geography, in_station uuid, radius_m double precision, of_force text, with_skills text[], at_most integer
        ) RETURNS TABLE (
            member_id uuid, person_id uuid, force text, skills text[], lat double precision, lon double precision,
            distance_m double precision, fix_at timestamptz, engaged_with uuid
        ) LANGUAGE plpgsql STABLE SET enable_bitmapscan = off AS $$
        BEGIN
            RETURN QUERY
            SELECT d.member_id, d.person_id, d.force, d.skills, ST_Y(d.position::geometry), ST_X(d.position::geometry),
                   d.position <-> here, d.fix_at, d.engaged_with
            FROM duty_live d
            WHERE d.on_duty AND d.station_id = in_station AND ST_DWithin(d.position, here, radius_m, false)
              AND (of_force IS NULL OR d.force = of_force) AND d.skills @> with_skills
            ORDER BY d.position <-> here
            LIMIT at_most;
        END $$;
    """)
    op.execute("""
        ALTER TABLE duty_live DROP grid_id, DROP engaged_drill;
        DROP INDEX ix_offers_member_id;
        ALTER TABLE offers DROP force, DROP chance;
        ALTER TABLE dispatches DROP radius_m, DROP area, DROP target, DROP drill, DROP ran_out_at, DROP rungs_told;
        ALTER TABLE incidents DROP patience_s, DROP drill;
        DROP TABLE acceptance_forecasts, dispatch_policies;
    """)
