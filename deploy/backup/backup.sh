#!/bin/sh
# A base backup of the database with the log it needs, then the sealed files. Keys are not in it: keep them elsewhere.
# usage: backup.sh FOLDER [FILES_DIR]    keeps the newest $KEEP (7) backups
set -eu
folder=$1
files=${2:-/var/lib/gridloop/files}
stamp=$(date -u +%Y%m%dT%H%M%SZ)
umask 077
mkdir -p "$folder"
work="$folder/.$stamp.unfinished"
trap 'rm -rf "$work"' EXIT
pg_basebackup --pgdata="$work/database" --format=tar --gzip --wal-method=stream --checkpoint=fast
# The files after the database: a row without bytes is worse than bytes without a row.
if [ -d "$files" ]; then tar --create --directory="$files" --file="$work/files.tar" .; fi
(cd "$work" && find . -type f ! -name SHA256SUMS -exec sha256sum {} + > SHA256SUMS)
sync "$work"
mv "$work" "$folder/$stamp"
# Old ones go only when a new one is complete.
ls -1d "$folder"/2* | head -n "-${KEEP:-7}" | xargs -r rm -rf
echo "$folder/$stamp"
