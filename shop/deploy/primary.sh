#!/usr/bin/env bash
# Run once by the image when the primary's data are made: the role that standbys copy as.
set -euo pipefail
psql --set=ON_ERROR_STOP=1 --set=password="$REPLICATION_PASSWORD" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE ROLE replication LOGIN REPLICATION PASSWORD :'password';
SQL
echo "host replication replication all scram-sha-256" >>"$PGDATA/pg_hba.conf"
