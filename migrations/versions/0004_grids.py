"""Tables of grids: units, members and what they can do, roster imports, enterprises."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, the key from people to their station, and the common forces and skills."""
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute("""
        CREATE TABLE units (
            id uuid NOT NULL CONSTRAINT pk_units PRIMARY KEY,
            kind text NOT NULL
                CONSTRAINT ck_units_kind CHECK (kind IN ('district', 'station', 'community', 'village', 'grid')),
            parent_id uuid CONSTRAINT fk_units_parent_id REFERENCES units (id),
            station_id uuid CONSTRAINT fk_units_station_id REFERENCES units (id),
            code text NOT NULL,
            name text NOT NULL,
            area geometry(MultiPolygon, 4326),
            source text NOT NULL
                CONSTRAINT ck_units_source CHECK (source IN ('official', 'synthetic', 'drawn', 'imported')),
            valid_from date NOT NULL,
            valid_to date,
            version bigint NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL,
            CONSTRAINT ck_units_code CHECK
                (CASE kind WHEN 'grid' THEN code ~ '^[0-9]{15}$' ELSE code ~ '^[0-9]{12}$' END),
            CONSTRAINT ck_units_period CHECK (valid_to >= valid_from),
            CONSTRAINT ck_units_station CHECK
                ((kind = 'district') = (station_id IS NULL) AND (kind <> 'station' OR station_id = id)),
            CONSTRAINT ck_units_parent CHECK (kind IN ('district', 'station') OR parent_id IS NOT NULL),
            -- A withdrawn code may come back later, or be in use at another station, but is single at any time.
            CONSTRAINT ex_units_code EXCLUDE USING gist
                (station_id WITH =, code WITH =, daterange(valid_from, valid_to) WITH &&),
            CONSTRAINT ex_units_code_above EXCLUDE USING gist
                (kind WITH =, code WITH =, daterange(valid_from, valid_to) WITH &&)
                WHERE (kind IN ('district', 'station'))
        );
        CREATE INDEX ix_units_area ON units USING gist (area);
        CREATE INDEX ix_units_parent_id ON units (parent_id, code, id);
        CREATE INDEX ix_units_station_id ON units (station_id, kind, code, id);

        CREATE VIEW valid_units AS
            SELECT id, kind, parent_id, station_id, code, name, area FROM units
            WHERE valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date
              AND (valid_to IS NULL OR valid_to > (now() AT TIME ZONE 'Asia/Shanghai')::date);

        ALTER TABLE people ADD CONSTRAINT fk_people_station_id FOREIGN KEY (station_id) REFERENCES units (id);

        CREATE TABLE forces (
            id uuid NOT NULL CONSTRAINT pk_forces PRIMARY KEY,
            station_id uuid CONSTRAINT fk_forces_station_id REFERENCES units (id),
            code text NOT NULL CONSTRAINT ck_forces_code CHECK (code ~ '^[a-z][a-z0-9_]{1,39}$'),
            zh text NOT NULL,
            en text NOT NULL
        );
        CREATE UNIQUE INDEX uq_forces_code ON forces (station_id, code) NULLS NOT DISTINCT;

        CREATE TABLE skills (
            id uuid NOT NULL CONSTRAINT pk_skills PRIMARY KEY,
            station_id uuid CONSTRAINT fk_skills_station_id REFERENCES units (id),
            code text NOT NULL CONSTRAINT ck_skills_code CHECK (code ~ '^[a-z][a-z0-9_]{1,39}$'),
            zh text NOT NULL,
            en text NOT NULL
        );
        CREATE UNIQUE INDEX uq_skills_code ON skills (station_id, code) NULLS NOT DISTINCT;

        CREATE TABLE members (
            id uuid NOT NULL CONSTRAINT pk_members PRIMARY KEY,
            person_id uuid NOT NULL CONSTRAINT uq_members_person_id UNIQUE
                CONSTRAINT fk_members_person_id REFERENCES people (id),
            station_id uuid NOT NULL CONSTRAINT fk_members_station_id REFERENCES units (id),
            grid_id uuid CONSTRAINT fk_members_grid_id REFERENCES units (id),
            force text NOT NULL,
            status text NOT NULL
                CONSTRAINT ck_members_status CHECK (status IN ('pending', 'active', 'suspended', 'left')),
            joined_on date NOT NULL,
            left_on date,
            version bigint NOT NULL DEFAULT 1,
            created_at timestamptz NOT NULL,
            CONSTRAINT ck_members_left CHECK ((status = 'left') = (left_on IS NOT NULL))
        );
        CREATE INDEX ix_members_station_id ON members (station_id, id);
        CREATE INDEX ix_members_grid_id ON members (grid_id);

        CREATE TABLE member_skills (
            member_id uuid NOT NULL CONSTRAINT fk_member_skills_member_id REFERENCES members (id),
            skill text NOT NULL,
            expires_on date,
            certificate_no bytea,
            CONSTRAINT pk_member_skills PRIMARY KEY (member_id, skill)
        );

        CREATE TABLE unit_owners (
            id uuid NOT NULL CONSTRAINT pk_unit_owners PRIMARY KEY,
            unit_id uuid NOT NULL CONSTRAINT fk_unit_owners_unit_id REFERENCES units (id),
            member_id uuid NOT NULL CONSTRAINT fk_unit_owners_member_id REFERENCES members (id),
            since date NOT NULL,
            until date,
            CONSTRAINT ck_unit_owners_period CHECK (until >= since)
        );
        CREATE UNIQUE INDEX uq_unit_owners_open ON unit_owners (unit_id, member_id) WHERE until IS NULL;
        CREATE INDEX ix_unit_owners_member_id ON unit_owners (member_id);

        CREATE TABLE roster_imports (
            id uuid NOT NULL CONSTRAINT pk_roster_imports PRIMARY KEY,
            station_id uuid NOT NULL CONSTRAINT fk_roster_imports_station_id REFERENCES units (id),
            imported_by uuid CONSTRAINT fk_roster_imports_imported_by REFERENCES people (id),
            at timestamptz NOT NULL,
            sha256 bytea NOT NULL,
            file_format text NOT NULL CONSTRAINT ck_roster_imports_file_format CHECK (file_format IN ('xlsx', 'csv')),
            dry_run boolean NOT NULL,
            keep_good boolean NOT NULL,
            applied boolean NOT NULL,
            row_count integer NOT NULL,
            created_count integer NOT NULL,
            updated_count integer NOT NULL,
            unchanged_count integer NOT NULL,
            bad_count integer NOT NULL
        );
        CREATE INDEX ix_roster_imports_station_id ON roster_imports (station_id, id);

        CREATE TABLE enterprises (
            id uuid NOT NULL CONSTRAINT pk_enterprises PRIMARY KEY,
            station_id uuid NOT NULL CONSTRAINT fk_enterprises_station_id REFERENCES units (id),
            unit_id uuid NOT NULL CONSTRAINT fk_enterprises_unit_id REFERENCES units (id),
            name text NOT NULL,
            kind text NOT NULL,
            point geometry(Point, 4326) NOT NULL,
            synthetic boolean NOT NULL
        );
        CREATE INDEX ix_enterprises_station_id ON enterprises (station_id, id);
        CREATE INDEX ix_enterprises_unit_id ON enterprises (unit_id);
        CREATE INDEX ix_enterprises_point ON enterprises USING gist (point);
    """)
    # Common to every station; a station adds its own beside them.
    op.execute("""
        INSERT INTO forces (id, code, zh, en) VALUES
            (gen_random_uuid(), 'grid_officer', '网格员', 'Grid officers'),
            (gen_random_uuid(), 'volunteer', '平安志愿者', 'Safety volunteers'),
            (gen_random_uuid(), 'security_guard', '保安员', 'Security guards'),
            (gen_random_uuid(), 'patrol', '义务巡逻队', 'Volunteer patrol'),
            (gen_random_uuid(), 'firefighter', '微型消防站队员', 'Mini fire station crew'),
            (gen_random_uuid(), 'medic', '医务人员', 'Medics'),
            (gen_random_uuid(), 'militia', '民兵', 'Militia'),
            (gen_random_uuid(), 'courier', '快递外卖骑手', 'Couriers'),
            (gen_random_uuid(), 'taxi_driver', '出租车司机', 'Taxi drivers'),
            (gen_random_uuid(), 'building_head', '楼栋长', 'Building heads'),
            (gen_random_uuid(), 'mediator', '人民调解员', 'People''s mediators'),
            (gen_random_uuid(), 'rescue_team', '民间救援队', 'Civil rescue team'),
            (gen_random_uuid(), 'auxiliary', '辅警', 'Auxiliary police'),
            (gen_random_uuid(), 'officer', '民警', 'Police officers');
        INSERT INTO skills (id, code, zh, en) VALUES
            (gen_random_uuid(), 'first_aid', '急救', 'First aid'),
            (gen_random_uuid(), 'aed', '除颤仪使用', 'Defibrillator'),
            (gen_random_uuid(), 'swimming', '游泳', 'Swimming'),
            (gen_random_uuid(), 'water_rescue', '水上救援', 'Water rescue'),
            (gen_random_uuid(), 'driving', '驾驶', 'Driving'),
            (gen_random_uuid(), 'dog_handling', '警犬训导', 'Dog handling'),
            (gen_random_uuid(), 'mediation', '调解', 'Mediation'),
            (gen_random_uuid(), 'firefighting', '灭火', 'Firefighting'),
            (gen_random_uuid(), 'drone', '无人机操控', 'Drone piloting'),
            (gen_random_uuid(), 'sign_language', '手语', 'Sign language'),
            (gen_random_uuid(), 'counselling', '心理疏导', 'Counselling'),
            (gen_random_uuid(), 'mountain_search', '山地搜救', 'Mountain search');
    """)


def downgrade() -> None:
    """Drop them; the extension stays, since later tables use it too."""
    op.execute("ALTER TABLE people DROP CONSTRAINT fk_people_station_id")
    op.execute("DROP VIEW valid_units")
    op.execute("DROP TABLE enterprises, roster_imports, unit_owners, member_skills, members, skills, forces, units")
