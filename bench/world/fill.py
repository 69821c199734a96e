"""Filling an empty, migrated database with invented people. Set-based: a million take about a minute.

Everything is drawn by hashing the person's number, so that the same parameters give the same world. Names and numbers
are sealed values of the real size; those of people off duty share one ciphertext, since nothing ever opens them.
"""

import base64
from collections.abc import Iterator

import psycopg
from psycopg import sql

from api.plumbing.crypto import Keyring
from bench.settings import KEYS
from bench.world.places import Settlement, settle, stable_id
from tests.sandboxes import make_token

STATION, COMMUNITY, GRID = 1, 2, 3
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s AND indexname LIKE 'ix\\_%%'"


def fill(connection: psycopg.Connection, *, enrolled: int, on_duty: int, stations: int, seed: int) -> None:
    """Units, people, sessions, devices, members, skills and live rows."""
    connection.execute("SET synchronous_commit = off; SET session_replication_role = replica")
    connection.execute("SET work_mem = '256MB'; SET maintenance_work_mem = '512MB'")
    settlements = settle(stations, seed)
    _add_units(connection, settlements, stations)
    _draw_people(connection, settlements, enrolled, on_duty, seed)
    for table, statement in _TABLES.items():
        _insert(connection, table, statement)
    _seal_those_on_duty(connection)
    connection.execute("VACUUM (ANALYZE)")


def freshen(connection: psycopg.Connection) -> None:
    """Everybody on duty was seen a moment ago: nine of ten within three minutes, a few long ago, a few never."""
    connection.execute(
        "UPDATE duty_live SET fix_at = now() - make_interval(secs => -60 * ln(random() + 1e-9)), received_at = now(),"
        " on_duty_since = now() - interval '2 hours', off_duty_due = now() + interval '8 hours'"
        " WHERE on_duty AND position IS NOT NULL"
    )
    connection.execute("VACUUM ANALYZE duty_live")


def _add_units(connection: psycopg.Connection, settlements: list[Settlement], stations: int) -> None:
    rows = [
        (stable_id(STATION, n), "station", None, stable_id(STATION, n), f"5001{n:08d}", f"测试派出所 {n}", None)
        for n in range(stations)
    ]
    for n, place in enumerate(settlements):
        station, community = stable_id(STATION, place.station), stable_id(COMMUNITY, n)
        rows.append((community, "community", station, station, f"5002{n:08d}", f"测试社区 {n}", None))
        rows.append((stable_id(GRID, n), "grid", community, station, f"5003{n:011d}", f"测试网格 {n}", _outline(place)))
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO units (id, kind, parent_id, station_id, code, name, area, source, valid_from, created_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, ST_GeomFromEWKT(%s), 'synthetic', '2020-01-01', now())",
            rows,
        )


def _outline(place: Settlement) -> str:
    half = place.spread_m * 2.5 / 111_195
    west, east, south, north = place.lon - half, place.lon + half, place.lat - half, place.lat + half
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return f"SRID=4326;MULTIPOLYGON((({','.join(f'{x} {y}' for x, y in corners)})))"


def _draw_people(
    connection: psycopg.Connection, settlements: list[Settlement], enrolled: int, on_duty: int, seed: int
) -> None:
    connection.execute(
        "CREATE TEMP TABLE place"
        " (last float8 PRIMARY KEY, station_id uuid, grid_id uuid, lat float8, lon float8, spread float8)"
    )
    with connection.cursor().copy("COPY place FROM STDIN") as copy:
        for row in _shares(settlements):
            copy.write_row(row)
    connection.execute("ANALYZE place")
    connection.execute(_DRAW.format(seed=int(seed)))
    # Exactly as many on duty as asked: those with the smallest draws.
    connection.execute(
        "CREATE TEMP TABLE drawn AS SELECT *, row_number() OVER (ORDER BY pg_temp.draw(n, 1)) <= %s AS on_duty"
        " FROM pg_temp.people_of(%s)",
        (on_duty, enrolled),
    )
    connection.execute("ALTER TABLE drawn ADD PRIMARY KEY (n)")
    connection.execute("ANALYZE drawn")


