#!/bin/sh
# Unpack a backup into an empty data directory and check it. Starting the server and reconciling come after: see
# docs/deploying.md, "Restoring".
# usage: restore.sh BACKUP DATA_DIR [FILES_DIR]
set -eu
backup=$1
data=$2
files=${3:-}
(cd "$backup" && sha256sum --check --quiet SHA256SUMS)
[ -z "$(ls -A "$data" 2>/dev/null)" ] || { echo "$data is not empty" >&2; exit 1; }
umask 077
mkdir -p "$data"
tar --extract --gzip --file "$backup/database/base.tar.gz" --directory "$data"
mkdir -p "$data/pg_wal"
tar --extract --gzip --file "$backup/database/pg_wal.tar.gz" --directory "$data/pg_wal"
if [ -n "$files" ] && [ -f "$backup/files.tar" ]; then
    mkdir -p "$files"
    tar --extract --file "$backup/files.tar" --directory "$files"
fi
echo "restored $(basename "$backup") into $data"
