-- The roles and databases Gridloop needs, for an empty cluster or one which has them already. Run by a superuser with psql.
-- The owner migrates; the application logs in as gridloop_app, which can create nothing and owns nothing.
-- Passwords are not set here: a private cluster needs none (peer), a container sets its own (passwords.sh).

SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(ARRAY['gridloop_owner', 'gridloop_app']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

ALTER ROLE gridloop_owner NOSUPERUSER NOCREATEROLE;
ALTER ROLE gridloop_app NOSUPERUSER NOCREATEROLE NOCREATEDB;

SELECT 'CREATE DATABASE gridloop OWNER gridloop_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'gridloop')
\gexec

\connect gridloop
-- PostGIS is not a trusted extension, so the owner could not create it in a migration.
CREATE EXTENSION IF NOT EXISTS postgis;
