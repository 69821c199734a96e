#!/bin/sh
# Runs once, inside the database container, after roles.sql: over a network the roles need passwords.
set -eu
psql --username "$POSTGRES_USER" --dbname postgres --quiet --set ON_ERROR_STOP=1 \
    --set owner="$OWNER_PASSWORD" --set app="$APP_PASSWORD" <<'SQL'
ALTER ROLE gridloop_owner PASSWORD :'owner';
ALTER ROLE gridloop_app PASSWORD :'app';
SQL