def _shares(settlements: list[Settlement]) -> Iterator[tuple[object, ...]]:
    reached = 0.0
    for n, place in enumerate(settlements):
        reached += place.share
        last = 1.0 if n == len(settlements) - 1 else reached
        yield (
            last,
            stable_id(STATION, place.station),
            stable_id(GRID, n),
            place.lat,
            place.lon,
            place.spread_m / 111_195,
        )


def _insert(connection: psycopg.Connection, table: str, statement: str) -> None:
    # Plain indexes are dropped and made again: built at once they cost a quarter.
    definitions = [row[0] for row in connection.execute(INDEXES, (table,)).fetchall()]
    for definition in definitions:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(definition.split()[2])))
    sealed = {name: _keyring().seal(b"13800000000", name) for name in ("people.name", "people.phone", "devices.token")}
    connection.execute(
        statement,
        {"name": sealed["people.name"], "phone": sealed["people.phone"], "token": sealed["devices.token"]},
    )
    for definition in definitions:
        connection.execute(definition)


def _seal_those_on_duty(connection: psycopg.Connection) -> None:
    keyring = _keyring()
    numbers = connection.execute("SELECT n, person_id FROM drawn WHERE on_duty ORDER BY n").fetchall()
    connection.execute("CREATE TEMP TABLE sealed (person_id uuid, phone bytea, token bytea)")
    with connection.cursor().copy("COPY sealed FROM STDIN") as copy:
        for number, person_id in numbers:
            phone = keyring.seal(f"+86199{number:08d}".encode(), "people.phone")
            copy.write_row((person_id, phone, keyring.seal(make_token(f"bench {number}").encode(), "devices.token")))
    connection.execute("UPDATE people p SET phone = s.phone FROM sealed s WHERE p.id = s.person_id")
    connection.execute("UPDATE devices d SET token = s.token FROM sealed s WHERE d.person_id = s.person_id")


def _keyring() -> Keyring:
    key_id, value = KEYS["GRIDLOOP_SEALING_KEYS"].split(":")
    keyring = Keyring()
    keyring.load({key_id: base64.b64decode(value)}, base64.b64decode(KEYS["GRIDLOOP_INDEX_KEY"]))
    return keyring


_DRAW = """
    CREATE FUNCTION pg_temp.draw(n bigint, k bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
        'SELECT (hashint8extended(n, k + {seed} * 1000) & 4503599627370495) / 4503599627370496.0::float8';
    CREATE FUNCTION pg_temp.id(n bigint, kind text) RETURNS uuid LANGUAGE sql IMMUTABLE AS
        $f$SELECT (lpad(to_hex(1700000000000 + n), 12, '0') || '7' || substr(md5(kind || n), 1, 3)
                   || '8' || substr(md5(kind || n), 4, 15))::uuid$f$;
    -- A settlement by share, a place around its middle (Box-Muller), a force, skills.
    CREATE FUNCTION pg_temp.people_of(count bigint) RETURNS TABLE (
        n bigint, person_id uuid, member_id uuid, session_id uuid, station_id uuid, grid_id uuid, at geography,
        force text, skills text[]
    ) LANGUAGE sql AS $f$
        SELECT n, pg_temp.id(n, 'person'), pg_temp.id(n, 'member'), pg_temp.id(n, 'session'), p.station_id, p.grid_id,
            ST_SetSRID(ST_MakePoint(
                p.lon + p.spread * sqrt(-2 * ln(pg_temp.draw(n, 2) + 1e-12)) * cos(2 * pi() * pg_temp.draw(n, 3)),
                p.lat + p.spread * sqrt(-2 * ln(pg_temp.draw(n, 2) + 1e-12)) * sin(2 * pi() * pg_temp.draw(n, 3))
            ), 4326)::geography,
            CASE width_bucket(pg_temp.draw(n, 4), array[0, 0.7, 0.78, 0.83, 0.88, 0.92, 0.97, 0.99])
                WHEN 1 THEN 'volunteer' WHEN 2 THEN 'security_guard' WHEN 3 THEN 'grid_officer' WHEN 4 THEN 'patrol'
                WHEN 5 THEN 'courier' WHEN 6 THEN 'building_head' WHEN 7 THEN 'auxiliary' ELSE 'officer' END,
            array_remove(ARRAY[
                CASE WHEN pg_temp.draw(n, 5) < 0.15 THEN 'driving' END,
                CASE WHEN pg_temp.draw(n, 6) < 0.1 THEN 'first_aid' END,
                CASE WHEN pg_temp.draw(n, 7) < 0.03 THEN 'swimming' END,
                CASE WHEN pg_temp.draw(n, 8) < 0.002 THEN 'water_rescue' END
            ], NULL)
        FROM generate_series(1, count) AS n
        CROSS JOIN LATERAL (SELECT * FROM place WHERE last >= pg_temp.draw(n, 9) ORDER BY last LIMIT 1) AS p
    $f$;
"""

