-- For tests and measurements: the owner may create databases, from a template which has PostGIS inside already.

ALTER ROLE gridloop_owner CREATEDB;

SELECT 'CREATE DATABASE gridloop_template OWNER gridloop_owner IS_TEMPLATE true'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'gridloop_template')
\gexec

\connect gridloop_template
CREATE EXTENSION IF NOT EXISTS postgis;
