"""Tables of duty: the live row per member, duty periods, shifts, and the trail with its partitions."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, the nearest search, and the two functions that make and drop days of the trail."""
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("""
        -- Positions move often and engagement in between: room in the page keeps those updates off the indexes.
        CREATE TABLE duty_live (
            member_id uuid NOT NULL CONSTRAINT pk_duty_live PRIMARY KEY
                CONSTRAINT fk_duty_live_member_id REFERENCES members (id),
            person_id uuid NOT NULL CONSTRAINT uq_duty_live_person_id UNIQUE,
            station_id uuid NOT NULL,
            force text NOT NULL,
            skills text[] NOT NULL DEFAULT '{}',
            active boolean NOT NULL,
            on_duty boolean NOT NULL DEFAULT false,
            on_duty_since timestamptz,
            off_duty_due timestamptz,
            period_id uuid,
            position geography(Point, 4326),
            fix_at timestamptz,
            received_at timestamptz,
            accuracy_m real,
            fix_datum text,
            engaged_with uuid,
            engaged_since timestamptz,
            CONSTRAINT ck_duty_live_duty
                CHECK (on_duty = (period_id IS NOT NULL) AND on_duty = (on_duty_since IS NOT NULL)),
            CONSTRAINT ck_duty_live_engaged CHECK ((engaged_with IS NULL) = (engaged_since IS NULL)),
            CONSTRAINT ck_duty_live_fix CHECK ((position IS NULL) = (fix_at IS NULL))
        ) WITH (fillfactor = 80);
        CREATE INDEX ix_duty_live_near ON duty_live USING gist (station_id, position) WHERE on_duty;
        CREATE INDEX ix_duty_live_on_duty ON duty_live (station_id, member_id) WHERE on_duty;
        CREATE INDEX ix_duty_live_engaged_with ON duty_live (engaged_with) WHERE engaged_with IS NOT NULL;

        CREATE TABLE duty_periods (
            id uuid NOT NULL CONSTRAINT pk_duty_periods PRIMARY KEY,
            station_id uuid NOT NULL,
            member_id uuid NOT NULL CONSTRAINT fk_duty_periods_member_id REFERENCES members (id),
            shift_id uuid,
            started_at timestamptz NOT NULL,
            start_cause text NOT NULL,
            ended_at timestamptz,
            end_cause text,
            CONSTRAINT ck_duty_periods_order CHECK (ended_at >= started_at)
        );
        CREATE UNIQUE INDEX uq_duty_periods_open ON duty_periods (member_id) WHERE ended_at IS NULL;
        CREATE INDEX ix_duty_periods_member_id ON duty_periods (member_id);
        CREATE INDEX ix_duty_periods_station_id ON duty_periods (station_id, started_at);

        CREATE TABLE shifts (
            id uuid NOT NULL CONSTRAINT pk_shifts PRIMARY KEY,
            station_id uuid NOT NULL,
            member_id uuid NOT NULL CONSTRAINT fk_shifts_member_id REFERENCES members (id),
            starts_at timestamptz NOT NULL,
            ends_at timestamptz NOT NULL,
            cancelled_at timestamptz,
            created_by uuid,
            created_at timestamptz NOT NULL,
            version bigint NOT NULL DEFAULT 1,
            CONSTRAINT ck_shifts_length CHECK (ends_at > starts_at AND ends_at - starts_at <= interval '24 hours'),
            CONSTRAINT ex_shifts_overlap
                EXCLUDE USING gist (member_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (cancelled_at IS NULL)
        );
        CREATE INDEX ix_shifts_station_id ON shifts (station_id, starts_at, id);
    """)
    op.execute("""
        -- No key to members: it would be looked up for every fix of every batch.
        CREATE TABLE positions (
            member_id uuid NOT NULL,
            captured_at timestamptz NOT NULL,
            received_at timestamptz NOT NULL,
            station_id uuid NOT NULL,
            lat double precision NOT NULL,
            lon double precision NOT NULL,
            accuracy_m real NOT NULL,
            speed_mps real,
            heading real,
            datum text NOT NULL,
            verdict text NOT NULL,
            CONSTRAINT pk_positions PRIMARY KEY (member_id, captured_at, received_at)
        ) PARTITION BY RANGE (received_at);
        -- The net below the tightrope: a day nobody made a partition for still stores its fixes.
        CREATE TABLE positions_default PARTITION OF positions DEFAULT;
        REVOKE UPDATE, DELETE, TRUNCATE ON positions, positions_default FROM gridloop_app;
    """)
    op.execute("""
        -- The runtime role owns nothing and may create nothing; through these two it can make and drop days of the trail
        -- and nothing else. Days are UTC days, so that their bounds do not depend on the caller's settings.
        CREATE FUNCTION make_positions_partition(wanted date) RETURNS boolean
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
        DECLARE
            part text := 'positions_' || to_char(wanted, 'YYYYMMDD');
        BEGIN
            IF wanted NOT BETWEEN current_date - 60 AND current_date + 60 THEN
                RAISE EXCEPTION 'day % is too far away', wanted USING ERRCODE = 'invalid_parameter_value';
            END IF;
            PERFORM pg_advisory_xact_lock(hashtextextended('gridloop.positions', 0));
            IF to_regclass('public.' || part) IS NOT NULL THEN
                RETURN false;
            END IF;
            EXECUTE format('CREATE TABLE public.%I (LIKE public.positions INCLUDING ALL)', part);
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON public.%I FROM gridloop_app', part);
            -- Fixes that fell into the net move to their day, else the day could not be attached.
            EXECUTE format(
                'WITH fallen AS (DELETE FROM public.positions_default WHERE received_at >= %L AND received_at < %L RETURNING *)
                 INSERT INTO public.%I SELECT * FROM fallen', wanted::timestamptz, (wanted + 1)::timestamptz, part);
            -- ATTACH, not CREATE ... PARTITION OF: the latter locks the whole trail against writers.
            EXECUTE format(
                'ALTER TABLE public.positions ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
                part, wanted::timestamptz, (wanted + 1)::timestamptz);
            RETURN true;
        END $$;

        -- The newest week cannot be dropped through here, whatever the caller asks for.
        CREATE FUNCTION drop_positions_before(oldest_kept date) RETURNS integer
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
        DECLARE
            part text;
            dropped integer := 0;
        BEGIN
            IF oldest_kept > current_date - 7 THEN
                RAISE EXCEPTION 'the newest week is kept' USING ERRCODE = 'invalid_parameter_value';
            END IF;
            PERFORM pg_advisory_xact_lock(hashtextextended('gridloop.positions', 0));
            FOR part IN
                SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'public.positions'::regclass AND c.relname ~ '^positions_[0-9]{8}$'
                  AND to_date(right(c.relname, 8), 'YYYYMMDD') < oldest_kept
            LOOP
                EXECUTE format('DROP TABLE public.%I', part);
                dropped := dropped + 1;
            END LOOP;
            DELETE FROM public.positions_default WHERE received_at < oldest_kept::timestamptz;
            RETURN dropped;
        END $$;

        REVOKE ALL ON FUNCTION make_positions_partition(date), drop_positions_before(date) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION make_positions_partition(date), drop_positions_before(date) TO gridloop_app;
    """)
    op.execute("""
        -- The one spatial search, always inside one station. A function, for the sake of its setting: with a bitmap scan
        -- forbidden the only plan left walks the index in order of distance and stops at the radius or the limit,
        -- whichever is first. Left alone, the planner of a prepared statement fetches everybody within the radius and
        -- sorts: 12 ms instead of 0.3 with 100,000 on duty. Without the radius in the index condition a skill nobody has
        -- walks the whole station: 130 ms.
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
        SELECT make_positions_partition(((now() AT TIME ZONE 'UTC')::date + ahead)) FROM generate_series(0, 3) AS ahead
    """)


def downgrade() -> None:
    """Drop them; the extension stays, since other tables may use it."""
    op.execute("DROP FUNCTION duty_candidates_near(geography, uuid, double precision, text, text[], integer)")
    op.execute("DROP TABLE positions, shifts, duty_periods, duty_live")
    op.execute("DROP FUNCTION make_positions_partition(date), drop_positions_before(date)")