_TABLES = {
    "people": """
        INSERT INTO people (id, station_id, name, phone, phone_index, phone_kind, roles, created_at)
        SELECT person_id, station_id, %(name)s, %(phone)s, sha256(n::text::bytea), 'mobile', '{volunteer}', now()
        FROM drawn ORDER BY n
    """,
    "sessions": """
        INSERT INTO sessions (id, person_id, method, created_at, last_used_at, expires_at, refresh_hash)
        SELECT session_id, person_id, 'code', now(), now(), now() + interval '20 years', sha256(n::text::bytea)
        FROM drawn ORDER BY n
    """,
    "devices": """
        INSERT INTO devices (id, person_id, session_id, install_id, provider, platform, token, token_hash,
                             registered_at, last_seen_at)
        SELECT pg_temp.id(n, 'device'), person_id, session_id, 'install-' || n, 'fcm', 'android', %(token)s,
               sha256(n::text::bytea), now(), now() + interval '20 years' FROM drawn ORDER BY n
    """,
    "members": """
        INSERT INTO members (id, person_id, station_id, grid_id, force, status, joined_on, created_at)
        SELECT member_id, person_id, station_id, grid_id, force, 'active', '2024-01-01', now() FROM drawn ORDER BY n
    """,
    "member_skills": """
        INSERT INTO member_skills (member_id, skill) SELECT member_id, unnest(skills) FROM drawn ORDER BY n
    """,
    # One in fifty is on a task, one in thirty on duty has not been seen yet.
    "duty_live": """
        INSERT INTO duty_live (member_id, person_id, station_id, grid_id, force, skills, active, on_duty,
                               on_duty_since,
                               period_id, position, fix_at, accuracy_m, fix_datum, engaged_with, engaged_since)
        SELECT member_id, person_id, station_id, grid_id, force, skills, true, on_duty,
               CASE WHEN on_duty THEN now() END,
               CASE WHEN on_duty THEN pg_temp.id(n, 'period') END, CASE WHEN seen THEN at END,
               CASE WHEN seen THEN now() END,
               CASE WHEN seen THEN 5 + 30 * pg_temp.draw(n, 10) END, CASE WHEN seen THEN 'gcj02' END,
               CASE WHEN busy THEN pg_temp.id(n, 'incident') END, CASE WHEN busy THEN now() END
        FROM (SELECT *, on_duty AND pg_temp.draw(n, 11) > 0.033 AS seen, on_duty AND pg_temp.draw(n, 12) < 0.02 AS busy
              FROM drawn) AS d ORDER BY n
    """,
    "duty_periods": """
        INSERT INTO duty_periods (id, station_id, member_id, started_at, start_cause)
        SELECT pg_temp.id(n, 'period'), station_id, member_id, now(), 'self' FROM drawn WHERE on_duty ORDER BY n
    """,
}
